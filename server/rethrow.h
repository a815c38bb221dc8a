#pragma once

#include <exception>

namespace counterpart {

/// Completion handler for co_spawn: what leaves the coroutine leaves io_context::run() too. For the parts without which
/// the daemon would look alive and not be, and where nobody else waits.
inline void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace counterpart
