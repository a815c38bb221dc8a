#include "server/store/links.h"

#include <map>
#include <set>
#include <tuple>

#include "mapping/values/json.h"
#include "server/store/history.h"
#include "server/store/intents.h"
#include "server/store/stored_json.h"

namespace counterpart::store {

namespace {

LinkRow link_from(const Rows& rows, std::size_t i) {
  LinkRow link;
  link.link_id = rows.integer(i, 1);
  link.id = {rows.text(i, 2), rows.text(i, 3)};
  link.tombstone = rows.boolean(i, 4);
  link.tombstone_reason = rows.text(i, 5);
  link.revision = {rows.text(i, 6), rows.text(i, 7)};
  link.own_revision = {rows.text(i, 8), rows.text(i, 9)};
  if (!rows.is_null(i, 10)) {
    link.state.base = {parse_stored(rows.view(i, 10)), parse_stored(rows.view(i, 11))};
    link.state.activity = activity_from_native(parse_stored(rows.view(i, 12)));
  } else {
    link.state.base = {Native::Object{}, Native::Object{}};
  }
  const Native frozen = parse_stored(rows.view(i, 13));
  for (const Native& field : frozen.array()) link.state.frozen.insert(field.plain());
  link.parked = rows.boolean(i, 14);
  return link;
}

Columns keys_of(const std::vector<RecordKey>& records) {
  Columns columns(3);
  for (const RecordKey& key : records) columns.add({key.mapping, static_cast<int>(key.side), key.id});
  return columns;
}

/// A base that was never set is an empty object.
Cell base_cell(const Native& base) {
  return base.is_null() ? Cell("{}") : Cell::json(base);
}

using Ends = std::tuple<std::string, std::string, std::string>;

std::map<Ends, std::int64_t> insert_ends(Transaction& transaction, SyncId sync, const std::vector<NewLink>& links) {
  // Sorted, against deadlocks on the unique indexes.
  std::map<Ends, const LinkChange*> sorted;
  for (const NewLink& link : links) {
    sorted.emplace(Ends{link.mapping, link.change->id.left, link.change->id.right}, link.change);
  }
  Columns columns(7);
  for (const auto& [ends, change] : sorted) {
    columns.add({std::get<0>(ends), std::get<1>(ends), std::get<2>(ends), change->revision.left, change->revision.right,
                 change->own_revision.left, change->own_revision.right});
  }
  std::map<Ends, std::int64_t> ids;
  const Rows rows = transaction.exec("insert_links", Arguments({sync}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ids[{rows.text(i, 1), rows.text(i, 2), rows.text(i, 3)}] = rows.integer(i, 0);
  }
  return ids;
}

}  // namespace

Pairs read_pairs(Transaction& transaction, SyncId sync, const std::vector<RecordKey>& records, const AskedKeys& asked) {
  Pairs pairs{std::vector<Pair>(records.size()), {}};
  if (records.empty()) return pairs;
  Columns keys(1);
  for (const std::string& key : asked.keys) keys.add({key});
  Arguments arguments({sync}, keys_of(records));
  const Rows rows = transaction.exec("pairs_of", arguments.and_cell(asked.lease).and_columns(keys));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows.is_null(i, 16)) {
      const Native held = parse_stored(rows.view(i, 16));
      for (const Native& key : held.array()) pairs.held.insert(key.plain());
    }
    Pair& pair = pairs.of[static_cast<std::size_t>(rows.integer(i, 0)) - 1];
    if (!rows.is_null(i, 1)) pair.link = link_from(rows, i);
    pair.has_open_intents = rows.boolean(i, 15);
  }
  return pairs;
}

std::vector<std::int64_t> insert_links(Transaction& transaction, SyncId sync, const std::vector<NewLink>& links) {
  std::vector<std::int64_t> ids;
  if (links.empty()) return ids;
  std::map<Ends, std::int64_t> made = insert_ends(transaction, sync, links);
  for (const NewLink& link : links) {
    const auto found = made.find({link.mapping, link.change->id.left, link.change->id.right});
    ids.push_back(found == made.end() ? 0 : found->second);
    if (found != made.end()) made.erase(found);  // one link, one owner
  }
  return ids;
}

