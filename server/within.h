#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace counterpart {

/// The result of `work`, or nullopt where it takes longer: it goes on by itself then, and nobody hears how it ended.
/// Throws what `work` throws in time.
template <class R>
boost::asio::awaitable<std::optional<R>> within(std::chrono::milliseconds time, boost::asio::awaitable<R> work) {
  struct Race {
    explicit Race(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::optional<R> result;
    std::exception_ptr error;
    bool ended = false;
  };
  const auto executor = co_await boost::asio::this_coro::executor;
  auto race = std::make_shared<Race>(executor);
  race->timer.expires_after(time);
  const auto done = [race](std::exception_ptr error, R result) {
    race->ended = true;
    race->error = std::move(error);
    if (!race->error) race->result = std::move(result);
    race->timer.cancel();
  };
  boost::asio::co_spawn(executor, std::move(work), done);
  boost::system::error_code ignored;
  if (!race->ended) co_await race->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  if (race->error) std::rethrow_exception(race->error);
  co_return std::move(race->result);
}

}  // namespace counterpart
