#include "server/http/client/turnstile.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace counterpart::http {

namespace asio = boost::asio;

/// A place in the queue, given up in whatever way the wait ends.
class Turnstile::Queued {
 public:
  Queued(std::list<Waiter*>& queue, Waiter& waiter) : queue_(queue), waiter_(waiter) { queue_.push_back(&waiter); }
  ~Queued() { queue_.remove(&waiter_); }
  Queued(const Queued&) = delete;

 private:
  std::list<Waiter*>& queue_;
  Waiter& waiter_;
};

Turnstile::Pass& Turnstile::Pass::operator=(Pass&& other) noexcept {
  if (this != &other) {
    leave();
    turnstile_ = std::exchange(other.turnstile_, nullptr);
  }
  return *this;
}

void Turnstile::Pass::leave() {
  if (turnstile_) std::exchange(turnstile_, nullptr)->leave();
}

asio::awaitable<Turnstile::Pass> Turnstile::enter(Timer::time_point deadline, std::function<void()> looked_up) {
  const auto self = shared_from_this();
  if (free_ > 0) {
    --free_;
    co_return Pass(self);
  }
  const auto executor = co_await asio::this_coro::executor;
  Waiter waiter{Timer(executor, deadline)};
  const Queued queued(queue_, waiter);
  while (true) {
    const auto result = co_await waiter.timer.async_wait(asio::as_tuple(asio::deferred));
    if (waiter.admitted) co_return Pass(self);
    if (!std::get<0>(result)) co_return Pass();
    if (!waiter.disturbed) throw boost::system::system_error(asio::error::operation_aborted);
    waiter.disturbed = false;
    if (looked_up) looked_up();
  }
}

void Turnstile::look_up() {
  for (Waiter* waiter : queue_) {
    waiter->disturbed = true;
    waiter->timer.cancel();
  }
}

/// The place goes straight to the next in the queue, so that nobody can slip in between.
void Turnstile::leave() {
  if (queue_.empty()) {
    ++free_;
    return;
  }
  Waiter* next = queue_.front();
  queue_.pop_front();
  next->admitted = true;
  next->timer.cancel();
}

}  // namespace counterpart::http
