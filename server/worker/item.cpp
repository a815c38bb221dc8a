#include "server/worker/item.h"

#include <algorithm>

namespace counterpart {

using std::chrono::milliseconds;

namespace {

/// A connector's calls under way at once for one batch.
constexpr std::int64_t kCallsOut = 10;

}  // namespace

bool Item::claimed_on(Side which) const {
  return std::any_of(claimed.begin(), claimed.end(), [&](const auto& c) { return c.key.side == which; });
}

bool Item::has_open_intents() const {
  return std::any_of(claimed.begin(), claimed.end(), [](const auto& c) { return !c.open_intents.empty(); });
}

std::string Item::subject() const {
  return news().key.mapping + " " + std::string(name_of(side)) + " " + news().key.id;
}

Both<const Record*> Item::records() const {
  return {record.left ? &*record.left : nullptr, record.right ? &*record.right : nullptr};
}

SendBy Work::send_by(const System& system, milliseconds fresh_for) const {
  // Each worker has some calls out; at a slow pace a turn takes as long as all of theirs.
  const auto turns = milliseconds(1'000 * kCallsOut * settings.workers / system.settings->requests_per_second);
  const auto fresh_until = clock.uptime() + std::max(fresh_for, turns);
  return std::min<SendBy>(fresh_until, lease_until - system.connector->call_timeout());
}

std::vector<Item*> under_way(std::vector<Item>& items) {
  std::vector<Item*> found;
  for (Item& item : items) {
    if (!item.ended) found.push_back(&item);
  }
  return found;
}

ReconcileContext context_of(const Work& work, const Item& item) {
  ReconcileContext context;
  context.now = work.now();
  context.clock_skew = work.settings.clock_skew;
  context.leading = work.sync.settings->leading;
  context.oscillation.writes = static_cast<std::uint32_t>(work.settings.oscillation_writes);
  context.oscillation.returns = static_cast<std::uint32_t>(work.settings.oscillation_returns);
  context.oscillation.window = work.settings.oscillation_window;
  for (const auto& claimed : item.claimed) context.changed_at[claimed.key.side] = claimed.last_news;
  for (const Side side : kSides) {
    const auto& record = item.record[side];
    const std::string& own = work.sync.system[side]->own_user;
    if (!record || record->modified_by.empty() || record->modified_by == own) continue;
    context.changed_by_person[side] = !own.empty();
    if (record->modified) context.changed_at[side] = record->modified;
  }
  return context;
}

}  // namespace counterpart
