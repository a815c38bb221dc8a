#include "server/http/door/sockets.h"

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace counterpart::http {

Sockets::~Sockets() {
  for (const auto& [address, descriptor] : descriptors_) ::close(descriptor);
}

void Sockets::keep(const std::string& address, int descriptor) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    throw boost::system::system_error(errno, boost::system::system_category(), "keeping the socket of " + address);
  }
  if (const int old = take(address); old >= 0) ::close(old);
  descriptors_[address] = copy;
}

int Sockets::take(const std::string& address) {
  const auto found = descriptors_.find(address);
  if (found == descriptors_.end()) return -1;
  const int descriptor = found->second;
  descriptors_.erase(found);
  return descriptor;
}

}  // namespace counterpart::http
