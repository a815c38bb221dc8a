#include "server/worker/workers.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/observe/log.h"
#include "server/worker/batch.h"

namespace counterpart {

namespace asio = boost::asio;
using std::chrono::microseconds;

Workers::Workers(asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
                 Metrics& metrics, const WorkSettings& settings)
    : executor_(std::move(executor)),
      store_(store),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      settings_(settings) {
  for (Sync& sync : topology.syncs) crews_.emplace_back(sync, executor_, clock_);
}

void Workers::start() {
  for (Crew& crew : crews_) {
    for (int i = 0; i < settings_.workers; ++i) {
      ++running_;
      asio::co_spawn(executor_, run(crew), asio::detached);
    }
  }
}

void Workers::stop() {
  stopping_ = true;
  for (Crew& crew : crews_) crew.fresh.wake();
}

void Workers::wake(store::SyncId sync, const std::vector<store::RecordKey>& keys, microseconds settle) {
  for (Crew& crew : crews_) {
    if (crew.sync.id == sync) crew.fresh.add(keys, settle);
  }
}

asio::awaitable<void> Workers::run(Crew& crew) {
  while (!stopping_) {
    bool away = false;
    try {
      co_await take_turn(crew);
    } catch (const store::DatabaseAway& error) {
      log::warn("database away, work waits", {{"sync", crew.sync.settings->name}, {"why", error.what()}});
      away = true;
    } catch (const std::exception& error) {
      log::error("a batch failed; its records come back with the end of their lease",
                 {{"sync", crew.sync.settings->name}, {"why", error.what()}});
      away = true;
    }
    if (away) co_await crew.fresh.wait(std::chrono::seconds(1));
  }
  crew.fresh.wake();  // the next of this crew, so that all see the stop
  --running_;
}

asio::awaitable<void> Workers::take_turn(Crew& crew) {
  auto wanted = crew.fresh.take(static_cast<std::size_t>(settings_.batch));
  const auto now = clock_.uptime();
  if (wanted.empty() && now < crew.next_poll) {
    co_await crew.fresh.wait(crew.next_poll - now);
    co_return;
  }
  crew.next_poll = now + settings_.poll;
  store::ClaimOrder order;
  order.sync = crew.sync.id;
  order.mapping_version = crew.sync.settings->version;
  order.limit = static_cast<int>(settings_.batch);
  order.lease = settings_.lease;
  order.wanted = std::move(wanted);
  store::Claim claim = co_await store_.claim(std::move(order));
  if (claim.records.empty()) {
    const microseconds due = claim.next_due.value_or(settings_.poll);
    crew.next_poll = now + std::min<microseconds>(due, settings_.poll);
    co_return;
  }
  crew.next_poll = now;  // there may be more
  co_await work(crew, std::move(claim), now);
}

asio::awaitable<void> Workers::work(Crew& crew, store::Claim claim, microseconds claimed_at) {
  // Counted from before the claim, so that our idea of the lease ends before the database's.
  Work work{store_, clock_, random_, metrics_, settings_, crew.sync, claim.lease, claimed_at + settings_.lease};
  co_await work_batch(work, std::move(claim));
}

}  // namespace counterpart
