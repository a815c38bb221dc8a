#include "server/worker/references.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "mapping/reconcile/references.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

using store::RecordKey;

RecordKey key_of(const Referred& record) {
  return {record.mapping, record.side, record.id};
}

bool refers(const Work& work, const Item& item) {
  return item.mapping != nullptr && work.sync.referring.contains(item.mapping->name);
}

/// Always asked of the configured mapping: one that knows counterparts already reads ids as those of the other side.
std::set<Referred> referred_by(const Work& work, const Item& item) {
  std::set<Referred> all;
  const ObjectMapping& mapping = *work.sync.mapping(item.mapping->name);
  for (const Side side : kSides) {
    if (item.record[side]) all.merge(records_referred_to(mapping, side, *item.record[side]));
  }
  return all;
}

/// A record that an item would wait for.
struct Need {
  Item* item = nullptr;
  MissingCounterpart missing;
  store::Wait wait;
};

/// Who put off an item, or set it aside, has told why it is not written.
bool may_wait(const Item& item) {
  using enum store::Outcome;
  if (!item.decision) return false;
  const store::Outcome outcome = item.ending.outcome;
  return !item.ended || (!item.ending.again_in && outcome != parked && outcome != excluded && outcome != gone);
}

std::vector<Need> needs_of(Item& item) {
  std::vector<Need> needs;
  const bool creates = item.id.left.empty() || item.id.right.empty();
  for (MissingCounterpart& missing : missing_counterparts(*item.mapping, *item.decision, creates)) {
    Need& need = needs.emplace_back();
    need.item = &item;
    const Side from = missing.record.side;
    need.wait.waiter = {item.mapping->name, from, item.id[from]};
    need.wait.awaited = key_of(missing.record);
    need.wait.field = missing.field;
    need.missing = std::move(missing);
  }
  return needs;
}

std::string described(const Work& work, const Need& need) {
  const Referred& record = need.missing.record;
  return need.missing.field + " names " + work.sync.system[record.side]->settings->name + "/" + record.mapping + " " +
         record.id + ", which has no counterpart";
}

/// It is not tried again before the other one has been worked.
void end_waiting(Work& work, const Need& need) {
  Item& item = *need.item;
  const std::string why = described(work, need) + " yet; that one is worked first";
  if (item.ended) {
    item.ending.outcome = store::Outcome::waiting;
    item.ending.detail = why;
  } else {
    end(item, store::Outcome::waiting, why);
  }
}

void end_in_vain(Work& work, const Need& need, const store::Awaited& state) {
  const std::string why = state.circular ? "each of the two needs the other first"
                                         : "work on that one ended as " + state.ended.value_or("unknown");
  end_parked(work, *need.item,
             {described(work, need) + ": " + why, need.missing.field,
              "let that record be synced (its mapping's `where`, `on_create` and what it is parked for say why it is "
              "not), or give the field a placeholder; this one follows by itself"});
}

void settle(Work& work, Need& need, const store::Awaited& state) {
  const bool in_vain = state.circular || state.ended.has_value();
  need.wait.tried = in_vain;
  need.wait.begins = !state.known && !state.circular;
  need.item->ending.waits->push_back(need.wait);
  if (!in_vain) return end_waiting(work, need);
  if (need.missing.required) end_in_vain(work, need, state);
}

}  // namespace

boost::asio::awaitable<void> learn_counterparts(Work& work, std::vector<Item*> items) {
  std::erase_if(items, [&](const Item* item) { return item->ended || !refers(work, *item); });
  if (items.empty()) co_return;
  std::set<Referred> referred;
  for (const Item* item : items) referred.merge(referred_by(work, *item));
  std::vector<RecordKey> keys;
  std::ranges::transform(referred, std::back_inserter(keys), key_of);
  const std::vector<RecordKey> asked = keys;
  const auto found = co_await work.store.counterparts(work.sync.id, std::move(keys));
  auto counterparts = std::make_shared<Counterparts>();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!found[i]) continue;
    Both<std::string> ids;
    ids[asked[i].side] = asked[i].id;
    ids[other(asked[i].side)] = *found[i];
    counterparts->add(asked[i].mapping, ids);
  }
  std::map<std::string, std::shared_ptr<const ObjectMapping>> knowing;
  for (Item* item : items) {
    auto& mapping = knowing[item->mapping->name];
    if (mapping == nullptr) {
      const ObjectMapping& configured = *work.sync.mapping(item->mapping->name);
      mapping = std::make_shared<const ObjectMapping>(with_counterparts(configured, counterparts));
    }
    item->knowing = mapping;
    item->mapping = mapping.get();
  }
}

boost::asio::awaitable<void> wait_for_counterparts(Work& work, std::vector<Item*> items) {
  std::vector<Need> needs;
  for (Item* item : items) {
    if (!refers(work, *item) || !may_wait(*item)) continue;
    item->ending.waits.emplace();
    std::ranges::move(needs_of(*item), std::back_inserter(needs));
  }
  if (needs.empty()) co_return;
  std::vector<std::pair<RecordKey, RecordKey>> waits;
  for (const Need& need : needs) waits.emplace_back(need.wait.waiter, need.wait.awaited);
  const auto states = co_await work.store.awaited(work.sync.id, std::move(waits));
  for (std::size_t i = 0; i < needs.size(); ++i) settle(work, needs[i], states[i]);
}

void release_waiting(Work& work, Item& item) {
  if (item.mapping == nullptr || item.ending.again_in) return;
  using enum store::Outcome;
  const store::Outcome outcome = item.ending.outcome;
  // What holds its base names nobody new.
  const bool at_rest = outcome == unchanged && !item.decision;
  const bool left = outcome == excluded || outcome == gone || outcome == erased;
  if (refers(work, item) && (at_rest || left)) item.ending.waits.emplace();
  if (!work.sync.referred.contains(item.mapping->name) || outcome == waiting) return;
  const auto& link = item.ending.link;
  const bool ends = link && link->tombstone;
  const bool has_counterpart = !ends && (link.has_value() || (item.link && !item.link->tombstone));
  for (const Side side : kSides) {
    if (item.id[side].empty()) continue;
    item.ending.releases.push_back({RecordKey{item.mapping->name, side, item.id[side]}, has_counterpart});
  }
}

}  // namespace counterpart
