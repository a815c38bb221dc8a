#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

namespace counterpart::sandbox {

/// Wakes coroutines that wait for something to do; on one thread. Bell, waiters and io_context may
/// end in any order.
class Bell {
 public:
  /// Resumes at the next ring().
  boost::asio::awaitable<void> wait();

  /// Wakes all that wait.
  void ring();

 private:
  using Waiting = std::vector<boost::asio::steady_timer*>;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace counterpart::sandbox
