#include "server/http/client/stream.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include "connectors/ports/http_client.h"
#include "server/http/client/tunnel.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using Timer = Stream::Timer;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

/// Where a connection goes: to a system, or to a proxy on the way there.
struct Destination {
  std::string host;
  std::uint16_t port = 0;
  std::string name;  ///< for messages
};

Destination destination_of(const Url& url, const std::optional<Proxy>& proxy) {
  if (!proxy) return {url.host, url.port, url.origin()};
  return {proxy->url.host, proxy->url.port, proxy->name() + " on the way to " + url.origin()};
}

[[noreturn]] void fail(const std::string& name, const std::string& why,
                       HttpError::Cause cause = HttpError::Cause::system) {
  throw HttpError("cannot connect to " + name + ": " + why, false, cause);
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

void start(const std::shared_ptr<Lookup>& lookup, const Destination& to) {
  const auto take = [lookup](const error_code& error, const tcp::resolver::results_type& results) {
    lookup->error = error;
    for (const auto& result : results) lookup->endpoints.push_back(result.endpoint());
    lookup->answered = true;
    lookup->over.cancel();
  };
  lookup->resolver.async_resolve(to.host, std::to_string(to.port), tcp::resolver::numeric_service, take);
}

awaitable<std::vector<tcp::endpoint>> resolve(Destination to, Timer::time_point deadline) {
  error_code error;
  const auto numeric = asio::ip::make_address(to.host, error);
  if (!error) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(numeric, to.port));
  const auto executor = co_await asio::this_coro::executor;
  const auto lookup = std::make_shared<Lookup>(executor);
  lookup->over.expires_at(deadline);
  start(lookup, to);
  const auto result = co_await lookup->over.async_wait(kTuple);
  if (!lookup->answered) {
    if (std::get<0>(result)) throw boost::system::system_error(asio::error::operation_aborted);
    fail(to.name, "its name was not resolved in time");
  }
  if (lookup->error) fail(to.name, "its name cannot be resolved: " + lookup->error.message());
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
  PlainStream(const asio::any_io_executor& executor, std::optional<Proxy> proxy)
      : socket_(executor), proxy_(std::move(proxy)) {}

  awaitable<void> open(Url url, Timer::time_point deadline) override {
    const Destination to = destination_of(url, proxy_);
    const auto endpoints = co_await resolve(to, deadline);
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
    if (error) fail(to.name, error.message(), cause_of(error));
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
  const std::optional<Proxy>& proxy() const { return proxy_; }

 private:
  tcp::socket socket_;
  std::optional<Proxy> proxy_;
};

/// The TLS alert by which the peer ended a connection; nullopt: it ended otherwise.
std::optional<int> alert_in(const error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return std::nullopt;
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  if (reason < SSL_AD_REASON_OFFSET) return std::nullopt;
  return reason - SSL_AD_REASON_OFFSET;
}

/// TLS over a plain stream's socket.
class TlsStream : public Stream, public std::enable_shared_from_this<TlsStream> {
 public:
  TlsStream(const asio::any_io_executor& executor, TlsContext context, std::optional<Proxy> proxy)
      : plain_(std::make_shared<PlainStream>(executor, std::move(proxy))),
        context_(std::move(context)),
        tls_(plain_->socket(), *context_) {}

  awaitable<void> open(Url url, Timer::time_point deadline) override {
    co_await plain_->open(url, deadline);
    if (plain_->proxy()) co_await open_tunnel(plain_, *plain_->proxy(), url, deadline);
    prepare(url.host);
    const Alarm alarm(plain_->socket().get_executor(), shared_from_this(), deadline);
    const auto result = co_await tls_.async_handshake(asio::ssl::stream_base::client, kTuple);
    const error_code error = std::get<0>(result);
    if (!error) co_return;
    if (alarm.rang()) fail(url.origin(), "the TLS handshake took too long");
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    fail(url.origin(), "no secure connection: " + reason(error));
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
    if (const auto alert = certificate_alert(error)) return *alert;
    const bool may_want_one = alert_in(error) == SSL_AD_HANDSHAKE_FAILURE && !SSL_get_certificate(tls_.native_handle());
    return error.message() + (may_want_one ? "; it may want a client certificate ('client_certificate')" : "");
  }

  std::shared_ptr<PlainStream> plain_;
  TlsContext context_;
  asio::ssl::stream<tcp::socket&> tls_;
};

}  // namespace

std::shared_ptr<Stream> make_plain_stream(const asio::any_io_executor& executor, std::optional<Proxy> proxy) {
  return std::make_shared<PlainStream>(executor, std::move(proxy));
}

std::shared_ptr<Stream> make_tls_stream(const asio::any_io_executor& executor, TlsContext context,
                                        std::optional<Proxy> proxy) {
  return std::make_shared<TlsStream>(executor, std::move(context), std::move(proxy));
}

std::optional<std::string> certificate_alert(const error_code& error) {
  switch (alert_in(error).value_or(-1)) {
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "it wants a client certificate; name one with 'client_certificate' and 'client_key'";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
      return "it refuses our client certificate (" + error.message() + "); see 'client_certificate'";
    default:
      return std::nullopt;
  }
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