std::vector<bool> update_links(Transaction& transaction, SyncId sync, const std::vector<const LinkChange*>& changes) {
  if (changes.empty()) return {};
  std::map<std::int64_t, bool> there;
  Columns columns(6);
  for (const LinkChange* change : changes) {
    if (!there.emplace(change->link_id, false).second) continue;
    columns.add({change->link_id, change->revision.left, change->revision.right, change->own_revision.left,
                 change->own_revision.right, Cell(change->tombstone)});
  }
  const Rows rows = transaction.exec("update_links", Arguments({sync}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) there[rows.integer(i, 0)] = true;
  std::vector<bool> found;
  for (const LinkChange* change : changes) found.push_back(there[change->link_id]);
  return found;
}

void store_bases(Transaction& transaction, SyncId sync,
                 const std::vector<std::pair<std::int64_t, const LinkState*>>& states) {
  const std::map<std::int64_t, const LinkState*> each(states.begin(), states.end());
  if (each.empty()) return;
  Columns columns(4);
  for (const auto& [link_id, state] : each) {
    columns.add({link_id, base_cell(state->base.left), base_cell(state->base.right),
                 Cell::json(activity_to_native(state->activity))});
  }
  transaction.later("store_bases", Arguments({sync}, columns));
}

std::vector<bool> reopen_links(Transaction& transaction, SyncId sync, LeaseNumber lease,
                               const std::vector<Store::Reopening>& wanted) {
  std::vector<bool> reopened(wanted.size(), false);
  if (wanted.empty()) return reopened;
  Columns columns(5);
  for (const Store::Reopening& one : wanted) {
    columns.add({one.key.mapping, static_cast<int>(one.key.side), one.key.id, lease_key(one.key), one.link_id});
  }
  const Rows rows = transaction.exec("reopen_links", Arguments({sync, lease}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) reopened[static_cast<std::size_t>(rows.integer(i, 0)) - 1] = true;
  return reopened;
}

namespace {

/// Of creates that were answered, and the links that could be stored for them (0: none).
std::vector<IntentResult> results_of(const std::vector<Store::CreatedLink>& created,
                                     const std::vector<std::int64_t>& links) {
  std::vector<IntentResult> results;
  for (std::size_t i = 0; i < created.size(); ++i) {
    const Both<std::string>& id = created[i].id;
    IntentResult result{created[i].intent_id, IntentState::done, ""};
    if (links[i] == 0) {
      result = {created[i].intent_id, IntentState::failed,
                "made the counterpart, but one of left " + id.left + " and right " + id.right + " is linked already"};
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

std::vector<std::int64_t> store_created_links(Transaction& transaction, SyncId sync,
                                              const std::vector<Store::CreatedLink>& created) {
  if (created.empty()) return {};
  std::vector<LinkChange> changes(created.size());
  std::vector<NewLink> links;
  Columns ends(3);
  for (std::size_t i = 0; i < created.size(); ++i) {
    changes[i].id = created[i].id;
    links.push_back({created[i].mapping, &changes[i]});
    ends.add({created[i].mapping, created[i].id.left, created[i].id.right});
  }
  const std::vector<std::int64_t> made = insert_links(transaction, sync, links);
  std::vector<std::pair<std::int64_t, const LinkState*>> states;
  for (std::size_t i = 0; i < created.size(); ++i) {
    if (made[i] != 0) states.emplace_back(made[i], &created[i].state);
  }
  store_bases(transaction, sync, states);
  std::vector<HistoryRow> history;
  for (std::size_t i = 0; i < created.size(); ++i) {
    if (made[i] == 0) continue;
    for (const HistoryEntry& entry : created[i].history) {
      history.push_back({&created[i].source, made[i], &entry, &created[i].correlation});
    }
  }
  store_history(transaction, sync, history);
  // Asked back rather than taken from the insert: the same link may have been stored before (a repeat after
  // a COMMIT whose answer was lost).
  std::vector<std::int64_t> ids(created.size(), 0);
  const Rows rows = transaction.exec("links_between", Arguments({sync}, ends));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ids[static_cast<std::size_t>(rows.integer(i, 0)) - 1] = rows.integer(i, 1);
  }
  end_intents(transaction, sync, results_of(created, ids));
  return ids;
}

std::vector<std::vector<std::string>> find_identities(Transaction& transaction, SyncId sync, const std::string& mapping,
                                                      Side side, const std::vector<KeyValue>& keys) {
  std::vector<std::vector<std::string>> found(keys.size());
  if (keys.empty()) return found;
  Columns columns(2);
  for (const KeyValue& key : keys) columns.add({static_cast<int>(key.kind), bounded_key(key.normal)});
  const Rows rows = transaction.exec("identities", Arguments({sync, mapping, static_cast<int>(side)}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found[static_cast<std::size_t>(rows.integer(i, 0)) - 1].push_back(rows.text(i, 1));
  }
  return found;
}

void store_identities(Transaction& transaction, SyncId sync, const Identities& identities, bool replace) {
  // The last word about a record counts; sorted, against deadlocks.
  std::map<RecordKey, const std::vector<KeyValue>*> each;
  for (const auto& [record, keys] : identities) each[record] = &keys;
  if (each.empty()) return;
  // Mapping, side, kind, key, id.
  std::set<std::tuple<std::string, int, int, std::string, std::string>> wanted;
  Columns records(3);
  for (const auto& [record, keys] : each) {
    const int side = static_cast<int>(record.side);
    records.add({record.mapping, side, record.id});
    for (const KeyValue& key : *keys) {
      wanted.emplace(record.mapping, side, static_cast<int>(key.kind), bounded_key(key.normal), record.id);
    }
  }
  Columns rows(5);
  for (const auto& [mapping, side, kind, key, id] : wanted) rows.add({mapping, side, kind, key, id});
  transaction.later("store_identities", Arguments({sync, replace}, records).and_columns(rows));
}

}  // namespace counterpart::store
