#include "server/engine/stored_pace.h"

#include <boost/asio/co_spawn.hpp>
#include <chrono>

#include "server/observe/log.h"

namespace counterpart {

namespace asio = boost::asio;

StoredPace::StoredPace(asio::any_io_executor executor, store::Store& store, store::PaceTerms terms)
    : executor_(std::move(executor)), store_(store), terms_(std::move(terms)) {}

asio::awaitable<std::optional<PaceGrant>> StoredPace::ask(int wanted) {
  try {
    co_return co_await store_.take_tokens(terms_, wanted);
  } catch (const store::DatabaseAway&) {
    co_return std::nullopt;
  }
}

void StoredPace::paused(microseconds how_long) {
  tell(store_.pause_system(terms_.system, how_long));
}

void StoredPace::opened(microseconds how_long, microseconds wait) {
  tell(store_.open_breaker(terms_.system, how_long, std::chrono::ceil<store::milliseconds>(wait)));
}

void StoredPace::closed() {
  tell(store_.close_breaker(terms_.system));
}

/// In the background. What does not get through the others find out for themselves.
void StoredPace::tell(asio::awaitable<void> news) {
  asio::co_spawn(executor_, std::move(news), [system = terms_.system](const std::exception_ptr& failure) {
    if (failure) log::debug("other daemons could not be told how a system does", {{"system", system}});
  });
}

}  // namespace counterpart
