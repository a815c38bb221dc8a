#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace counterpart::store {

/// The private cluster cannot be made or started: what happened and what to do.
class EmbeddedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A private PostgreSQL cluster in the state directory: made by initdb the first time, Unix socket
/// only, durable settings (fsync, synchronous_commit, full_page_writes on), jit off, run as user
/// `postgres` when we are root. A cluster left running by a killed daemon is taken over; a stale
/// postmaster.pid is no obstacle. Blocks; used before the io thread runs and after it ended, and by
/// the supervision below on a thread of its own.
class EmbeddedDatabase {
 public:
  struct Patience {
    std::chrono::milliseconds start{60'000};  ///< replaying the log after a crash takes a while
    std::chrono::milliseconds stop{20'000};   ///< then it is stopped without waiting for its sessions
  };

  enum class Keeps {
    everything,  ///< what was committed survives any crash
    nothing,     ///< quick and the same every time, for simulations: no fsync, no vacuum of its own accord
  };

  /// Makes and starts the cluster; returns when it accepts connections. Throws EmbeddedError.
  explicit EmbeddedDatabase(std::filesystem::path state_directory);
  EmbeddedDatabase(std::filesystem::path state_directory, Patience patience, Keeps keeps = Keeps::everything);
  ~EmbeddedDatabase();  ///< stops it cleanly (fast mode)
  EmbeddedDatabase(const EmbeddedDatabase&) = delete;

  /// Connection string of the daemon's own role (no superuser) and database.
  const std::string& uri() const { return uri_; }

  /// Starts the cluster again if it has ended. True if it runs now. Blocks up to some seconds.
  bool ensure_running();

  /// Fast stop, as the destructor does; false if it would not stop in time.
  bool stop(std::chrono::milliseconds patience);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string uri_;
};

}  // namespace counterpart::store
