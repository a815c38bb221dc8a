#include "connectors/rest/run_each.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>
#include <vector>

namespace counterpart::rest {
namespace {

namespace asio = boost::asio;

/// What the workers of one run share; it lives in the coroutine that waits for them.
struct Run {
  std::size_t next = 0;
  std::size_t count;
  std::function<asio::awaitable<void>(std::size_t)> job;
};

asio::awaitable<void> work(Run* run) {
  while (run->next < run->count) {
    const std::size_t index = run->next++;
    try {
      co_await run->job(index);
    } catch (...) {
      run->next = run->count;
      throw;
    }
  }
}

auto start(const asio::any_io_executor& executor, Run* run) {
  return asio::co_spawn(executor, work(run), asio::deferred);
}

auto wait_for_all(const asio::any_io_executor& executor, Run* run, std::size_t workers) {
  std::vector<decltype(start(executor, run))> group;
  group.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) group.push_back(start(executor, run));
  return asio::experimental::make_parallel_group(std::move(group))
      .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
}

}  // namespace

asio::awaitable<void> run_each(std::size_t count, std::size_t limit,
                               std::function<asio::awaitable<void>(std::size_t)> job) {
  Run run{0, count, std::move(job)};
  const std::size_t workers = std::min(count, limit);
  if (workers <= 1) {
    co_await work(&run);
    co_return;
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto ended = co_await wait_for_all(executor, &run, workers);
  for (const std::exception_ptr& fault : std::get<1>(ended))
    if (fault) std::rethrow_exception(fault);
}

}  // namespace counterpart::rest
