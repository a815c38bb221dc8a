#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>

namespace counterpart::rest {

/// Runs job(0) … job(count - 1), at most `limit` at once, and returns when all have ended. After an
/// exception no further job begins, and it is thrown again when those under way have ended. Cancelling
/// cancels the jobs.
boost::asio::awaitable<void> run_each(std::size_t count, std::size_t limit,
                                      std::function<boost::asio::awaitable<void>(std::size_t)> job);

}  // namespace counterpart::rest
