#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace counterpart {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name (ASCII case does not matter), or nullptr.
const std::string* find_header(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute: http:// or https://
  HttpHeaders headers;
  std::string body;
  std::chrono::milliseconds timeout{std::chrono::seconds(30)};  ///< for the whole exchange
  std::string purpose;  ///< for logs and metrics, without data: "crm: read contacts"
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

/// No answer came. `maybe_sent`: the request may have reached the system, so its outcome is unknown.
class HttpError : public std::runtime_error {
 public:
  HttpError(const std::string& what, bool maybe_sent) : std::runtime_error(what), maybe_sent_(maybe_sent) {}
  bool maybe_sent() const { return maybe_sent_; }

 private:
  bool maybe_sent_;
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
