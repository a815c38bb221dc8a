#include "server/worker/matching.h"

#include <algorithm>
#include <map>
#include <set>

#include "mapping/reconcile/totals.h"
#include "server/worker/deciding.h"
#include "server/worker/endings.h"
#include "server/worker/fence.h"
#include "server/worker/neighbours.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

/// An item on its way to a counterpart.
struct Search {
  Item* item = nullptr;
  Side target = Side::left;
  std::vector<KeyValue> keys;
  std::vector<std::vector<Candidate>> found;  ///< for each key
  std::map<std::string, Record> records;      ///< of the candidates, by id
};

milliseconds short_pause(Work& work) {
  return milliseconds(100 + work.random.below(200));
}

/// Two new records of one person in one batch: the first is worked, the others come after it.
std::vector<Search> begin_searches(Work& work, const std::vector<Item*>& items) {
  std::vector<Search> searches;
  std::set<std::string> taken;
  for (Item* item : items) {
    Search search;
    search.item = item;
    search.target = other(item->side);
    if (end_if_closed(work, *item, search.target)) continue;
    search.keys = match_keys(*item->mapping, item->side, *item->record[item->side]);
    const bool shared = std::any_of(search.keys.begin(), search.keys.end(), [&](const KeyValue& key) {
      return taken.contains(store::lease_key(item->mapping->name, key));
    });
    if (shared) {
      end_again(*item, "another record with the same key is worked first", short_pause(work), false);
      continue;
    }
    for (const KeyValue& key : search.keys) taken.insert(store::lease_key(item->mapping->name, key));
    search.found.resize(search.keys.size());
    searches.push_back(std::move(search));
  }
  return searches;
}

void drop_ended(std::vector<Search>& searches) {
  std::erase_if(searches, [](const Search& search) { return search.item->ended; });
}

std::vector<Search*> pointers_to(std::vector<Search>& searches) {
  std::vector<Search*> pointers;
  for (Search& search : searches) pointers.push_back(&search);
  return pointers;
}

milliseconds rest_of_lease(const Work& work) {
  return std::chrono::duration_cast<milliseconds>(work.lease_until - work.clock.uptime());
}

boost::asio::awaitable<void> lease_match_keys(Work& work, std::vector<Search>& searches) {
  std::vector<std::vector<std::string>> groups;
  for (const Search& search : searches) {
    auto& group = groups.emplace_back();
    for (const KeyValue& key : search.keys) group.push_back(store::lease_key(search.item->mapping->name, key));
  }
  work.more_leased = true;
  const auto got = co_await work.store.lease_keys(work.sync.id, work.lease, rest_of_lease(work), std::move(groups));
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (!got[i]) {
      end_again(*searches[i].item, "a record with the same key is being worked", short_pause(work), false);
    }
  }
  drop_ended(searches);
}

/// A record whose scope cannot be told is no candidate; its own news parks it.
bool surely_in_scope(const ObjectMapping& mapping, Side side, const Record& record) {
  try {
    return in_scope(mapping, side, record);
  } catch (const EvaluationError&) {
    return false;
  }
}

/// A candidate counts if it really has the key, compared in normal form, and is in scope.
void offer(Search& search, std::size_t key, const Record& record) {
  const ObjectMapping& mapping = *search.item->mapping;
  const auto keys = match_keys(mapping, search.target, record);
  const KeyValue& wanted = search.keys[key];
  const bool has_it = std::any_of(keys.begin(), keys.end(), [&](const KeyValue& have) {
    return have.kind == wanted.kind && have.normal == wanted.normal;
  });
  if (!has_it || !surely_in_scope(mapping, search.target, record)) return;
  auto& candidates = search.found[key];
  const bool known =
      std::any_of(candidates.begin(), candidates.end(), [&](const auto& c) { return c.id == record.id; });
  if (known) return;
  candidates.push_back({record.id, false});
  search.records.insert_or_assign(record.id, record);
}

using Wanted = std::vector<std::pair<Search*, std::size_t>>;  ///< (search, index of its key)

