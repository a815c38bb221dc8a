#include "server/store/lanes.h"

#include <algorithm>
#include <utility>

namespace counterpart::store {

namespace {

/// What the server's own time-out may be late before the connection counts as dead.
constexpr milliseconds kSilence{1'000};
constexpr milliseconds kWatchEvery{250};

}  // namespace

ConnectionSettings connection_for(const StoreSettings& settings) {
  ConnectionSettings connection;
  connection.uri = settings.uri;
  connection.statement_timeout = settings.statement_timeout;
  connection.times = settings.connection_times;
  return connection;
}

Lanes::Lanes(boost::asio::io_context& io, const StoreSettings& settings, Random& random, FaultPoints& points,
             LaneHost* host) {
  const auto add = [&](std::string name, bool steady_plans, bool durable) {
    LaneSettings lane;
    lane.name = std::move(name);
    lane.connection = connection_for(settings);
    lane.connection.steady_plans = steady_plans;
    lane.connection.durable = durable;
    lanes_.push_back(std::make_unique<Lane>(io, std::move(lane), points, random.bits(), host));
  };
  add("intake", true, true);
  for (int i = 0; i < std::max(1, settings.work_lanes); ++i) add("work", true, true);
  add("shared", true, false);
  add("reports", false, true);
  if (host != nullptr) return;
  watchdog_ = std::thread([this, limit = settings.statement_timeout + kSilence] { watch(limit); });
}

Lanes::~Lanes() {
  end();
}

void Lanes::end() {
  if (std::exchange(ended_, true)) return;
  // The watchdog goes after them: it may have to free a lane that is being joined.
  for (std::unique_ptr<Lane>& lane : lanes_) lane->stop();
  for (std::unique_ptr<Lane>& lane : lanes_) lane->join();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (watchdog_.joinable()) watchdog_.join();
}

Lane& Lanes::work() {
  const auto least = std::min_element(lanes_.begin() + 1, lanes_.end() - 2,
                                      [](const auto& a, const auto& b) { return a->load() < b->load(); });
  return **least;
}

std::uint64_t Lanes::reconnections() const {
  std::uint64_t sum = 0;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    const std::uint64_t made = lane->connections();
    sum += made > 0 ? made - 1 : 0;
  }
  return sum;
}

void Lanes::watch(milliseconds limit) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kWatchEvery, [this] { return stopping_; })) {
    for (const std::unique_ptr<Lane>& lane : lanes_) lane->break_if_silent(limit);
  }
}

}  // namespace counterpart::store
