#include "server/worker/batch.h"

#include <algorithm>
#include <map>

#include "server/observe/log.h"
#include "server/worker/conversion.h"
#include "server/worker/deciding.h"
#include "server/worker/endings.h"
#include "server/worker/fence.h"
#include "server/worker/matching.h"
#include "server/worker/neighbours.h"
#include "server/worker/reading.h"
#include "server/worker/recovery.h"
#include "server/worker/references.h"
#include "server/worker/writing.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

Item make_item(const Work& work, store::Claimed claimed) {
  Item item;
  item.mapping = work.sync.mapping(claimed.key.mapping);
  item.side = claimed.key.side;
  item.id[item.side] = claimed.key.id;
  if (claimed.link) {
    item.link = claimed.link;
    item.id = claimed.link->id;
    item.state = claimed.link->state;
  }
  item.ending.correlation = claimed.correlation;
  item.claimed.push_back(std::move(claimed));
  return item;
}

/// Both ends of one link, when both are dirty, are one piece of work.
std::vector<Item> make_items(const Work& work, std::vector<store::Claimed> claimed) {
  std::vector<Item> items;
  std::map<std::int64_t, std::size_t> by_link;
  for (store::Claimed& record : claimed) {
    if (record.link && !record.link->tombstone) {
      const auto [found, fresh] = by_link.emplace(record.link->link_id, items.size());
      if (!fresh) {
        items[found->second].claimed.push_back(std::move(record));
        continue;
      }
    }
    items.push_back(make_item(work, std::move(record)));
  }
  return items;
}

std::vector<Item*> all_of(std::vector<Item>& items) {
  std::vector<Item*> all;
  for (Item& item : items) all.push_back(&item);
  return all;
}

void end_what_needs_no_reading(Work& work, Item& item) {
  if (item.mapping == nullptr) {
    end(item, store::Outcome::excluded, "the configuration has no such mapping any more");
  } else if (end_if_suspect(work, item)) {
    return;
  } else if (item.link && item.link->tombstone) {
    if (item.news().look_again) return;
    end(item, store::Outcome::excluded, "its link has ended: " + item.link->tombstone_reason);
  } else if (item.link && !item.link->parked && !item.has_open_intents() && item.news().attempts == 0) {
    for (const store::Claimed& claimed : item.claimed) {
      if (!claimed.hints) return;
      const Side side = claimed.key.side;
      const OwnWrites own{work.sync.system[side]->own_user, item.link->own_revision[side]};
      const EchoGuard guard = recognise_echo(*item.mapping, side, *claimed.hints, item.state.base[side], own);
      if (guard == EchoGuard::none) return;
      work.metrics.echo_dropped(work.sync.settings->name, name_of(guard));
    }
    end(item, store::Outcome::echo, "the echo of our own write");
  }
}

boost::asio::awaitable<void> read_news_sides(Work& work, std::vector<Item>& items) {
  for (const Side side : kSides) {
    std::vector<Item*> wanted;
    for (Item* item : under_way(items)) {
      if (item->claimed_on(side)) wanted.push_back(item);
    }
    co_await read_side(work, std::move(wanted), side);
  }
  co_await hand_over_to_heirs(work, under_way(items));
  for (Item* item : under_way(items)) {
    if (ends_unchanged(*item)) {
      end(*item, store::Outcome::unchanged, "it holds what it held when the two sides last agreed");
    }
  }
}

boost::asio::awaitable<void> read_counterparts(Work& work, std::vector<Item>& items) {
  for (const Side side : kSides) {
    std::vector<Item*> wanted;
    for (Item* item : under_way(items)) {
      if (item->link && !item->record[side]) wanted.push_back(item);
    }
    co_await read_side(work, std::move(wanted), side);
  }
  co_await hand_over_to_heirs(work, under_way(items));
}

void decide_pairs(Work& work, std::vector<Item>& items) {
  for (Item* item : under_way(items)) {
    if (!item->record.left || !item->record.right) continue;
    settle_updates_in_doubt(work, *item);
    if (!item->ended) decide_linked(work, *item);
  }
}

std::vector<Item*> unlinked(std::vector<Item>& items) {
  std::vector<Item*> found = under_way(items);
  std::erase_if(found, [](const Item* item) { return item->link || item->decision; });
  return found;
}

/// What a call in doubt has done shows in the record itself; a search may still show it as it was.
boost::asio::awaitable<void> read_found_in_doubt(Work& work, const std::vector<Item*>& items) {
  for (const Side side : kSides) {
    std::vector<Item*> wanted;
    for (Item* item : items) {
      const bool found = !item->ended && item->side != side && item->record[side];
      if (found && item->has_open_intents()) wanted.push_back(item);
    }
    co_await read_side(work, std::move(wanted), side);
  }
}

