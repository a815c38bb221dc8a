#pragma once

#include <map>
#include <string>

namespace counterpart::http {

/// Listening sockets kept open from one daemon to the next in the same process, so that a connection that comes in
/// between waits instead of being refused. By the address as it is configured.
class Sockets {
 public:
  Sockets() = default;
  ~Sockets();
  Sockets(Sockets&& other) noexcept : descriptors_(std::move(other.descriptors_)) { other.descriptors_.clear(); }
  Sockets& operator=(Sockets&& other) noexcept {
    descriptors_.swap(other.descriptors_);
    return *this;
  }

  /// Keeps a duplicate of a listening socket. Throws boost::system::system_error where there is no descriptor left.
  void keep(const std::string& address, int descriptor);
  /// Gives one away, to be owned by the caller; -1: none is kept for that address.
  int take(const std::string& address);

 private:
  std::map<std::string, int> descriptors_;
};

}  // namespace counterpart::http
