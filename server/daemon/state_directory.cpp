#include "server/daemon/state_directory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

#include "server/daemon/system_ports.h"

namespace counterpart {

namespace fs = std::filesystem;

namespace {

std::string reason() {
  return std::strerror(errno);
}

int lock(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    throw StateError("cannot open " + file.string() + ": " + reason() + "; check its owner and rights");
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    throw StateError("another counterpart runs with " + file.parent_path().string() +
                     "; stop it, or give this one a state_directory of its own");
  }
  return descriptor;
}

std::string read_or_make_id(const fs::path& file) {
  std::string id;
  if (std::ifstream(file) >> id && id.size() == 16) return id;
  SystemRandom random;
  id = random.hex_id();
  std::ofstream out(file);
  out << id << '\n';
  if (!out.flush()) throw StateError("cannot write " + file.string() + "; check its owner, rights and free space");
  return id;
}

}  // namespace

StateDirectory::StateDirectory(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) {
    throw StateError("cannot make the state directory " + path_.string() + ": " + error.message() +
                     "; make it, owned by the user that runs counterpart, or set state_directory");
  }
  path_ = fs::canonical(path_);
  lock_ = lock(path_ / "daemon.lock");
  daemon_id_ = read_or_make_id(path_ / "daemon.id");
}

StateDirectory::~StateDirectory() {
  ::close(lock_);
}

}  // namespace counterpart
