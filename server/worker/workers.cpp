#include "server/worker/workers.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>

#include "server/observe/log.h"
#include "server/rethrow.h"
#include "server/worker/batch.h"
#include "server/worker/endings.h"

namespace counterpart {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;
using std::chrono::microseconds;

Workers::Workers(asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
                 Metrics& metrics, const WorkSettings& settings)
    : executor_(std::move(executor)),
      store_(store),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      settings_(settings) {
  for (Sync& sync : topology.syncs)
    crews_.emplace_back(sync, executor_, clock_, static_cast<std::size_t>(settings.batch));
}

void Workers::start() {
  for (Crew& crew : crews_) {
    for (int i = 0; i < settings_.workers; ++i) {
      ++running_;
      asio::co_spawn(executor_, run(crew), rethrow);
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

void Workers::look(store::SyncId sync) {
  for (Crew& crew : crews_) {
    if (crew.sync.id == sync) crew.look();
  }
}

void Workers::look_everywhere() {
  for (Crew& crew : crews_) crew.look();
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
      log::error("work failed; it goes on in a second", {{"sync", crew.sync.settings->name}, {"why", error.what()}});
      away = true;
    }
    if (away) co_await crew.fresh.wait(std::chrono::seconds(1));
  }
  crew.fresh.wake();  // the next of this crew, so that all see the stop
  --running_;
}

namespace {

/// How often is looked whether a first load may begin.
constexpr microseconds kUntilListed = std::chrono::milliseconds(250);

/// Of the sync's mappings, how many have had so many of their sides listed to the end.
struct Listed {
  explicit Listed(const Sync& sync) {
    for (const ObjectMapping& mapping : sync.settings->mappings) {
      const auto sides =
          std::ranges::count_if(kSides, [&](Side side) { return sync.listed.contains({mapping.name, side}); });
      some_are_not = some_are_not || sides < 2;
      may_load = may_load || sides == 2;
    }
  }
  bool may_load = false;      ///< of one at least, records of the first load may find and make their counterparts
  bool some_are_not = false;  ///< a first load may be waiting
};

}  // namespace

asio::awaitable<void> Workers::take_turn(Crew& crew) {
  auto wanted = crew.fresh.take(crew.most);
  const auto now = clock_.uptime();
  if (wanted.empty() && now < crew.next_poll) {
    co_await crew.fresh.wait(crew.next_poll - now);
    co_return;
  }
  const Listed listed(crew.sync);
  const microseconds poll = listed.some_are_not ? std::min<microseconds>(settings_.poll, kUntilListed) : settings_.poll;
  crew.next_poll = now + poll;
  store::ClaimOrder order;
  order.backfill = listed.may_load;
  order.sync = crew.sync.id;
  order.mapping_version = crew.sync.settings->version;
  order.limit = static_cast<int>(crew.most);
  order.lease = settings_.lease;
  order.put_back = settings_.put_back;
  order.wanted = std::move(wanted);
  store::Claim claim = co_await store_.claim(std::move(order));
  if (claim.outdated != crew.outdated) say_outdated(crew, claim.outdated);
  crew.next_poll = now + std::min<microseconds>(claim.next_due.value_or(settings_.poll), poll);
  if (claim.records.empty()) co_return;
  if (crew.next_poll <= now) crew.fresh.wake();  // there may be work for another one, too
  co_await work(crew, std::move(claim), now);
}

void Workers::say_outdated(Crew& crew, bool outdated) {
  crew.outdated = outdated;
  if (outdated) {
    log::warn("another daemon runs this sync by other rules: this one leaves its work alone until it has the same",
              {{"sync", crew.sync.settings->name}});
  } else {
    log::info("this daemon's rules are in force again", {{"sync", crew.sync.settings->name}});
  }
}

namespace {

/// Extends the lease as long as the batch is worked; a lost one lets no more writes out.
asio::awaitable<void> keep_lease(Work& work) {
  const microseconds duration = work.settings.lease;
  while (true) {
    co_await work.clock.sleep(duration / 3);
    const auto asked = work.clock.uptime();
    try {
      const bool held = co_await work.store.renew(work.sync.id, work.lease, work.settings.lease);
      work.lease_until = held ? asked + duration : microseconds(0);
      if (work.leased_across_syncs) {
        co_await work.store.renew(store::kAcrossSyncs, work.lease, work.settings.lease);
      }
    } catch (const store::DatabaseAway&) {
      // The lease runs out by itself, if the database stays away.
    }
  }
}

/// How it ended, not thrown: whoever waits for the batch or its lease is to end with the batch.
asio::awaitable<std::exception_ptr> try_batch(Work& work, store::Claim claim) {
  try {
    co_await work_batch(work, std::move(claim));
    co_return nullptr;
  } catch (...) {
    co_return std::current_exception();
  }
}

store::Completion ending_of(Work& work, const store::Claimed& record, const std::string& why) {
  Item item;
  item.claimed.push_back(record);
  item.side = record.key.side;
  item.id[item.side] = record.key.id;
  if (record.attempts + 1 >= work.settings.attempts) {
    end_parked(work, item,
               {"it cannot be worked: " + why, "",
                "this is a defect of Counterpart: please report it; `counterpart parked retry` tries again"});
  } else {
    end_again(item, "it cannot be worked: " + why, backoff(work, record.attempts), true);
  }
  item.ending.key = record.key;
  item.ending.generation = record.generation;
  item.ending.correlation = record.correlation;
  return std::move(item.ending);
}

}  // namespace

asio::awaitable<void> Workers::work(Crew& crew, store::Claim claim, microseconds claimed_at) {
  // Counted from before the claim, so that our idea of the lease ends before the database's.
  Work work{store_, clock_, random_, metrics_, settings_, crew.sync, claim.lease, claimed_at + settings_.lease};
  work.claimed_at = claim.at;
  work.begun = clock_.uptime();
  const std::size_t size = claim.records.size();
  std::optional<store::Claimed> alone;
  if (size == 1) alone = claim.records.front();
  const auto ended = co_await (try_batch(work, std::move(claim)) || keep_lease(work));
  const std::exception_ptr error = std::get<0>(ended);
  if (!error) {
    crew.most = std::min<std::size_t>(crew.most * 2, static_cast<std::size_t>(settings_.batch));
    co_return;
  }
  std::string why;
  try {
    std::rethrow_exception(error);
  } catch (const store::DatabaseAway&) {  // nobody's fault here
    store_.give_back(crew.sync.id, work.lease);
    throw;
  } catch (const std::exception& exception) {
    why = exception.what();
  }
  log::error("a batch failed", {{"sync", crew.sync.settings->name}, {"records", size}, {"why", why}});
  if (alone) {
    std::vector<store::Completion> endings;
    endings.push_back(ending_of(work, *alone, why));
    co_await store_.complete(crew.sync.id, work.lease, std::move(endings));
  } else {
    crew.most = std::max<std::size_t>(1, size / 2);
  }
  co_await store_.release(crew.sync.id, work.lease);
}

}  // namespace counterpart
