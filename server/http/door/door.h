#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ports/http_client.h"
#include "server/http/door/network.h"
#include "server/http/door/sockets.h"
#include "server/http/tls/tls_files.h"

namespace counterpart::http {

/// A request as a handler sees it: framing checked, body complete.
struct ServerRequest {
  std::string method;
  std::string path;   ///< percent-encoded as it came, without query
  std::string query;  ///< without '?', "" if none
  HttpHeaders headers;
  std::string body;
  std::string peer;  ///< the caller's address, for logs; the one that a trusted proxy named
};

struct ServerResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

/// Answers requests. An exception becomes 500 and a log line; the connection is closed.
using Handler = std::function<boost::asio::awaitable<ServerResponse>(ServerRequest)>;

struct DoorLimits {
  std::size_t connections = 1000;
  std::size_t connections_per_address = 250;  ///< an IPv4 address, an IPv6 /64; not of Unix sockets
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t bodies_bytes = 128 * 1024 * 1024;  ///< held at once by all connections together; more: 503
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::size_t body_rate = 512;                  ///< bytes a second a body comes with on average at least; 0: any
  std::chrono::milliseconds body_grace{5'000};  ///< before that is asked of it
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};
  /// A door or address that is full gives up the caller who has kept it waiting longest, if longer than this, for the
  /// next one: who keeps connections without using them keeps nobody else out.
  std::chrono::milliseconds slow_after{500};
};

/// Who may come in, and how.
struct DoorAccess {
  /// Others are closed before a byte of theirs is read; empty: everybody may come. Not for Unix sockets.
  std::vector<Network> allow;
  /// Whose X-Forwarded-For is believed: `allow` and the limit an address are then of each request.
  std::vector<Network> trusted_proxies;
  std::optional<TlsFiles> tls;                           ///< nullopt: plain HTTP
  int inherited = -1;                                    ///< a socket that listens there already, taken over
  std::chrono::milliseconds tls_files_looked_at{1'000};  ///< for changes, at most this often
};

/// Told of what a door sees, for metrics; all optional.
struct DoorObserver {
  std::function<void(int status, std::chrono::microseconds took)> answered;
  std::function<void(std::ptrdiff_t change)> connections;  ///< +1, -1
  /// What a request or connection was refused for, one word:
  /// framing, headers, body, timeout, connections, slow, bodies, descriptors, tls, address, not_allowed
  std::function<void(const std::string& why)> refused;
};

/// One listening address (TCP "host:port", "[v6]:port", or a Unix socket's path with '/') and its
/// connections. HTTP/1.1 and 1.0, keep-alive. Framing is checked by us before Beast's parser is
/// trusted (the traps of Boost.Beast before 1.92): refused with 400 and closed are Transfer-Encoding
/// other than `chunked`, TE with Content-Length, chunked on HTTP/1.0, folded headers, no or two Host
/// headers on 1.1, differing Content-Lengths, trailers, long chunk extensions, bare CR or LF,
/// NUL or controls in headers. 413 for a large body, 431 for large headers, 417 for an unknown
/// expectation, 408 on time-outs, 503 with Retry-After over the connection limit. Every 4xx of the door
/// itself closes the connection, after the client had time to read it.
///
/// For one I/O thread: a door belongs to the thread that runs its io_context, which must outlive it.
class Door {
 public:
  /// Binds and listens; throws boost::system::system_error saying which address, why not, and what to do, and
  /// TlsError where the certificate or key cannot be used.
  Door(boost::asio::io_context& io, const std::string& address, DoorLimits limits, Handler handler,
       DoorObserver observer = {}, DoorAccess access = {});

  /// Closes what is still open; requests being handled go unanswered. After stop(), wait for busy() == 0.
  ~Door();
  Door(const Door&) = delete;

  /// The address really bound, "127.0.0.1:43521", or the socket's path.
  std::string address() const;

  /// Keeps the listening socket open for a door to come; nothing after stop().
  void keep_socket(const std::string& address, Sockets& kept) const;

  /// Accepts until stop(). Spawn it on the io_context.
  boost::asio::awaitable<void> run();

  /// No further connections or requests: idle connections are closed, requests under way answered
  /// with Connection: close. May be called from any thread, and more than once.
  void stop();

  /// Reads certificate and key again if their files have changed, for connections from now on; broken ones are
  /// logged, and the old ones stay in use. Happens by itself when connections arrive. From any thread.
  void reload_tls();

  /// Requests being handled or answered; after stop() also those that are given a moment to come.
  std::size_t busy() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// A response with a JSON body.
ServerResponse json_response(int status, std::string body);

}  // namespace counterpart::http