boost::asio::awaitable<void> find_in_system(Work& work, std::string object, std::string path, Wanted wanted) {
  Connector& connector = *work.sync.system[wanted.front().first->target]->connector;
  std::vector<std::string> values;
  for (const auto& [search, key] : wanted) values.push_back(search->keys[key].spelled);
  const std::chrono::microseconds asked = work.clock.uptime();
  auto results = co_await connector.find(std::move(object), std::move(path), std::move(values));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& [search, key] = wanted[i];
    if (const auto* failure = std::get_if<Failure>(&results.at(i))) {
      end_failure(work, *search->item, search->target, *failure, "search");
      continue;
    }
    // Calls follow one another: of several, the first one is the oldest.
    if (search->item->searched_at.count() == 0) search->item->searched_at = asked;
    for (const Record& record : std::get<std::vector<Record>>(results.at(i))) offer(*search, key, record);
  }
}

boost::asio::awaitable<void> search_systems(Work& work, std::vector<Search>& searches) {
  std::map<std::tuple<Side, std::string, std::string>, Wanted> calls;
  for (Search& search : searches) {
    const ObjectMapping& mapping = *search.item->mapping;
    for (std::size_t k = 0; k < search.keys.size(); ++k) {
      for (const MatchKey& key : mapping.match) {
        if (key.kind != search.keys[k].kind) continue;
        const auto& path = mapping.fields[key.field].side[search.target].name;
        calls[{search.target, mapping.object[search.target], path}].emplace_back(&search, k);
      }
    }
  }
  for (auto& [where, wanted] : calls) {
    co_await find_in_system(work, std::get<1>(where), std::get<2>(where), std::move(wanted));
  }
  drop_ended(searches);
}

/// What the index knows under the keys of several searches: for each search, the ids under each of its keys.
using Known = std::vector<std::vector<std::vector<std::string>>>;

/// Asked once a mapping and side, not once a search. `side_of` says on which side of a search to look.
boost::asio::awaitable<Known> known_to_index(Work& work, std::vector<Search*> searches,
                                             Side (*side_of)(const Search&)) {
  std::map<std::pair<std::string, Side>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (!searches[i]->keys.empty()) groups[{searches[i]->item->mapping->name, side_of(*searches[i])}].push_back(i);
  }
  Known known(searches.size());
  for (const auto& [where, members] : groups) {
    std::vector<KeyValue> keys;
    for (const std::size_t i : members) keys.insert(keys.end(), searches[i]->keys.begin(), searches[i]->keys.end());
    auto found = co_await work.store.identities(work.sync.id, where.first, where.second, std::move(keys));
    std::size_t next = 0;
    for (const std::size_t i : members) {
      for (std::size_t k = 0; k < searches[i]->keys.size(); ++k) known[i].push_back(std::move(found.at(next++)));
    }
  }
  co_return known;
}

Side target_of(const Search& search) {
  return search.target;
}

Side own_side_of(const Search& search) {
  return search.item->side;
}

/// Reads by id what the index knows and the search did not show (it lags); then it is offered like the rest.
boost::asio::awaitable<void> read_unshown(Work& work, Search& search, std::vector<std::vector<std::string>> known) {
  const ObjectMapping& mapping = *search.item->mapping;
  for (std::size_t k = 0; k < known.size(); ++k) {
    std::vector<std::string> missing;
    for (const std::string& id : known[k]) {
      if (!search.records.contains(id)) missing.push_back(id);
    }
    if (missing.empty()) continue;
    Connector& connector = *work.sync.system[search.target]->connector;
    const auto results = co_await connector.read(mapping.object[search.target], std::move(missing));
    for (const ReadResult& result : results) {
      if (const auto* record = std::get_if<Record>(&result)) {
        offer(search, k, *record);
      } else if (const auto* failure = std::get_if<Failure>(&result)) {
        end_failure(work, *search.item, search.target, *failure, "read a candidate");
      }
    }
  }
}

