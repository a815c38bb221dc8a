#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "certificate.h"
#include "connectors/ports/http_client.h"
#include "server/fault_points.h"

namespace counterpart::http::testing {

/// How a call of send() ended, or that it has not.
struct Outcome {
  enum class Kind { waiting, answered, no_answer, system_down, cancelled };
  Kind kind = Kind::waiting;
  HttpResponse response;
  std::string error;
  bool maybe_sent = false;
  HttpError::Cause cause = HttpError::Cause::system;
  std::chrono::milliseconds retry_after{0};
  boost::asio::cancellation_signal cancel;

  bool ended() const { return kind != Kind::waiting; }
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

/// Starts a request on the io_context; nothing runs before the io_context does.
std::shared_ptr<Outcome> start(boost::asio::io_context& io, HttpClient& client, HttpRequest request);

/// Starts a request and runs the io_context until it has ended.
std::shared_ptr<Outcome> call(boost::asio::io_context& io, HttpClient& client, HttpRequest request);

/// Runs the io_context until these have ended.
void run_until_ended(boost::asio::io_context& io, const std::vector<std::shared_ptr<Outcome>>& outcomes);

/// Remembers the points it was told of.
class RecordedPoints : public FaultPoints {
 public:
  void reach(std::string_view point) override { reached.emplace_back(point); }
  std::vector<std::string> reached;
};

/// A server that says exactly what it is told, whether that is HTTP or not.
class RawServer {
 public:
  enum class Then { keep, close, hang };
  struct Reply {
    std::string bytes;
    Then then = Then::keep;
  };

  /// Replies to the requests in the order in which they come; after the last it hangs.
  RawServer(boost::asio::io_context& io, std::deque<Reply> replies, const Certificate* certificate = nullptr,
            int newest_tls = 0);
  ~RawServer();
  RawServer(const RawServer&) = delete;

  /// From now on: a TLS client must show a certificate that this file vouches for.
  void demand_certificate(const std::string& ca_file);

  std::uint16_t port() const;
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const;
  int accepted() const;
  int open_most() const;  ///< connections open at once, at most
  const std::vector<std::string>& requests() const;
  const std::vector<std::string>& client_names() const;  ///< common names of the certificates that were shown

  /// Answers those who hang, one after the other, with this.
  void release(const std::string& bytes);

  /// Closes the connections that are open now.
  void close_connections();

  /// Ends them so that the peer's next write fails.
  void reset_connections();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A proxy that opens tunnels: to the port that it is asked for, whatever the name, on this machine.
class TunnelProxy {
 public:
  /// `answer`: what it says once the tunnel is open.
  explicit TunnelProxy(boost::asio::io_context& io, std::string answer = "HTTP/1.1 200 Established\r\n\r\n");
  ~TunnelProxy();
  TunnelProxy(const TunnelProxy&) = delete;

  std::string url() const;
  const std::vector<std::string>& requests() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A complete response with a body.
std::string ok(const std::string& body);

}  // namespace counterpart::http::testing
