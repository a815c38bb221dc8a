#include "server/worker/fresh_work.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace counterpart {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;

FreshWork::FreshWork(const asio::any_io_executor& executor, Clock& clock) : clock_(clock), signal_(executor, 1) {}

void FreshWork::add(const std::vector<store::RecordKey>& keys, std::chrono::microseconds settle) {
  const auto due = clock_.uptime() + settle;
  for (const auto& key : keys) {
    if (due_.size() >= kKept) break;
    due_.emplace(due, key);
  }
  wake();
}

std::vector<store::RecordKey> FreshWork::take(std::size_t limit) {
  std::vector<store::RecordKey> keys;
  const auto now = clock_.uptime();
  while (!due_.empty() && due_.begin()->first <= now && keys.size() < limit) {
    keys.push_back(std::move(due_.begin()->second));
    due_.erase(due_.begin());
  }
  if (!due_.empty() && due_.begin()->first <= now) wake();  // more than one worker's share
  return keys;
}

asio::awaitable<void> FreshWork::wait(std::chrono::microseconds at_most) {
  auto patience = at_most;
  if (!due_.empty()) patience = std::min(patience, due_.begin()->first - clock_.uptime());
  if (patience <= std::chrono::microseconds(0)) co_return;
  co_await (signal_.async_receive(asio::as_tuple(asio::use_awaitable)) || clock_.sleep(patience));
}

void FreshWork::wake() {
  signal_.try_send(boost::system::error_code{});
}

}  // namespace counterpart
