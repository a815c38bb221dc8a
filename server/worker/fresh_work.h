#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "connectors/ports/clock.h"
#include "server/store/rows.h"

namespace counterpart {

/// Records of one sync that have just become dirty, handed to local workers in memory. A hint, never
/// ownership: the worker takes them by the ordinary claim, and what is dropped here is found by polling.
class FreshWork {
 public:
  static constexpr std::size_t kKept = 10'000;

  FreshWork(const boost::asio::any_io_executor& executor, Clock& clock);

  /// Due after `settle`. Beyond kKept the hints are dropped.
  void add(const std::vector<store::RecordKey>& keys, std::chrono::microseconds settle);

  /// Up to `limit` keys that are due now.
  std::vector<store::RecordKey> take(std::size_t limit);

  /// Resumes when something may be due, at the latest after `at_most`.
  boost::asio::awaitable<void> wait(std::chrono::microseconds at_most);

  /// Ends one wait.
  void wake();

 private:
  Clock& clock_;
  std::multimap<std::chrono::microseconds, store::RecordKey> due_;  // by Clock::uptime()
  boost::asio::experimental::channel<void(boost::system::error_code)> signal_;
};

}  // namespace counterpart
