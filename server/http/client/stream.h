#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "server/http/client/proxy.h"
#include "server/http/client/url.h"
#include "server/http/tls/renewed_context.h"

namespace counterpart::http {

/// How a read or write ended.
struct Transfer {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// A connection to a system, plain or TLS. The templates behind it are compiled in one file.
class Stream {
 public:
  using Timer = boost::asio::steady_timer;
  using Both = std::array<boost::asio::const_buffer, 2>;

  virtual ~Stream() = default;

  /// Connects, over TLS with the certificate and host name verified, through the proxy if there is one. Throws
  /// HttpError, maybe_sent false, saying why not, and whether it was the proxy.
  virtual boost::asio::awaitable<void> open(Url url, Timer::time_point deadline) = 0;
  virtual boost::asio::awaitable<Transfer> write(Both buffers) = 0;
  virtual boost::asio::awaitable<Transfer> read_some(boost::asio::mutable_buffer buffer) = 0;

  /// What is under way ends with an error.
  virtual void close() = 0;

  /// Whether an idle connection can still be used: open, and the peer has sent nothing unasked.
  virtual bool fresh() = 0;
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// With a proxy, what is written goes to the proxy, who passes it on.
std::shared_ptr<Stream> make_plain_stream(const boost::asio::any_io_executor& executor, std::optional<Proxy> proxy);

/// With a proxy, through a tunnel: nothing but the way is the proxy's to see.
std::shared_ptr<Stream> make_tls_stream(const boost::asio::any_io_executor& executor, TlsContext context,
                                        std::optional<Proxy> proxy);

/// If a system ended a connection since it wants a client certificate, or another one: that, and what to do.
std::optional<std::string> certificate_alert(const boost::system::error_code& error);

/// Closes a stream at a point in time, unless it goes first.
class Alarm {
 public:
  Alarm(const boost::asio::any_io_executor& executor, const std::shared_ptr<Stream>& stream,
        Stream::Timer::time_point at);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  bool rang() const { return *rang_; }

 private:
  Stream::Timer timer_;
  std::shared_ptr<bool> rang_ = std::make_shared<bool>(false);
};

}  // namespace counterpart::http
