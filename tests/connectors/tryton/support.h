#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/tryton/tryton.h"
#include "mapping/values/json.h"

namespace counterpart::tryton {

/// Runs one piece of work to its end.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::exception_ptr fault;
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
    fault = thrown;
    result = std::move(value);
  });
  io.restart();
  io.run();
  if (fault) std::rethrow_exception(fault);
  return std::move(*result);
}

class StillClock : public Clock {
 public:
  Instant now() const override { return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21); }
  std::chrono::microseconds uptime() const override { return now().time_since_epoch(); }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds) override { co_return; }
};

class CountingRandom : public Random {
 public:
  std::uint64_t bits() override { return ++count_; }

 private:
  std::uint64_t count_ = 0;
};

/// "kind: message" of a failure, "gone", "written 7" or "7 {fields}".
inline std::string show(const Failure& failure) {
  return std::string(name_of(failure.kind)) + ": " + failure.message;
}
inline std::string show(const Record& record) {
  return record.id + " " + print_json(record.fields);
}
inline std::string show(const ReadResult& result) {
  if (const auto* record = std::get_if<Record>(&result)) return show(*record);
  return std::holds_alternative<Gone>(result) ? "gone" : show(std::get<Failure>(result));
}
inline std::string show(const WriteResult& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return show(*failure);
  return "written " + std::get<Written>(result).id;
}
inline std::string show(const FindResult& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return show(*failure);
  std::string ids;
  for (const Record& record : std::get<std::vector<Record>>(result)) ids += (ids.empty() ? "" : " ") + record.id;
  return ids;
}
template <class Result>
std::vector<std::string> show(const std::vector<Result>& results) {
  std::vector<std::string> shown;
  for (const Result& result : results) shown.push_back(show(result));
  return shown;
}

inline std::unique_ptr<Connector> make_connector(const std::string& url, const std::string& user,
                                                 const std::string& password, const ConnectorPorts& ports) {
  SystemSettings settings;
  settings.name = "erp";
  settings.plain = {{"url", url}, {"user", user}};
  settings.secret = {{"password", Secret(password)}};
  return tryton_kind()->make(settings, ports);
}

}  // namespace counterpart::tryton
