#include "server/worker/fence.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "server/topology/identity.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kUntilSwept{500};
constexpr milliseconds kUntilSweptMost{60'000};

/// Lists what changed on `target` since the lag, and indexes its match keys.
boost::asio::awaitable<std::optional<Failure>> index_latest(Work& work, const ObjectMapping* mapping, Side target,
                                                            Instant since) {
  Connector& connector = *work.sync.system[target]->connector;
  std::string page;
  for (int pages = 0; pages < work.settings.fence_pages; ++pages) {
    auto result = co_await connector.changed(mapping->object[target], since, page);
    if (auto* failure = std::get_if<Failure>(&result)) co_return std::move(*failure);
    auto& listing = std::get<ChangesPage>(result);
    auto identity = identity_of(*mapping, target, listing.records);
    if (!identity.empty()) co_await work.store.index(work.sync.id, std::move(identity));
    if (!listing.next) co_return std::nullopt;
    page = *listing.next;
  }
  co_return Failure{Failure::Kind::retry, "more changes than a create fence reads; the sweep goes first", {}};
}

/// Half as long as it has waited: a record is looked at a few times in a sweep of hours, not every second.
milliseconds until_swept(Work& work, const Item& item) {
  const auto waited = std::chrono::duration_cast<milliseconds>(work.now() - item.news().first_news);
  return std::clamp(waited / 2, kUntilSwept, kUntilSweptMost) + milliseconds(work.random.below(1'000));
}

}  // namespace

void wait_for_first_sweep(Work& work, std::vector<Item*> items) {
  for (Item* item : items) {
    const Side target = other(item->side);
    const System& system = *work.sync.system[target];
    const std::string& object = item->mapping->object[target];
    if (work.sync.listed.contains({item->mapping->name, target})) continue;
    end_again(*item, "a sweep of " + system.settings->name + "/" + object + " has to end before a create",
              until_swept(work, *item), false);
  }
}

boost::asio::awaitable<void> raise_fence(Work& work, std::vector<Item*> items, Side target) {
  std::set<const ObjectMapping*> mappings;
  const System& system = *work.sync.system[target];
  const auto now = work.now();
  for (Item* item : items) {
    const milliseconds lag = capabilities(work, *item->mapping, target).visibility_lag;
    if (lag.count() == 0) continue;
    const auto ready = item->news().first_news + lag;
    if (now < ready) {
      end_again(*item, system.settings->name + " shows new records late: waiting before a create",
                std::chrono::ceil<milliseconds>(ready - now), false);
    } else {
      mappings.insert(item->mapping);
    }
  }
  for (const ObjectMapping* mapping : mappings) {
    const milliseconds lag = capabilities(work, *mapping, target).visibility_lag;
    const auto failure = co_await index_latest(work, mapping, target, now - 2 * lag - work.settings.fence_slack);
    if (!failure) continue;
    for (Item* item : items) {
      if (item->mapping == mapping) end_failure(work, *item, target, *failure, "list changes before a create");
    }
  }
}

}  // namespace counterpart
