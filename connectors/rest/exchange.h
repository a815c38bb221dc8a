#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "connectors/registry.h"
#include "connectors/rest/definition.h"
#include "connectors/rest/judge.h"
#include "connectors/rest/variables.h"

namespace counterpart::rest {

/// What the system answered: a success, or one of the statuses that the manner takes for an answer.
struct Answer {
  int status = 0;
  HttpHeaders headers;
  Native body;                  ///< null where there was none
  std::optional<Instant> date;  ///< the system's clock
};
using Answered = std::variant<Answer, Failure>;

/// Makes requests from calls, sends them, and judges what comes back.
class Exchange {
 public:
  Exchange(std::shared_ptr<const Definition> definition, const SystemSettings& settings, const ConnectorPorts& ports);

  /// The request of a call; a Failure where a template cannot be filled in.
  std::variant<HttpRequest, Failure> request(const Call& call, Variables variables, const Manner& manner) const;

  boost::asio::awaitable<Answered> send(HttpRequest request, Manner manner) const;

  /// A URL that a system gave us (the next page's), with auth.query in the place of what it has of those.
  std::string with_auth(const std::string& url) const;

  /// The same without them, to be stored.
  std::string without_auth(const std::string& url) const;

  /// request() and send().
  boost::asio::awaitable<Answered> ask(const Call* call, Variables variables, Manner manner) const;

  const Definition& definition() const { return *definition_; }
  Instant now() const { return clock_->now(); }
  const std::string& system() const { return system_; }
  std::chrono::milliseconds timeout() const { return timeout_; }  ///< of one call, once it is sent

  /// The failure with its message cut to 500 characters, free of secrets and control characters.
  Failure cleaned(Failure failure) const;

 private:
  std::string url(const Call& call, const Variables& variables) const;
  std::variant<Answer, Failure> answer(HttpResponse response, const Manner& manner) const;

  std::shared_ptr<const Definition> definition_;
  HttpClient* http_;
  Clock* clock_;
  std::string system_;
  std::vector<std::string> secrets_;
  Native settings_;
  std::string base_url_;
  std::string auth_query_;
  std::vector<std::string> auth_names_;  ///< of its parameters, percent-encoded
  HttpHeaders headers_;
  std::chrono::milliseconds timeout_;
};

}  // namespace counterpart::rest
