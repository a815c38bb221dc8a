#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <string>
#include <sys/types.h>

#include "server/http/door/network.h"

namespace counterpart::http {

/// TCP and Unix sockets alike, so that a session is compiled once for both.
using Socket = boost::asio::generic::stream_protocol::socket;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// Nobody can be listened to at an address: which, why, and what to do.
class ListenError : public boost::system::system_error {
 public:
  ListenError(boost::system::error_code error, const std::string& address);
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// A listening socket. A Unix socket's path goes with it, if it is still ours.
class Listener {
 public:
  /// "host:port", "[v6]:port" or a path with '/'. A stale Unix socket, on which nobody listens, is
  /// replaced; the new one has mode 0600. `inherited`: a TCP socket that listens there already, which it takes over;
  /// -1: none. Throws ListenError.
  Listener(boost::asio::io_context& io, const std::string& address, int inherited = -1);
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Acceptor& acceptor() { return acceptor_; }
  const std::string& address() const { return address_; }
  void close();

 private:
  void listen_tcp(const std::string& address);
  void take_over(const std::string& address, int descriptor);
  void listen_unix(const std::string& path);

  Acceptor acceptor_;
  std::string address_;
  std::string path_;  ///< "" for TCP
  dev_t device_{};
  ino_t inode_{};
};

/// The other end of a connection.
struct Peer {
  std::string name;                  ///< for logs: "192.0.2.1", "unix", "unknown"
  std::optional<IpAddress> address;  ///< nullopt: none, or it is gone already
  bool local = false;                ///< over a Unix socket
};
Peer peer_of(const Socket& socket);

}  // namespace counterpart::http
