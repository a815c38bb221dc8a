#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "connectors/registry.h"
#include "connectors/tryton/answer.h"

namespace counterpart::tryton {

/// One call of a model's method.
struct Call {
  std::string verb;   ///< for logs: "read party"
  std::string model;  ///< "party.party"
  std::string method;
  Native::Array params;               ///< without the context
  Native context = Native::Object{};  ///< added to the user's preferences
  bool writes = false;
  std::optional<SendBy> send_by;  ///< of a write; what it takes before (a login) is not bound by it
};

/// A user's session: logs in when it must, and again once when Tryton has forgotten it. For one thread.
class Session {
 public:
  Session(const SystemSettings& settings, const ConnectorPorts& ports);

  boost::asio::awaitable<Replied> call(Call call);

  /// The user's id, logging in first if need be; "" where that fails.
  boost::asio::awaitable<std::string> user();

  /// The longest that a call can take once it is sent.
  std::chrono::milliseconds timeout() const { return timeout_; }

  /// "erp: read party"
  Manner manner(const std::string& verb, bool writes = false) const;

 private:
  struct Login;  ///< one under way, which others wait for
  class Leading;

  boost::asio::awaitable<std::optional<Refusal>> log_in();
  boost::asio::awaitable<std::optional<Refusal>> open();
  boost::asio::awaitable<std::optional<Refusal>> learn_preferences();
  boost::asio::awaitable<HttpResponse> send(std::string method, Native::Array params, Manner manner);
  boost::asio::awaitable<Replied> ask(std::string method, Native::Array params, Manner manner);
  std::string without_password(std::string text) const;

  HttpClient* http_;
  Clock* clock_;
  std::string system_;
  std::string url_;
  std::string name_;
  Secret password_;
  std::chrono::milliseconds timeout_;
  Secret authorization_;  ///< empty: not logged in
  unsigned opened_ = 0;   ///< how often
  std::string user_;
  Native preferences_ = Native::Object{};
  std::shared_ptr<Login> login_;
};

}  // namespace counterpart::tryton
