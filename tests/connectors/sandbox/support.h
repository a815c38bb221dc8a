#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/sandbox/sandbox.h"
#include "connectors/sandbox/times.h"
#include "connectors/webhook/hook.h"
#include "mapping/values/json.h"

namespace counterpart::sandbox {

/// Stands still until moved; sleeping moves it.
class FakeClock : public Clock {
 public:
  explicit FakeClock(const char* start = "2026-11-20T10:00:00.123Z") : now_(parse_iso(start).value()) {}
  Instant now() const override { return now_; }
  std::chrono::microseconds uptime() const override { return now_.time_since_epoch(); }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds duration) override {
    slept.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(duration));
    now_ += duration;
    co_return;
  }
  void pass(std::chrono::microseconds duration) { now_ += duration; }

  std::vector<std::chrono::milliseconds> slept;

 private:
  Instant now_;
};

class FakeRandom : public Random {
 public:
  std::uint64_t bits() override { return state_ = state_ * 6364136223846793005U + 1442695040888963407U; }

 private:
  std::uint64_t state_ = 42;
};

/// Keeps what it is told to send, and answers by script: then 202.
class ScriptedClient : public HttpClient {
 public:
  boost::asio::awaitable<HttpResponse> send(HttpRequest request) override {
    sent.push_back(std::move(request));
    if (on_sent) on_sent();
    HttpResponse response;
    response.status = 202;
    if (!script.empty()) {
      response = std::move(script.front());
      script.pop_front();
    }
    if (response.status == 0) throw HttpError("connection reset", true);
    co_return response;
  }

  std::vector<HttpRequest> sent;
  std::deque<HttpResponse> script;  ///< status 0: no answer
  std::function<void()> on_sent;
};

/// An answer, its body read.
struct Answer {
  int status = 0;
  HttpHeaders headers;
  Native body;
  SandboxResponse raw;

  /// The text at a path: members and places in arrays.
  std::string at(std::initializer_list<std::string> path) const {
    const Native* place = &body;
    for (const std::string& step : path) {
      if (place->is_array()) {
        const auto index = std::stoul(step);
        if (index >= place->array().size()) return "(out of range)";
        place = &place->array()[index];
      } else {
        place = place->member(step);
      }
      if (place == nullptr) return "(absent)";
    }
    return place->is_null() ? "(null)" : place->plain();
  }
  std::string header(std::string_view name) const {
    const std::string* found = find_header(headers, name);
    return found == nullptr ? "(absent)" : *found;
  }
  friend void PrintTo(const Answer& answer, std::ostream* out) { *out << answer.status << ' ' << answer.raw.body; }
};

inline const char* const kHub = "hub-key";
inline const char* const kPerson = "person-key";

/// Both CRMs with everything they are handed, in the hands of a test.
class SandboxTest : public testing::Test {
 protected:
  SandboxSettings settings(const char* prefix) {
    SandboxSettings settings;
    settings.prefix = prefix;
    settings.hub_key = Secret(kHub);
    settings.person_key = Secret(kPerson);
    settings.hook_url = std::string("http://hub.test/hooks") + prefix;
    settings.hook_secret = Secret("whsec_c2FuZGJveC1hLXdlYmhvb2stc2VjcmV0");
    return settings;
  }

  static Answer ask(SandboxCrm& crm, const char* key, const std::string& method, const std::string& target,
                    const std::string& body = {}, HttpHeaders headers = {}) {
    SandboxRequest request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    request.query = target.substr(std::min(request.path.size() + 1, target.size()));
    request.headers = std::move(headers);
    if (key != nullptr) {
      request.headers.emplace_back("authorization", std::string("Bearer ") + key);
      request.headers.emplace_back("x-api-key", key);
    }
    request.body = body;
    Answer answer;
    answer.raw = crm.handle(request);
    answer.status = answer.raw.status;
    answer.headers = answer.raw.headers;
    if (find_header(answer.headers, "Content-Type") != nullptr && answer.header("Content-Type") == "application/json") {
      answer.body = parse_json(answer.raw.body);
    }
    return answer;
  }

  /// Lets webhooks out until all that waits is sent.
  void deliver_all(SandboxCrm& crm) {
    boost::asio::io_context io;
    boost::asio::co_spawn(io, crm.deliver(), boost::asio::detached);
    io.poll();
    EXPECT_EQ(crm.webhooks().queued, 0U);
    EXPECT_EQ(crm.webhooks().in_flight, 0U);
    crm.stop();
    io.poll();
  }

  FakeClock clock_;
  FakeRandom random_;
  ScriptedClient hooks_;
};

}  // namespace counterpart::sandbox
