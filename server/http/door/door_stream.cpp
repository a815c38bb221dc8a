#include "server/http/door/door_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

error_code shut(Socket& socket) {
  error_code error;
  socket.shutdown(Socket::shutdown_send, error);
  return error;
}

class PlainDoorStream : public DoorStream {
 public:
  explicit PlainDoorStream(Socket socket) : socket_(std::move(socket)) {}

  bool secure() const override { return false; }

  awaitable<error_code> handshake() override { co_return error_code(); }

  awaitable<Received> read_some(asio::mutable_buffer buffer) override {
    const auto result = co_await socket_.async_read_some(buffer, kTuple);
    co_return Received{std::get<0>(result), std::get<1>(result)};
  }

  awaitable<error_code> write(Both buffers) override {
    const auto result = co_await asio::async_write(socket_, buffers, kTuple);
    co_return std::get<0>(result);
  }

  awaitable<error_code> finish() override { co_return shut(socket_); }

  Socket& socket() override { return socket_; }

 private:
  Socket socket_;
};

class TlsDoorStream : public DoorStream {
 public:
  TlsDoorStream(Socket socket, std::shared_ptr<asio::ssl::context> context)
      : socket_(std::move(socket)), context_(std::move(context)), tls_(socket_, *context_) {}

  bool secure() const override { return true; }

  awaitable<error_code> handshake() override {
    const auto result = co_await tls_.async_handshake(asio::ssl::stream_base::server, kTuple);
    co_return std::get<0>(result);
  }

  awaitable<Received> read_some(asio::mutable_buffer buffer) override {
    const auto result = co_await tls_.async_read_some(buffer, kTuple);
    co_return Received{std::get<0>(result), std::get<1>(result)};
  }

  awaitable<error_code> write(Both buffers) override {
    const auto result = co_await asio::async_write(tls_, buffers, kTuple);
    co_return std::get<0>(result);
  }

  /// Our close_notify is out when this ends, whether or not the peer has answered with its own.
  awaitable<error_code> finish() override {
    co_await tls_.async_shutdown(kTuple);
    co_return shut(socket_);
  }

  Socket& socket() override { return socket_; }

 private:
  Socket socket_;
  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<Socket&> tls_;
};

}  // namespace

std::unique_ptr<DoorStream> make_plain_door_stream(Socket socket) {
  return std::make_unique<PlainDoorStream>(std::move(socket));
}

std::unique_ptr<DoorStream> make_tls_door_stream(Socket socket, std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<TlsDoorStream>(std::move(socket), std::move(context));
}

}  // namespace counterpart::http