boost::asio::awaitable<void> search_index(Work& work, std::vector<Search>& searches) {
  Known known = co_await known_to_index(work, pointers_to(searches), target_of);
  for (std::size_t i = 0; i < searches.size(); ++i) co_await read_unshown(work, searches[i], std::move(known[i]));
  drop_ended(searches);
}

void take_link(Search& search, const std::string& id, const store::LinkRow& link) {
  if (link.id[search.item->side] == search.item->id[search.item->side]) {
    end_again(*search.item, "the record was linked meanwhile", milliseconds(0), false);
    return;
  }
  for (auto& candidates : search.found) {
    for (Candidate& candidate : candidates) {
      if (candidate.id == id) candidate.linked = true;
    }
  }
}

/// Which candidates have a link already; asked once for all searches.
boost::asio::awaitable<void> mark_linked(Work& work, std::vector<Search>& searches) {
  std::vector<store::RecordKey> keys;
  std::vector<Search*> asked_by;
  for (Search& search : searches) {
    for (const auto& [id, record] : search.records) {
      keys.push_back({search.item->mapping->name, search.target, id});
      asked_by.push_back(&search);
    }
  }
  if (keys.empty()) co_return;
  const auto asked = keys;
  const auto links = co_await work.store.links_of(work.sync.id, std::move(keys));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (links[i] && !asked_by[i]->item->ended) take_link(*asked_by[i], asked[i].id, *links[i]);
  }
  drop_ended(searches);
}

/// A search with the one counterpart that it found.
struct Match {
  Search* search = nullptr;
  std::string id;
};

boost::asio::awaitable<void> link_matches(Work& work, std::vector<Match> matches) {
  if (matches.empty()) co_return;
  std::vector<std::vector<std::string>> groups;
  for (const Match& match : matches) {
    const store::RecordKey key{match.search->item->mapping->name, match.search->target, match.id};
    groups.emplace_back(1, store::lease_key(key));
  }
  const auto got = co_await work.store.lease_keys(work.sync.id, work.lease, rest_of_lease(work), std::move(groups));
  for (std::size_t i = 0; i < matches.size(); ++i) {
    auto& [search, id] = matches[i];
    Item& item = *search->item;
    if (!got.at(i)) {
      end_again(item, "its counterpart is being worked", short_pause(work), false);
      continue;
    }
    item.id[search->target] = id;
    item.record[search->target] = std::move(search->records.at(id));
    // Where searches lag, what was found is no younger than that: it is read again before it is written.
    const bool lags = capabilities(work, *item.mapping, search->target).visibility_lag.count() > 0;
    item.read_at[search->target] = lags ? std::chrono::microseconds(0) : item.read_at[other(search->target)];
    item.ending.identity.emplace_back(store::RecordKey{item.mapping->name, search->target, id},
                                      match_keys(*item.mapping, search->target, *item.record[search->target]));
  }
}

/// For each search, what the index knows of the item's own side under its keys, besides itself, as far as it ever had
/// a link.
boost::asio::awaitable<std::vector<std::vector<std::string>>> linked_doubles(Work& work,
                                                                             std::vector<Search*> searches) {
  const Known known = co_await known_to_index(work, searches, own_side_of);
  std::vector<store::RecordKey> keys;
  std::vector<std::size_t> asked_by;
  for (std::size_t i = 0; i < searches.size(); ++i) {
    const Item& item = *searches[i]->item;
    std::set<std::string> others;
    for (const auto& ids : known[i]) others.insert(ids.begin(), ids.end());
    others.erase(item.id[item.side]);
    for (const std::string& id : others) {
      keys.push_back({item.mapping->name, item.side, id});
      asked_by.push_back(i);
    }
  }
  std::vector<std::vector<std::string>> linked(searches.size());
  if (keys.empty()) co_return linked;
  const auto asked = keys;
  const auto links = co_await work.store.links_of(work.sync.id, std::move(keys));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (links[i]) linked[asked_by[i]].push_back(asked[i].id);
  }
  co_return linked;
}

