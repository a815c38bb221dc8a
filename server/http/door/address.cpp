#include "server/http/door/address.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;
using boost::system::system_error;

[[noreturn]] void fail(error_code error, const std::string& address) {
  throw ListenError(error, address);
}

std::string remedy_for(error_code error) {
  using namespace boost::system::errc;
  if (error == address_in_use)
    return "stop what listens there (`ss -ltnp` names it), or choose another address or port";
  if (error == permission_denied) {
    return "choose a port from 1024 (a reverse proxy may take the lower one); a socket's folder must be ours to write";
  }
  if (error == address_not_available) return "no interface of this machine has that address; 0.0.0.0 and [::] mean all";
  if (error == file_exists) return "another file has that name: remove it, or choose another state directory";
  if (error == filename_too_long) return "choose a state directory with a shorter path";
  return "choose another address";
}

error_code invalid() {
  return make_error_code(boost::system::errc::invalid_argument);
}

struct HostPort {
  std::string host;
  std::uint16_t port;
};

std::optional<HostPort> split(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') != host.ends_with(']')) return std::nullopt;
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address stands in brackets
  }
  std::uint16_t port = 0;
  const char* end = address.data() + address.size();
  const auto [last, error] = std::from_chars(address.data() + colon + 1, end, port);
  if (error != std::errc() || last != end || host.empty()) return std::nullopt;
  return HostPort{std::string(host), port};
}

tcp::endpoint resolve(asio::io_context& io, const HostPort& where, error_code& error) {
  const auto numeric = asio::ip::make_address(where.host, error);
  if (!error) return {numeric, where.port};
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, error);
  return error ? tcp::endpoint() : found.begin()->endpoint();
}

tcp::endpoint tcp_endpoint(const asio::generic::stream_protocol::endpoint& endpoint) {
  tcp::endpoint result;
  if (endpoint.size() > result.capacity()) return result;
  std::memcpy(result.data(), endpoint.data(), endpoint.size());
  result.resize(endpoint.size());
  return result;
}

std::string print(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(endpoint.port());
}

/// Whether somebody accepts connections on the socket at this path.
bool answered(asio::io_context& io, const std::string& path) {
  stream_protocol::socket probe(io);
  error_code error;
  probe.connect(stream_protocol::endpoint(path), error);
  return !error;
}

}  // namespace

ListenError::ListenError(error_code error, const std::string& address)
    : system_error(error), text_("cannot listen on " + address + ": " + error.message() + "; " + remedy_for(error)) {}

Listener::Listener(asio::io_context& io, const std::string& address, int inherited) : acceptor_(io) {
  if (inherited >= 0) {
    take_over(address, inherited);
  } else if (address.find('/') != std::string::npos) {
    listen_unix(address);
  } else {
    listen_tcp(address);
  }
}

void Listener::listen_tcp(const std::string& address) {
  const auto where = split(address);
  if (!where) fail(invalid(), address + " (expected host:port, [v6]:port or the path of a socket)");
  error_code error;
  auto& io = static_cast<asio::io_context&>(acceptor_.get_executor().context());
  const tcp::endpoint endpoint = resolve(io, *where, error);
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(error, address);
  address_ = print(tcp_endpoint(acceptor_.local_endpoint()));
}

void Listener::take_over(const std::string& address, int descriptor) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  error_code error;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    error = error_code(errno, boost::system::system_category());
  }
  if (!error) acceptor_.assign(asio::generic::stream_protocol(own.ss_family, IPPROTO_TCP), descriptor, error);
  if (error) {
    ::close(descriptor);
    fail(error, address);
  }
  address_ = print(tcp_endpoint(acceptor_.local_endpoint()));
}

void Listener::listen_unix(const std::string& path) {
  struct stat status{};
  auto& io = static_cast<asio::io_context&>(acceptor_.get_executor().context());
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    fail(make_error_code(boost::system::errc::filename_too_long), path);
  }
  if (lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) fail(make_error_code(boost::system::errc::file_exists), path);
    if (answered(io, path)) fail(asio::error::address_in_use, path);
    unlink(path.c_str());
  }
  error_code error;
  acceptor_.open(stream_protocol(), error);
  if (!error) acceptor_.bind(stream_protocol::endpoint(path), error);
  if (error) fail(error, path);
  // Until listen() nobody can connect, so no moment is open to others.
  path_ = address_ = path;
  if (chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || lstat(path.c_str(), &status) != 0) {
    fail(error_code(errno, boost::system::system_category()), path);
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(error, path);
}

void Listener::close() {
  // Released first: close() would leave the socket in Asio's epoll set where a duplicate of it stays open.
  error_code error;
  if (acceptor_.is_open()) {
    const int descriptor = acceptor_.release(error);
    if (!error) ::close(descriptor);
  }
  if (error) acceptor_.close(error);
  if (path_.empty()) return;
  struct stat status{};
  const bool ours = lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
  if (ours) unlink(path_.c_str());
  path_.clear();
}

Peer peer_of(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {"unknown", std::nullopt, false};
  if (endpoint.protocol().family() == AF_UNIX) return {"unix", std::nullopt, true};
  const auto address = tcp_endpoint(endpoint).address();
  const auto bytes = address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes()
                                     : address.to_v6().to_bytes();
  IpAddress plain{};
  std::ranges::copy(bytes, plain.begin());
  return {print_address(plain), plain, false};
}

}  // namespace counterpart::http
