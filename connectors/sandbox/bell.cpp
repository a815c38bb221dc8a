#include "connectors/sandbox/bell.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace counterpart::sandbox {
namespace {

namespace asio = boost::asio;

/// Stands in the list of those who wait for as long as it lives.
class Waiter {
 public:
  Waiter(const asio::any_io_executor& executor, std::shared_ptr<std::vector<asio::steady_timer*>> waiting)
      : timer_(executor, asio::steady_timer::time_point::max()), waiting_(std::move(waiting)) {
    waiting_->push_back(&timer_);
  }
  ~Waiter() { std::erase(*waiting_, &timer_); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  asio::steady_timer& timer() { return timer_; }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<std::vector<asio::steady_timer*>> waiting_;
};

}  // namespace

asio::awaitable<void> Bell::wait() {
  const auto executor = co_await asio::this_coro::executor;
  Waiter waiter(executor, waiting_);
  boost::system::error_code rung;
  co_await waiter.timer().async_wait(asio::redirect_error(asio::use_awaitable, rung));
}

void Bell::ring() {
  for (asio::steady_timer* timer : *waiting_) timer->cancel();
}

}  // namespace counterpart::sandbox
