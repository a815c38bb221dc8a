#pragma once

#include <chrono>

namespace counterpart::store {

/// After how long a connection to the database that does not come about, or has gone dead, is given up. libpq knows
/// the first two in whole seconds.
struct ConnectionTimes {
  std::chrono::milliseconds connect{2'000};         ///< to connect; at least 2 s
  std::chrono::milliseconds keepalive{5'000};       ///< idle, until it is probed; at least 1 s
  std::chrono::milliseconds unacknowledged{8'000};  ///< for what was sent to be acknowledged (tcp_user_timeout)
};

}  // namespace counterpart::store
