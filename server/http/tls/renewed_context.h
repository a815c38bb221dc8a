#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace counterpart::http {

/// A TLS context that is made again when the files behind it change. Broken new files leave the old one in use.
class RenewedContext {
 public:
  using Timer = std::chrono::steady_clock;
  using Make = std::function<boost::asio::ssl::context()>;

  /// Looks at the files at most once in `look_every`. Throws what `make` throws.
  RenewedContext(std::vector<std::string> files, Make make, std::chrono::milliseconds look_every);

  /// For a connection that begins now; it keeps what it was given.
  std::shared_ptr<boost::asio::ssl::context> at(Timer::time_point now);

  /// Looks at the files now.
  void reload();

 private:
  /// What tells one version of a file from the next.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    timespec changed{};
    off_t size = 0;
    bool operator==(const Stamp& other) const;
  };
  static Stamp stamp_of(const std::string& file);
  std::vector<Stamp> stamps() const;

  std::vector<std::string> files_;
  Make make_;
  std::chrono::milliseconds look_every_;
  std::vector<Stamp> read_;  ///< also of files that turned out broken, so that each is told once
  std::shared_ptr<boost::asio::ssl::context> context_;
  Timer::time_point looked_;
};

}  // namespace counterpart::http
