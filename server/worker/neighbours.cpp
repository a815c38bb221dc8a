#include "server/worker/neighbours.h"

#include <algorithm>

#include "mapping/reconcile/match.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

const System& system_of(const Work& work, Side side) {
  return *work.sync.system[side];
}

bool is_shared(const Work& work, const Item& item, Side side) {
  return system_of(work, side).shared.contains(item.mapping->object[side]);
}

/// Named as the other syncs name it: by system and object, not by mapping and side.
std::string place_of(const Work& work, const Item& item, Side side) {
  return system_of(work, side).settings->name + '/' + item.mapping->object[side];
}

std::vector<std::string> names_of(const Work& work, const Item& item, Side side, const std::vector<KeyValue>& keys) {
  std::vector<std::string> names;
  for (const KeyValue& key : keys) names.push_back(store::lease_key(place_of(work, item, side), key));
  return names;
}

/// Ends those that were not got.
boost::asio::awaitable<void> lease(Work& work, std::vector<Item*> items, std::vector<std::vector<std::string>> groups) {
  if (items.empty()) co_return;
  work.leased_across_syncs = true;
  const auto rest = std::chrono::duration_cast<milliseconds>(work.lease_until - work.clock.uptime());
  const auto got = co_await work.store.lease_keys(store::kAcrossSyncs, work.lease, rest, std::move(groups));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (got[i]) continue;
    end_again(*items[i], "another sync is writing this record", milliseconds(100 + work.random.below(200)), false);
  }
}

}  // namespace

boost::asio::awaitable<void> lease_from_neighbours(Work& work, std::vector<Item*>& items, Side side) {
  std::vector<Item*> shared;
  std::vector<std::vector<std::string>> groups;
  for (Item* item : items) {
    const Capabilities* can = system_of(work, side).connector->capabilities(item->mapping->object[side]);
    if (!is_shared(work, *item, side) || can->precondition) continue;
    shared.push_back(item);
    groups.push_back({store::lease_key(store::RecordKey{place_of(work, *item, side), Side::left, item->id[side]})});
  }
  co_await lease(work, shared, std::move(groups));
  for (Item* item : shared) item->read_at[side] = {};
  std::erase_if(items, [](const Item* item) { return item->ended; });
}

boost::asio::awaitable<void> lease_keys_from_neighbours(
    Work& work, const std::vector<std::pair<Item*, const std::vector<KeyValue>*>>& searches, Side target) {
  std::vector<Item*> shared;
  std::vector<std::vector<std::string>> groups;
  for (const auto& [item, keys] : searches) {
    if (keys->empty() || !is_shared(work, *item, target)) continue;
    shared.push_back(item);
    groups.push_back(names_of(work, *item, target, *keys));
  }
  co_await lease(work, std::move(shared), std::move(groups));
}

boost::asio::awaitable<void> leave_keys_to_neighbours(Work& work, const std::vector<Item*>& created, Side side) {
  std::vector<std::string> names;
  milliseconds lag{0};
  for (const Item* item : created) {
    if (!is_shared(work, *item, side)) continue;
    const auto keys = match_keys(*item->mapping, other(side), *item->record[other(side)]);
    const auto more = names_of(work, *item, side, keys);
    names.insert(names.end(), more.begin(), more.end());
    lag = std::max(lag, system_of(work, side).connector->capabilities(item->mapping->object[side])->visibility_lag);
  }
  if (names.empty()) co_return;
  const milliseconds until_sure = lag + system_of(work, side).connector->call_timeout();
  co_await work.store.leave_keys(store::kAcrossSyncs, work.lease, until_sure, std::move(names));
}

boost::asio::awaitable<void> release_to_neighbours(Work& work) {
  if (work.leased_across_syncs) co_await work.store.release(store::kAcrossSyncs, work.lease);
}

}  // namespace counterpart
