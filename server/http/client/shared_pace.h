#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>

namespace counterpart::http {

/// The pace of one system as all daemons keep it together. For one thread.
class SharedPace {
 public:
  using microseconds = std::chrono::microseconds;

  struct Grant {
    int tokens = 0;              ///< requests that may be sent within a second
    bool probe = false;          ///< just one, to try whether the system is back
    microseconds wait{0};        ///< without tokens: until there may be one
    microseconds paused_for{0};  ///< the system asked for it; not positive: it did not
    bool open = false;           ///< taken for down
    microseconds open_for{0};    ///< until it may be tried
    microseconds open_wait{0};   ///< that pause without its jitter
  };

  virtual ~SharedPace() = default;

  /// At most so many; 0 only looks. nullopt: nobody can tell at the moment.
  virtual boost::asio::awaitable<std::optional<Grant>> ask(int wanted) = 0;

  // What this daemon has found out, for the others; told in the background.
  virtual void paused(microseconds how_long) = 0;
  virtual void opened(microseconds how_long, microseconds wait) = 0;
  virtual void closed() = 0;
};

}  // namespace counterpart::http
