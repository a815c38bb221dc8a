#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/ports/clock.h"

namespace counterpart {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name (ASCII case does not matter), or nullptr.
const std::string* find_header(const HttpHeaders& headers, std::string_view name);

/// What stands between a request's way to its connection and its first byte: handed to the client that writes
/// bytes by the one that keeps the system's pace.
class Gate {
 public:
  virtual ~Gate() = default;

  /// Called right before the first byte is written, whenever one is (a request may be repeated on another
  /// connection). Waits where the system must not be called yet, then true: the connection may have gone stale.
  /// Throws HttpError or SystemDown where the request must not be sent any more.
  virtual boost::asio::awaitable<bool> pass() = 0;

  /// How long the request may still wait to be sent; nullopt: as long as its time-out lets it.
  virtual std::optional<std::chrono::microseconds> time_left() const = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute: http:// or https://
  HttpHeaders headers;
  std::string body;
  std::chrono::milliseconds timeout{std::chrono::seconds(30)};  ///< for the whole exchange
  std::optional<SendBy> send_by;  ///< later than this no byte of it is sent (by a client that keeps a pace)
  Gate* gate = nullptr;           ///< set by that client; lives as long as send()
  std::string purpose;            ///< for logs and metrics, without data: "crm: read contacts"
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

/// No answer came. `maybe_sent`: the request may have reached the system, so its outcome is unknown.
class HttpError : public std::runtime_error {
 public:
  enum class Cause {
    system,    ///< the system, or the way to it
    ours,      ///< the request, or what we allow ourselves: says nothing of the system
    too_late,  ///< HttpRequest::send_by had come before its turn; never maybe_sent
  };
  HttpError(const std::string& what, bool maybe_sent, Cause cause = Cause::system)
      : std::runtime_error(what), maybe_sent_(maybe_sent), cause_(cause) {}
  bool maybe_sent() const { return maybe_sent_; }
  Cause cause() const { return cause_; }

 private:
  bool maybe_sent_;
  Cause cause_;
};

/// The system's breaker is open, or it asked us to wait: nothing was sent.
class SystemDown : public std::runtime_error {
 public:
  SystemDown(const std::string& what, std::chrono::milliseconds retry_after)
      : std::runtime_error(what), retry_after_(retry_after) {}
  std::chrono::milliseconds retry_after() const { return retry_after_; }

 private:
  std::chrono::milliseconds retry_after_;
};

/// Sends requests to one system: kept-alive connections, TLS verified, rate and breaker applied.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// The system's answer, whatever its status. Redirects are not followed. Throws HttpError or SystemDown.
  virtual boost::asio::awaitable<HttpResponse> send(HttpRequest request) = 0;
};

}  // namespace counterpart
