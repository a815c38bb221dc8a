#include "server/http/client/stream.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include "connectors/ports/http_client.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using Timer = Stream::Timer;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

[[noreturn]] void fail(const Url& url, const std::string& why, HttpError::Cause cause = HttpError::Cause::system) {
  throw HttpError("cannot connect to " + url.origin() + ": " + why, false, cause);
}

/// Whether it is this machine that has run out of something, not the way to the system that is closed.
HttpError::Cause cause_of(const error_code& error) {
  const bool ours = error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
                    error == asio::error::no_memory || error == boost::system::errc::too_many_files_open_in_system ||
                    error == boost::system::errc::address_not_available;
  return ours ? HttpError::Cause::ours : HttpError::Cause::system;
}

/// A name look-up that can be left alone: the system's resolver cannot be interrupted.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), over(executor) {}
  tcp::resolver resolver;
  Timer over;
  error_code error;
  std::vector<tcp::endpoint> endpoints;
  bool answered = false;
};

void start(const std::shared_ptr<Lookup>& lookup, const Url& url) {
  const auto take = [lookup](const error_code& error, const tcp::resolver::results_type& results) {
    lookup->error = error;
    for (const auto& result : results) lookup->endpoints.push_back(result.endpoint());
    lookup->answered = true;
    lookup->over.cancel();
  };
  lookup->resolver.async_resolve(url.host, std::to_string(url.port), tcp::resolver::numeric_service, take);
}

awaitable<std::vector<tcp::endpoint>> resolve(Url url, Timer::time_point deadline) {
  error_code error;
  const auto numeric = asio::ip::make_address(url.host, error);
  if (!error) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(numeric, url.port));
  const auto executor = co_await asio::this_coro::executor;
  const auto lookup = std::make_shared<Lookup>(executor);
  lookup->over.expires_at(deadline);
  start(lookup, url);
  const auto result = co_await lookup->over.async_wait(kTuple);
  if (!lookup->answered) {
    if (std::get<0>(result)) throw boost::system::system_error(asio::error::operation_aborted);
    fail(url, "its name was not resolved in time");
  }
  if (lookup->error) fail(url, "its name cannot be resolved: " + lookup->error.message());
  co_return lookup->endpoints;
}

bool nothing_pending(tcp::socket& socket) {
  if (!socket.is_open()) return false;
  char byte = 0;
  const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && errno == EAGAIN;
}

class PlainStream : public Stream, public std::enable_shared_from_this<PlainStream> {
 public:
  explicit PlainStream(const asio::any_io_executor& executor) : socket_(executor) {}

  awaitable<void> open(Url url, Timer::time_point deadline) override {
    const auto endpoints = co_await resolve(url, deadline);
    error_code error = asio::error::host_not_found;
    for (std::size_t i = 0; i < endpoints.size() && error; ++i) {
      // An address that does not answer must leave time for the others.
      const auto now = Timer::clock_type::now();
      const auto share = (deadline - now) / static_cast<std::ptrdiff_t>(endpoints.size() - i);
      const Alarm alarm(socket_.get_executor(), shared_from_this(), now + share);
      const auto result = co_await socket_.async_connect(endpoints[i], kTuple);
      error = std::get<0>(result);
      if (alarm.rang()) error = asio::error::timed_out;
      if (error) close();
      if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    }
    if (error) fail(url, error.message(), cause_of(error));
    socket_.set_option(tcp::no_delay(true), error);
  }

  awaitable<Transfer> write(Both buffers) override {
    const auto result = co_await asio::async_write(socket_, buffers, kTuple);
    co_return Transfer{std::get<0>(result), std::get<1>(result)};
  }

  awaitable<Transfer> read_some(asio::mutable_buffer buffer) override {
    const auto result = co_await socket_.async_read_some(buffer, kTuple);
    co_return Transfer{std::get<0>(result), std::get<1>(result)};
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

  bool fresh() override { return nothing_pending(socket_); }

  tcp::socket& socket() { return socket_; }

 private:
  tcp::socket socket_;
};

/// TLS over a plain stream's socket.
class TlsStream : public Stream, public std::enable_shared_from_this<TlsStream> {
 public:
  TlsStream(const asio::any_io_executor& executor, asio::ssl::context& context)
      : plain_(std::make_shared<PlainStream>(executor)), tls_(plain_->socket(), context) {}

  awaitable<void> open(Url url, Timer::time_point deadline) override {
    co_await plain_->open(url, deadline);
    prepare(url.host);
    const Alarm alarm(plain_->socket().get_executor(), shared_from_this(), deadline);
    const auto result = co_await tls_.async_handshake(asio::ssl::stream_base::client, kTuple);
    const error_code error = std::get<0>(result);
    if (!error) co_return;
    if (alarm.rang()) fail(url, "the TLS handshake took too long");
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    fail(url, "no secure connection: " + reason(error));
  }

  awaitable<Transfer> write(Both buffers) override {
    const auto result = co_await asio::async_write(tls_, buffers, kTuple);
    co_return Transfer{std::get<0>(result), std::get<1>(result)};
  }

  awaitable<Transfer> read_some(asio::mutable_buffer buffer) override {
    const auto result = co_await tls_.async_read_some(buffer, kTuple);
    co_return Transfer{std::get<0>(result), std::get<1>(result)};
  }

  void close() override { plain_->close(); }

  bool fresh() override { return SSL_pending(tls_.native_handle()) == 0 && nothing_pending(plain_->socket()); }

 private:
  void prepare(const std::string& host) {
    tls_.set_verify_mode(asio::ssl::verify_peer);
    tls_.set_verify_callback(asio::ssl::host_name_verification(host));
    error_code not_numeric;
    asio::ip::make_address(host, not_numeric);
    // RFC 6066: no literal addresses in the server name indication.
    if (not_numeric) {
      SSL_ctrl(tls_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(host.c_str()));
    }
  }

  std::string reason(const error_code& error) {
    const long verified = SSL_get_verify_result(tls_.native_handle());
    if (verified != X509_V_OK) return std::string("certificate refused: ") + X509_verify_cert_error_string(verified);
    return error.message();
  }

  std::shared_ptr<PlainStream> plain_;
  asio::ssl::stream<tcp::socket&> tls_;
};

}  // namespace

std::shared_ptr<Stream> make_plain_stream(const asio::any_io_executor& executor) {
  return std::make_shared<PlainStream>(executor);
}

std::shared_ptr<Stream> make_tls_stream(const asio::any_io_executor& executor, asio::ssl::context& context) {
  return std::make_shared<TlsStream>(executor, context);
}

asio::ssl::context make_tls_context(const std::string& ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(ca_file, error);
  }
  if (error) {
    const std::string from = ca_file.empty() ? "the machine's trust store" : ca_file;
    throw HttpError("cannot read certificates from " + from + ": " + error.message(), false, HttpError::Cause::ours);
  }
  return context;
}

Alarm::Alarm(const asio::any_io_executor& executor, const std::shared_ptr<Stream>& stream, Timer::time_point at)
    : timer_(executor, at) {
  timer_.async_wait([rang = rang_, watched = std::weak_ptr<Stream>(stream)](const error_code& error) {
    // An alarm that was taken down a moment too late has let go of its half of `rang`.
    const bool taken_down = error || rang.use_count() == 1;
    const auto still_there = watched.lock();
    if (taken_down || !still_there) return;
    *rang = true;
    still_there->close();
  });
}

Alarm::~Alarm() {
  timer_.cancel();
}

}  // namespace counterpart::http
