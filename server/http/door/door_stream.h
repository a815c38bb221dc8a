#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "server/http/door/address.h"

namespace counterpart::http {

/// How a read ended.
struct Received {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// A connection to a door, plain or TLS. The templates behind it are compiled in one file.
class DoorStream {
 public:
  using Both = std::array<boost::asio::const_buffer, 2>;

  virtual ~DoorStream() = default;

  /// Whether a handshake comes first.
  virtual bool secure() const = 0;
  virtual boost::asio::awaitable<boost::system::error_code> handshake() = 0;
  virtual boost::asio::awaitable<Received> read_some(boost::asio::mutable_buffer buffer) = 0;
  virtual boost::asio::awaitable<boost::system::error_code> write(Both buffers) = 0;

  /// Tells the peer that nothing more comes; what it still sends is read from socket(), and thrown away.
  virtual boost::asio::awaitable<boost::system::error_code> finish() = 0;

  /// The connection beneath, to cancel and close it.
  virtual Socket& socket() = 0;
};

std::unique_ptr<DoorStream> make_plain_door_stream(Socket socket);
std::unique_ptr<DoorStream> make_tls_door_stream(Socket socket, std::shared_ptr<boost::asio::ssl::context> context);

}  // namespace counterpart::http
