#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace counterpart {

/// The state directory cannot be used: which, why, and what to do.
class StateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The daemon's own directory: made where missing (0700, or 0711 where a cluster of another user lives in it),
/// locked so that one daemon runs on it at a time, with the daemon's lasting id.
class StateDirectory {
 public:
  /// Throws StateError, also when another daemon holds the lock.
  explicit StateDirectory(std::filesystem::path path);
  ~StateDirectory();
  StateDirectory(const StateDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// 16 hexadecimal digits, made at the first start and kept.
  const std::string& daemon_id() const { return daemon_id_; }

 private:
  std::filesystem::path path_;
  std::string daemon_id_;
  int lock_ = -1;
};

}  // namespace counterpart
