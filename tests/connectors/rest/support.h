#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/registry.h"
#include "connectors/rest/definition.h"
#include "connectors/rest/kind.h"
#include "mapping/values/json.h"

namespace counterpart::rest {

/// Runs one piece of work to its end, beside what else there is to do.
template <class T>
T run_on(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::exception_ptr fault;
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
    fault = thrown;
    result = std::move(value);
  });
  while (!result && io.run_one() > 0) continue;
  if (fault) std::rethrow_exception(fault);
  return std::move(result.value());
}

/// The same, with nothing else to do.
template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context io;
  return run_on(io, std::move(work));
}

class StillClock : public Clock {
 public:
  Instant now() const override { return now_; }
  std::chrono::microseconds uptime() const override { return now_.time_since_epoch(); }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds) override { co_return; }

 private:
  Instant now_ = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(10);
};

class CountingRandom : public Random {
 public:
  std::uint64_t bits() override { return ++count_; }

 private:
  std::uint64_t count_ = 0;
};

/// Answers by a function, and keeps what it was asked.
class ScriptedClient : public HttpClient {
 public:
  boost::asio::awaitable<HttpResponse> send(HttpRequest request) override {
    sent.push_back(request);
    co_return answer(request);
  }

  /// Answers in this order; then 599.
  void script(std::vector<HttpResponse> responses) {
    queue_.assign(responses.begin(), responses.end());
    answer = [this](const HttpRequest&) {
      if (queue_.empty()) return HttpResponse{599, {}, ""};
      HttpResponse next = std::move(queue_.front());
      queue_.pop_front();
      return next;
    };
  }

  /// "METHOD url body" of each request.
  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (const HttpRequest& request : sent)
      result.push_back(request.method + " " + request.url + (request.body.empty() ? "" : " " + request.body));
    return result;
  }

  std::vector<HttpRequest> sent;
  std::function<HttpResponse(const HttpRequest&)> answer = [](const HttpRequest&) { return HttpResponse{599, {}, ""}; };

 private:
  std::deque<HttpResponse> queue_;
};

inline HttpResponse json(int status, std::string body, HttpHeaders headers = {}) {
  headers.emplace_back("Content-Type", "application/json");
  return {status, std::move(headers), std::move(body)};
}

/// A connector and what it is handed.
class RestTest : public testing::Test {
 protected:
  /// A shipped definition, spoken to at http://crm.test.
  void use(const std::string& name) { made(find_connector(name, ".", {}, problems_)); }
  void use_text(const std::string& yaml) { made(kind_from_text(yaml, "test.yaml", problems_)); }

  ScriptedClient http;
  std::unique_ptr<Connector> connector;

 private:
  void made(const std::shared_ptr<const ConnectorKind>& kind) {
    if (kind == nullptr) throw std::runtime_error("the definition is wrong:\n" + problems_.print());
    SystemSettings settings;
    settings.name = "crm";
    settings.plain = {{"url", "http://crm.test/"}};
    settings.secret = {{"token", Secret("t0ken-value")}, {"api_key", Secret("k3y-value")}};
    connector = kind->make(settings, {&http, &clock_, &random_});
  }

  config::Problems problems_;
  StillClock clock_;
  CountingRandom random_;
};

/// "kind: message", or "" for what is no failure.
template <class Result>
std::string failure(const Result& result) {
  const auto* failed = std::get_if<Failure>(&result);
  return failed == nullptr ? "" : std::string(name_of(failed->kind)) + ": " + failed->message;
}

/// Only the kind.
template <class Result>
std::string kind(const Result& result) {
  const auto* failed = std::get_if<Failure>(&result);
  return failed == nullptr ? "none" : std::string(name_of(failed->kind));
}

/// A record as one line of text.
inline std::string show(const Record& record) {
  return record.id + " " + record.revision + " " + print_json(record.fields);
}

inline std::string show(const ReadResult& result) {
  if (const auto* record = std::get_if<Record>(&result)) return show(*record);
  return std::holds_alternative<Gone>(result) ? "gone" : failure(result);
}

inline std::string show(const WriteResult& result) {
  const auto* written = std::get_if<Written>(&result);
  if (written == nullptr) return failure(result);
  return written->id + " " + (written->record ? print_json(written->record->fields) : "-") + " " + written->revision;
}

inline std::string show(const FindResult& result) {
  const auto* records = std::get_if<std::vector<Record>>(&result);
  if (records == nullptr) return failure(result);
  std::string text;
  for (const Record& record : *records) text += (text.empty() ? "" : " ") + record.id;
  return text;
}

template <class Result>
std::vector<std::string> show(const std::vector<Result>& results) {
  std::vector<std::string> lines;
  for (const Result& result : results) lines.push_back(show(result));
  return lines;
}

}  // namespace counterpart::rest
