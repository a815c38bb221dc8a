#include "server/worker/conversion.h"

#include <string>
#include <utility>

#include "server/worker/deciding.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

/// What an item's record of that side has turned into; none where it is still itself, or tells of no heir yet.
std::vector<TurnedInto> heirs_of(Work& work, Item& item, Side side) {
  try {
    return turned_into(*item.mapping, side, *item.record[side]).value_or(std::vector<TurnedInto>{});
  } catch (const EvaluationError& error) {
    end_parked(work, item,
               {"`becomes." + std::string(name_of(side)) + ".when` cannot be evaluated: " + error.what(), "",
                "correct the expression in the configuration"});
    return {};
  }
}

std::string described(const std::vector<TurnedInto>& heirs) {
  std::string text;
  for (const TurnedInto& heir : heirs) text += (text.empty() ? "" : ", ") + heir.mapping + " " + heir.id;
  return text;
}

/// Fields of the same paths on both sides keep what they agreed on, so that what the heir says otherwise is a change.
LinkState inherited(const LinkState& state, const ObjectMapping& heir) {
  LinkState next;
  for (const Side side : kSides) next.base[side] = Native(Native::Object{});
  for (const FieldRule& rule : heir.fields) {
    const Native* left = state.base.left.member(rule.side.left.name);
    const Native* right = state.base.right.member(rule.side.right.name);
    if (left == nullptr || right == nullptr) continue;
    next.base.left.set(rule.side.left.name, *left);
    next.base.right.set(rule.side.right.name, *right);
  }
  return next;
}

/// The counterpart goes over with its link.
boost::asio::awaitable<void> link_heirs(Work& work, const Item& item, Side side, const std::vector<TurnedInto>& heirs) {
  const Side there = other(side);
  std::vector<store::Store::CreatedLink> links;
  for (const TurnedInto& heir : heirs) {
    const ObjectMapping* mapping = work.sync.mapping(heir.mapping);
    if (mapping == nullptr || mapping->object[there] != item.mapping->object[there]) continue;
    store::Store::CreatedLink& link = links.emplace_back();
    link.mapping = heir.mapping;
    link.id[side] = heir.id;
    link.id[there] = item.id[there];
    link.state = inherited(item.state, *mapping);
    link.source = {heir.mapping, side, heir.id};
    link.history.push_back(
        {there, "", "link", {}, {}, {}, "taken over from " + item.mapping->name + " " + item.id[side]});
    link.correlation = item.ending.correlation;
  }
  if (!links.empty()) co_await work.store.store_created(work.sync.id, std::move(links));
}

boost::asio::awaitable<void> mark_heirs(Work& work, const Item& item, Side side, const std::vector<TurnedInto>& heirs) {
  std::vector<store::Mark> marks;
  for (const TurnedInto& heir : heirs) {
    store::Mark& mark = marks.emplace_back();
    mark.key = {heir.mapping, side, heir.id};
    mark.correlation = item.ending.correlation;
  }
  co_await work.store.mark(work.sync.id, std::move(marks));
}

boost::asio::awaitable<void> hand_over(Work& work, Item& item, Side side, const std::vector<TurnedInto>& heirs) {
  const bool linked = item.link && !item.link->tombstone;
  if (linked) co_await link_heirs(work, item, side, heirs);
  co_await mark_heirs(work, item, side, heirs);
  const std::string what = "it became " + described(heirs);
  if (linked) {
    store::LinkChange change = link_change(item);
    change.tombstone = what;
    item.ending.link = std::move(change);
    item.ending.history.push_back({side, "", "tombstone", {}, {}, {}, what});
  }
  end(item, store::Outcome::excluded, what);
}

}  // namespace

boost::asio::awaitable<void> hand_over_to_heirs(Work& work, std::vector<Item*> items) {
  for (Item* item : items) {
    for (const Side side : kSides) {
      if (item->ended || !item->record[side] || !item->mapping->becomes[side]) continue;
      const std::vector<TurnedInto> heirs = heirs_of(work, *item, side);
      if (!heirs.empty()) co_await hand_over(work, *item, side, heirs);
    }
  }
}

}  // namespace counterpart
