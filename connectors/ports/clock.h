#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "mapping/values/value.h"

namespace counterpart {

using SendBy = std::chrono::microseconds;  ///< Clock::uptime() after which a call must not be sent any more

/// Time, handed in so that tests and the simulation can set it.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Wall-clock time, UTC.
  virtual Instant now() const = 0;

  /// Time since some fixed start; never set back, and going on while the machine sleeps
  /// (CLOCK_BOOTTIME): for deadlines and leases.
  virtual std::chrono::microseconds uptime() const = 0;

  /// Resumes after so long; cancellable like any Asio operation.
  virtual boost::asio::awaitable<void> sleep(std::chrono::microseconds duration) = 0;
};

}  // namespace counterpart
