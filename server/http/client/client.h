#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connectors/ports/clock.h"
#include "connectors/ports/http_client.h"
#include "connectors/ports/random.h"
#include "server/fault_points.h"
#include "server/http/client/proxy.h"
#include "server/http/client/shared_pace.h"

namespace counterpart::http {

struct ClientSettings {
  std::string system;  ///< its name, for logs, metrics and fault points
  std::size_t connections = 8;
  std::string ca_file;  ///< "": the machine's trust store
  std::size_t response_bytes = 32 * 1024 * 1024;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};  ///< a kept connection idle for so long is not used again
  std::optional<Proxy> proxy = {};                 ///< nullopt: straight to the system; the environment is not asked
  std::string client_certificate = {};             ///< PEM file; "": none is shown
  std::string client_key = {};                     ///< PEM file, of client_certificate
  std::chrono::milliseconds tls_files_looked_at{1'000};  ///< for changes, at most this often
};

/// Told of each exchange, for metrics. status 0: no answer.
struct ClientObserver {
  std::function<void(const HttpRequest&, int status, std::chrono::microseconds took)> exchanged;
};

/// The real client: Beast, HTTP/1.1, TLS ≥ 1.2 verified with host name, a pool of kept-alive
/// connections an origin. A request on a kept connection that turns out closed before any byte of
/// an answer came is repeated once on a fresh one, if it is GET or HEAD or not a byte of it was sent. Redirects
/// are not followed. HttpRequest::gate is passed before each first byte.
/// The request's time-out covers the wait for a connection, connecting and the exchange. Connections idle for
/// too long, or closed by the peer, are dropped when the next request comes: no timer keeps the io_context
/// busy. A cancelled send() throws boost::system::system_error.
/// Through a proxy, https goes end to end inside a tunnel (CONNECT), http in absolute form; what the proxy itself
/// refuses is an HttpError that says so. Certificates, keys and ca_file are read again when they change.
/// Throws TlsError for one of them that cannot be used.
std::unique_ptr<HttpClient> make_client(boost::asio::io_context& io, ClientSettings settings, FaultPoints& points,
                                        ClientObserver observer = {});

struct GovernorSettings {
  std::string system;
  double requests_per_second = 50;
  double burst = 50;
  int breaker_failures = 5;                       ///< failures in a row that open the breaker
  std::chrono::milliseconds breaker_wait{5'000};  ///< then one probe at a time; doubled per failed probe up to ×12
};

enum class BreakerState { closed, open, half_open };

/// One system's pace: tokens, the system's Retry-After (429, 503; seconds or HTTP date) and a breaker, over another
/// client, and kept together with other daemons. While the breaker is open, or a Retry-After lies further ahead than
/// the request's time-out or send_by, send() throws SystemDown at once; else it waits for its token, in order
/// of arrival. A request whose send_by comes first ends as HttpError::Cause::too_late; and one that waited for a
/// connection while a pause or an outage began takes its turn again: all this is looked at for the last time
/// right before its first byte. After a pause or an outage requests start one by one, not in a burst. No
/// answer is a failure, and so is a 500, 502, 503 or 504 without Retry-After to a request that has not failed
/// since the last success (one that a system chokes on is no outage); 429, and what has nothing to do with the
/// system (HttpError::Cause), are none. Waits are jittered upwards only, at most 1 s (pauses) or a quarter (breaker).
/// Tokens come from the shared pace, a quarter of a second's worth at most at once; pauses and the breaker's state are
/// told to the other daemons and learnt from them; of all daemons one tries whether the system is back.
class Governor : public HttpClient {
 public:
  Governor(std::unique_ptr<HttpClient> client, GovernorSettings settings, Clock& clock, Random& random,
           std::unique_ptr<SharedPace> shared);
  ~Governor() override;
  boost::asio::awaitable<HttpResponse> send(HttpRequest request) override;
  BreakerState breaker() const;
  /// Another daemon has found out something about the system: asks the shared pace what.
  boost::asio::awaitable<void> look();
  /// Called when the breaker opens or closes.
  std::function<void(BreakerState)> on_breaker;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterpart::http