boost::asio::awaitable<void> hold_if_double(Work& work, Search& search, std::vector<std::string> linked) {
  if (linked.empty()) co_return;
  Item& item = *search.item;
  Connector& connector = *work.sync.system[item.side]->connector;
  const auto results = co_await connector.read(item.mapping->object[item.side], linked);
  for (std::size_t i = 0; i < results.size() && !item.ended; ++i) {
    if (const auto* failure = std::get_if<Failure>(&results[i])) {
      end_failure(work, item, item.side, *failure, "read a double");
      continue;
    }
    const auto* record = std::get_if<Record>(&results[i]);
    const auto keys = record == nullptr ? search.keys : match_keys(*item.mapping, item.side, *record);
    const bool same = std::ranges::any_of(keys, [&](const KeyValue& key) {
      return std::ranges::any_of(search.keys,
                                 [&](const KeyValue& own) { return own.kind == key.kind && own.normal == key.normal; });
    });
    if (!same) continue;
    end_parked(work, item,
               {"record " + linked[i] + " of the same system has the same key, and is or was linked already", "",
                "merge or correct the doubles in their system; the next change, or `counterpart parked retry`, looks "
                "again"});
  }
}

/// Who has, or had, a counterpart by another record of the same system gets no second one: one that was deleted
/// over there would come back by way of its double.
boost::asio::awaitable<void> hold_doubles(Work& work, std::vector<Search*> searches) {
  auto linked = co_await linked_doubles(work, searches);
  for (std::size_t i = 0; i < searches.size(); ++i) {
    co_await hold_if_double(work, *searches[i], std::move(linked[i]));
  }
}

void decide_to_create(Work& work, Search& search) {
  Item& item = *search.item;
  if (item.mapping->on_create[search.target] == OnCreate::ignore) {
    end(item, store::Outcome::excluded,
        "no counterpart, and on_create." + std::string(name_of(search.target)) + " is ignore");
    return;
  }
  item.decision = decide_create(*item.mapping, search.target, *item.record[item.side]);
  if (item.decision->parked()) return park_on_problem(work, item);
  const auto problem = check_own_totals(*item.mapping, item.side, *item.record[item.side]);
  if (problem) return end_parked(work, item, {problem->what, "", problem->remedy});
  park_on_violation(work, item);
}

boost::asio::awaitable<void> conclude(Work& work, std::vector<Search>& searches) {
  std::vector<Match> matches;
  std::vector<Search*> alone;
  for (Search& search : searches) {
    MatchResult match = decide_match(search.keys, search.found);
    switch (match.verdict) {
      case MatchVerdict::link:
        matches.push_back({&search, std::move(match.id)});
        break;
      case MatchVerdict::ambiguous:
        end_parked(work, *search.item,
                   {match.reason, "",
                    "merge or correct the doubles in their system; the next change, or `counterpart "
                    "parked retry`, looks again"});
        break;
      case MatchVerdict::none:
        alone.push_back(&search);
        break;
    }
  }
  co_await link_matches(work, std::move(matches));
  co_await hold_doubles(work, alone);
  for (Search* search : alone) {
    if (!search->item->ended) decide_to_create(work, *search);
  }
}

}  // namespace

boost::asio::awaitable<void> match_unlinked(Work& work, std::vector<Item*> items) {
  std::vector<Search> searches = begin_searches(work, items);
  if (searches.empty()) co_return;
  co_await lease_match_keys(work, searches);
  for (const Side target : kSides) {
    std::vector<std::pair<Item*, const std::vector<KeyValue>*>> keys;
    for (const Search& search : searches) {
      if (search.target == target) keys.emplace_back(search.item, &search.keys);
    }
    co_await lease_keys_from_neighbours(work, keys, target);
    std::vector<Item*> waiting;
    for (const auto& [item, unused] : keys) {
      if (!item->ended) waiting.push_back(item);
    }
    co_await raise_fence(work, std::move(waiting), target);
  }
  drop_ended(searches);
  co_await search_systems(work, searches);
  co_await search_index(work, searches);
  co_await mark_linked(work, searches);
  co_await conclude(work, searches);
}

}  // namespace counterpart