boost::asio::awaitable<void> find_counterparts(Work& work, std::vector<Item>& items) {
  co_await put_off_own_creates(work, unlinked(items));
  const std::vector<Item*> waiting = unlinked(items);
  co_await match_unlinked(work, waiting);
  co_await read_found_in_doubt(work, waiting);
  co_await learn_counterparts(work, waiting);
  for (Item* item : waiting) {
    if (item->ended || !item->record.left || !item->record.right) continue;
    settle_updates_in_doubt(work, *item);
    if (!item->ended) decide_linked(work, *item);
  }
}

void count(Work& work, const Item& item) {
  const std::string& mapping = item.news().key.mapping;
  work.metrics.worked(work.sync.settings->name, mapping, store::name_of(item.ending.outcome));
  if (item.ending.outcome == store::Outcome::written) {
    work.metrics.synced_after(work.sync.settings->name, work.now() - item.news().first_news);
  }
  const bool notable = item.ending.outcome == store::Outcome::written;
  const auto say = notable ? log::info : log::debug;
  say("worked", {{"sync", work.sync.settings->name},
                 {"record", item.subject()},
                 {"outcome", store::name_of(item.ending.outcome)},
                 {"correlation", item.news().correlation}});
}

/// One completion a claimed record; what concerns the pair stands in the first. Takes the items' endings.
std::vector<store::Completion> completions_of(std::vector<Item>& items) {
  std::vector<store::Completion> completions;
  for (Item& item : items) {
    for (const store::Claimed& claimed : item.claimed) {
      const bool first = &claimed == &item.claimed.front();
      store::Completion completion;
      if (first) {
        completion = std::move(item.ending);
      } else {
        const store::Completion& lead = completions.back();
        completion.outcome = lead.outcome;
        completion.detail = lead.detail;
        completion.again_in = lead.again_in;
        completion.burns_attempt = lead.burns_attempt;
        completion.spares_attempt = lead.spares_attempt;
        completion.not_found = lead.not_found;
        completion.correlation = claimed.correlation;
      }
      completion.key = claimed.key;
      completion.generation = claimed.generation;
      completions.push_back(std::move(completion));
    }
  }
  return completions;
}

/// Sides that came to hold other values than were read or sent are news of their own.
boost::asio::awaitable<void> mark_to_look_again(Work& work, const std::vector<Item>& items) {
  std::vector<store::Mark> marks;
  for (const Item& item : items) {
    for (const Side side : kSides) {
      if (!item.look_again[side] || item.id[side].empty()) continue;
      store::Mark& mark = marks.emplace_back();
      mark.key = {item.mapping->name, side, item.id[side]};
      mark.correlation = item.news().correlation;
    }
  }
  if (!marks.empty()) co_await work.store.mark(work.sync.id, std::move(marks));
}

boost::asio::awaitable<void> complete(Work& work, std::vector<Item>& items) {
  for (Item& item : items) {
    // Nothing may end without a named outcome.
    end_later(work, item, "left undecided");
    release_waiting(work, item);
  }
  auto completions = completions_of(items);
  const auto stored = co_await work.store.complete(work.sync.id, work.lease, std::move(completions));
  co_await mark_to_look_again(work, items);
  if (work.more_leased) co_await work.store.release(work.sync.id, work.lease);
  std::size_t next = 0;
  for (const Item& item : items) {
    if (stored.at(next)) count(work, item);
    next += item.claimed.size();
  }
  const auto lost = std::count(stored.begin(), stored.end(), false);
  if (lost > 0) {
    work.metrics.leases_lost(work.sync.settings->name, lost);
    log::warn("lease lost before completion; the work is done again",
              {{"sync", work.sync.settings->name}, {"records", lost}});
  }
}

}  // namespace

boost::asio::awaitable<void> work_batch(Work& work, store::Claim claim) {
  std::vector<Item> items = make_items(work, std::move(claim.records));
  for (Item& item : items) end_what_needs_no_reading(work, item);
  wait_for_first_sweep(work, unlinked(items));
  co_await settle_creates_in_doubt(work, under_way(items));
  co_await read_news_sides(work, items);
  co_await read_counterparts(work, items);
  co_await learn_counterparts(work, under_way(items));
  decide_pairs(work, items);
  co_await find_counterparts(work, items);
  co_await wait_for_counterparts(work, all_of(items));
  co_await write_decisions(work, under_way(items));
  co_await release_to_neighbours(work);
  co_await complete(work, items);
}

}  // namespace counterpart
