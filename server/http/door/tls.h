#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/types.h>

#include "server/http/door/door.h"

namespace counterpart::http {

/// A certificate or key that a door cannot use: in which file, why, and what to do. Never holds what is in them.
class TlsError : public std::runtime_error {
 public:
  TlsError(std::string file, std::string why, std::string remedy);

  const std::string& file() const { return file_; }
  const std::string& why() const { return why_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string file_, why_, remedy_;
};

/// TLS 1.2 or newer without renegotiation, with the certificate chain and key of these files. Throws TlsError.
boost::asio::ssl::context make_server_context(const TlsFiles& files);

/// A door's certificate, read again when its files change. Broken new files leave the old one in use.
class ServerCertificate {
 public:
  using Timer = std::chrono::steady_clock;

  /// Looks at the files at most once in `look_every`. Throws TlsError.
  ServerCertificate(TlsFiles files, std::chrono::milliseconds look_every);

  /// For a connection that arrives now; it keeps what it was given.
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
  struct Stamps {
    Stamp certificate, key;
    bool operator==(const Stamps&) const = default;
  };
  static Stamp stamp_of(const std::string& file);
  Stamps stamps() const;

  TlsFiles files_;
  std::chrono::milliseconds look_every_;
  Stamps read_;  ///< also of files that turned out broken, so that each is told once
  std::shared_ptr<boost::asio::ssl::context> context_;
  Timer::time_point looked_;
};

}  // namespace counterpart::http
