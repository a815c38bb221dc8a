#include "server/simulation/agenda.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <memory>

namespace counterpart::simulation {

namespace asio = boost::asio;

namespace {

/// A timer that only the agenda ends.
struct Wait {
  explicit Wait(const asio::any_io_executor& executor) : timer(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;
  bool over = false;
};

asio::awaitable<void> wait(std::shared_ptr<Wait> wait) {
  co_await wait->timer.async_wait(asio::as_tuple(asio::deferred));
  if (!wait->over) throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace

void Agenda::at(Instant when, std::function<void()> what) {
  due_.emplace(std::pair(std::max(when, now_), ++noted_), std::move(what));
}

bool Agenda::step() {
  if (due_.empty()) return false;
  auto next = due_.extract(due_.begin());
  now_ = next.key().first;
  next.mapped()();
  return true;
}

asio::awaitable<void> wait_until(Agenda& agenda, Instant when) {
  auto waiting = std::make_shared<Wait>(co_await asio::this_coro::executor);
  agenda.at(when, [weak = std::weak_ptr(waiting)] {
    const auto alive = weak.lock();
    if (!alive) return;
    alive->over = true;
    alive->timer.cancel();
  });
  co_await wait(std::move(waiting));
}

asio::awaitable<void> wait_for_ever() {
  co_await wait(std::make_shared<Wait>(co_await asio::this_coro::executor));
}

}  // namespace counterpart::simulation
