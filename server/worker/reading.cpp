#include "server/worker/reading.h"

#include <map>
#include <utility>

#include "server/worker/endings.h"

namespace counterpart {
namespace {

std::string what_to_do(OnDelete rule, Side kept) {
  return rule == OnDelete::park
             ? "decide what becomes of the record on " + std::string(name_of(kept)) + "; the pair is synced no more"
             : "";
}

/// A record that was read several times and is not there. Linked: its link becomes a tombstone, and
/// nothing is deleted on the other side on the strength of it.
void end_gone(Work& work, Item& item, Side side) {
  const auto& system = *work.sync.system[side]->settings;
  if (item.news().attempts + 1 < system.not_found_tries) {
    end_again(item, system.name + " does not have it; reading again before that is believed", system.not_found_wait,
              true);
    return;
  }
  const std::string what = "the record is gone in " + system.name;
  if (!item.link) {
    end(item, store::Outcome::gone, what);
    return;
  }
  const Side kept = other(side);
  store::LinkChange change;
  change.link_id = item.link->link_id;
  change.id = item.id;
  change.state = item.state;
  change.revision = item.link->revision;
  change.own_revision = item.link->own_revision;
  change.tombstone = "deleted on " + std::string(name_of(side));
  item.ending.link = std::move(change);
  item.ending.history.push_back({side, "", "tombstone", {}, {}, {}, what});
  const OnDelete rule = item.mapping->on_delete[kept];
  if (rule == OnDelete::park) {
    end_parked(work, item, {what, "", what_to_do(rule, kept)});
  } else {
    end(item, store::Outcome::gone, what + "; on_delete." + std::string(name_of(kept)) + " is ignore");
  }
}

void check_scope(Work& work, Item& item, Side side) {
  try {
    if (in_scope(*item.mapping, side, *item.record[side])) return;
    end(item, store::Outcome::excluded, "outside `where." + std::string(name_of(side)) + "` of the mapping");
  } catch (const EvaluationError& error) {
    end_parked(work, item,
               {"`where." + std::string(name_of(side)) + "` cannot be evaluated: " + error.what(), "",
                "correct the expression in the configuration"});
  }
}

void take(Work& work, Item& item, Side side, ReadResult result) {
  if (auto* record = std::get_if<Record>(&result)) {
    item.ending.identity.emplace_back(store::RecordKey{item.mapping->name, side, record->id},
                                      match_keys(*item.mapping, side, *record));
    item.record[side] = std::move(*record);
    check_scope(work, item, side);
  } else if (std::holds_alternative<Gone>(result)) {
    end_gone(work, item, side);
  } else {
    end_failure(work, item, side, std::get<Failure>(result), "read");
  }
}

}  // namespace

boost::asio::awaitable<void> read_side(Work& work, std::vector<Item*> items, Side side) {
  std::map<std::string, std::vector<Item*>> by_object;
  for (Item* item : items) {
    if (!item->id[side].empty()) by_object[item->mapping->object[side]].push_back(item);
  }
  Connector& connector = *work.sync.system[side]->connector;
  for (auto& [object, group] : by_object) {
    std::vector<std::string> ids;
    ids.reserve(group.size());
    for (const Item* item : group) ids.push_back(item->id[side]);
    const auto started = work.clock.uptime();
    std::vector<ReadResult> results = co_await connector.read(object, std::move(ids));
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i]->read_at = started;
      take(work, *group[i], side, std::move(results.at(i)));
    }
  }
}

}  // namespace counterpart
