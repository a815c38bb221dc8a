#pragma once

#include <chrono>

namespace counterpart {

/// What one daemon may do of the pace that all daemons keep with a system together.
struct PaceGrant {
  using microseconds = std::chrono::microseconds;

  int tokens = 0;              ///< requests that may be sent within a second
  bool probe = false;          ///< just one, to try whether the system is back
  microseconds wait{0};        ///< without tokens: until there may be one
  microseconds paused_for{0};  ///< the system asked for it; not positive: it did not, or it is over
  bool open = false;           ///< taken for down
  microseconds open_for{0};    ///< until it may be tried; may be over
  microseconds open_wait{0};   ///< that pause without its jitter
};

}  // namespace counterpart
