#include "server/worker/recovery.h"

#include <algorithm>
#include <set>
#include <utility>

#include "mapping/expression/path.h"
#include "server/observe/log.h"
#include "server/store/keys.h"
#include "server/worker/deciding.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

const store::IntentRow* open_create(const Item& item) {
  for (const auto& claimed : item.claimed) {
    for (const auto& intent : claimed.open_intents) {
      if (intent.operation == "create") return &intent;
    }
  }
  return nullptr;
}

/// How to look for what a create may have left: a path that can be searched, and the value there.
struct Trace {
  std::string path;
  std::string value;
};

std::vector<Trace> traces_of(const Item& item, const store::IntentRow& intent, const Capabilities& can) {
  std::vector<Trace> traces;
  if (!can.stamp.empty()) traces.push_back({can.stamp, intent.stamp});
  for (const MatchKey& key : item.mapping->match) {
    const FieldSide& field = item.mapping->fields[key.field].side[intent.target];
    const Native* sent = intent.fields.sent.member(field.name);
    if (sent != nullptr && !sent->is_null()) traces.push_back({field.name, sent->plain()});
  }
  return traces;
}

/// Ours, and made by that call: the creator where the system tells, and not before the intent.
bool may_be_ours(const Record& record, const store::IntentRow& intent, const System& target, milliseconds skew) {
  if (!target.own_user.empty() && !record.created_by.empty() && record.created_by != target.own_user) return false;
  // Systems keep whole seconds, and their clock is not ours.
  return !record.created || *record.created >= intent.created - skew - std::chrono::seconds(1);
}

bool holds_a_sent_key(const ObjectMapping& mapping, const Record& record, const store::IntentRow& intent) {
  const auto held = match_keys(mapping, intent.target, record);
  return std::any_of(held.begin(), held.end(), [&](const KeyValue& key) {
    return std::any_of(mapping.match.begin(), mapping.match.end(), [&](const MatchKey& match) {
      const FieldSide& field = mapping.fields[match.field].side[intent.target];
      const Native* raw = intent.fields.sent.member(field.name);
      if (raw == nullptr || match.kind != key.kind) return false;
      const Parsed parsed = parse_raw(field, *raw);
      const auto* value = std::get_if<Value>(&parsed);
      const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
      return text != nullptr && normalise_key(match.kind, *text) == key.normal;
    });
  });
}

/// Whoever edits the record meanwhile leaves the stamp alone.
bool holds_its_stamp(const Record& record, const store::IntentRow& intent, const Capabilities& can) {
  if (can.stamp.empty() || intent.stamp.empty()) return false;
  const Native* held = Path::parse(can.stamp).find(record.fields);
  return held != nullptr && held->is_text() && held->text() == intent.stamp;
}

/// How much tells that a record is what a create of ours has made. `some`: it holds a value that was sent, which others
/// may hold as well.
enum class Sign { none, some, enough };

/// What tells it, and how well the record fits what that create has sent: by its stamp, a key, the values it still
/// holds.
struct Evidence {
  Sign sign = Sign::none;
  std::size_t fit = 0;
  Made made = Made::perhaps;  ///< surely: by its stamp or creator
};

/// What a create made may look otherwise than what was sent; so one sign is enough.
Evidence evidence_of(const Work& work, const ObjectMapping& mapping, const Record& record,
                     const store::IntentRow& intent) {
  constexpr std::size_t kStamp = 1'000'000;
  constexpr std::size_t kKey = 1'000;
  if (holds_its_stamp(record, intent, capabilities(work, mapping, intent.target)))
    return {Sign::enough, kStamp, Made::surely};
  const System& system = *work.sync.system[intent.target];
  if (!may_be_ours(record, intent, system, work.settings.clock_skew)) return {};
  const bool made_by_us = !system.own_user.empty() && record.created_by == system.own_user && record.created;
  const bool key = holds_a_sent_key(mapping, record, intent);
  const auto settled = settle_intent(mapping, intent.target, intent.fields, record, LinkState{});
  const bool enough = made_by_us || key || settled.done;
  const Sign held = settled.confirmed.empty() ? Sign::none : Sign::some;
  return {enough ? Sign::enough : held, settled.confirmed.size() + (key ? kKey : 0),
          made_by_us ? Made::surely : Made::perhaps};
}

/// Waiting harms nobody: of what no key tells whose it is, one value that was sent is enough, for a system may have
/// made something else of the others.
bool is_to_wait_for(const Work& work, const ObjectMapping& mapping, const Record& record,
                    const store::IntentRow& intent) {
  const Sign sign = evidence_of(work, mapping, record, intent).sign;
  return sign == Sign::enough || (sign == Sign::some && match_keys(mapping, intent.target, record).empty());
}

/// Records found, or the failure of the call.
using Found = std::variant<std::vector<Record>, Failure>;

boost::asio::awaitable<Found> search_for(Work& work, const Item& item, const store::IntentRow& intent) {
  System& target = *work.sync.system[intent.target];
  const std::string& object = item.mapping->object[intent.target];
  const Capabilities& can = *target.connector->capabilities(object);
  std::vector<Record> found;
  for (Trace& trace : traces_of(item, intent, can)) {
    const bool by_stamp = trace.path == can.stamp;
    std::vector<std::string> values(1, trace.value);
    auto results = co_await target.connector->find(object, std::move(trace.path), std::move(values));
    if (auto* failure = std::get_if<Failure>(&results.at(0))) co_return std::move(*failure);
    for (Record& record : std::get<std::vector<Record>>(results.at(0))) {
      const bool known = std::any_of(found.begin(), found.end(), [&](const Record& r) { return r.id == record.id; });
      const bool ours = by_stamp || may_be_ours(record, intent, target, work.settings.clock_skew);
      if (!known && ours) found.push_back(std::move(record));
    }
    if (by_stamp && !found.empty()) break;
  }
  co_return found;
}

/// For a record with nothing to search by: among all that changed since the call.
boost::asio::awaitable<Found> look_through_changes(Work& work, const Item& item, const store::IntentRow& intent) {
  System& target = *work.sync.system[intent.target];
  const std::string& object = item.mapping->object[intent.target];
  const Instant since = intent.created - work.settings.clock_skew - work.settings.fence_slack;
  std::vector<Record> found;
  std::string page;
  for (int pages = 0; pages < work.settings.fence_pages; ++pages) {
    auto result = co_await target.connector->changed(object, since, page);
    if (auto* failure = std::get_if<Failure>(&result)) co_return std::move(*failure);
    auto& listing = std::get<ChangesPage>(result);
    for (Record& record : listing.records) {
      if (evidence_of(work, *item.mapping, record, intent).sign == Sign::enough) found.push_back(std::move(record));
    }
    if (!listing.next) co_return found;
    page = std::move(*listing.next);
  }
  co_return Failure{Failure::Kind::retry, "too many changes to find a create in doubt among them", {}};
}

std::string text_member(const Native& object, std::string_view name) {
  const Native* member = object.member(name);
  return member != nullptr && member->is_text() ? member->text() : std::string();
}

constexpr const char* kSettled = "; settled after its answer was lost";
/// What it overwrote, if it did, would be told nowhere else.
constexpr const char* kOvertaken = "; its answer was lost, and the field was changed since: it may have been written";

/// What a write has changed that was settled later; `only`: these fields.
std::vector<store::HistoryEntry> history_of(const store::IntentRow& intent, const std::set<std::string>* only,
                                            const std::string& how) {
  std::vector<store::HistoryEntry> history;
  if (!intent.fields.sent.is_object()) return history;
  for (const auto& [name, sent] : intent.fields.sent.object()) {
    if (only != nullptr && !only->contains(name)) continue;
    store::HistoryEntry entry;
    entry.side = intent.target;
    entry.field = name;
    entry.what = "write";
    if (const Native* decided = intent.decided.member(name)) {
      entry.field = text_member(*decided, "field");
      entry.what = text_member(*decided, "what");
      entry.rule = text_member(*decided, "rule") + how;
    }
    if (const Native* before = intent.fields.before.member(name)) entry.before = *before;
    entry.after = sent;
    if (entry.what == name_of(FieldResult::conflict)) entry.lost = entry.before;
    history.push_back(std::move(entry));
  }
  return history;
}

void note(Item& item, std::vector<store::HistoryEntry> history) {
  std::move(history.begin(), history.end(), std::back_inserter(item.ending.history));
}

boost::asio::awaitable<void> remove_linked(Work& work, const Item& item, Side side, std::vector<Record>& records) {
  std::vector<store::RecordKey> keys;
  for (const Record& record : records) keys.push_back({item.mapping->name, side, record.id});
  const auto links = co_await work.store.links_of(work.sync.id, std::move(keys));
  std::vector<Record> unlinked;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!links[i]) unlinked.push_back(std::move(records[i]));
  }
  records = std::move(unlinked);
}

/// Takes out what another create of ours, unsettled as well, fits better: the creator alone does not tell which of them
/// has made it. True where one fits what is left as well, and had sent something else.
bool remove_what_fits_others(const Work& work, const Item& item, const store::IntentRow& intent,
                             const std::vector<store::IntentRow>& others, std::vector<Record>& found) {
  const ObjectMapping& mapping = *item.mapping;
  bool as_well = false;
  std::erase_if(found, [&](const Record& record) {
    const std::size_t fit = evidence_of(work, mapping, record, intent).fit;
    bool better = false;
    bool equal = false;
    for (const store::IntentRow& other : others) {
      const Evidence its = evidence_of(work, mapping, record, other);
      if (its.sign != Sign::enough) continue;
      better = better || its.fit > fit;
      equal = equal || (its.fit == fit && other.fields.sent != intent.fields.sent);
    }
    as_well = as_well || (equal && !better);
    return better;
  });
  return as_well;
}

boost::asio::awaitable<std::vector<store::IntentRow>> other_creates(Work& work, const Item& item,
                                                                    const store::IntentRow& intent) {
  std::vector<std::pair<std::string, Side>> targets(1, std::make_pair(item.mapping->name, intent.target));
  auto creates = co_await work.store.open_creates(work.sync.id, std::move(targets));
  std::erase_if(creates, [&](const store::IntentRow& one) { return one.intent_id == intent.intent_id; });
  co_return creates;
}

/// Links the record to the one that its own create had made.
boost::asio::awaitable<void> adopt(Work& work, Item& item, const store::IntentRow& intent, Record record) {
  store::Store::CreatedLink created;
  created.intent_id = intent.intent_id;
  created.mapping = item.mapping->name;
  created.id[intent.target] = record.id;
  created.id[other(intent.target)] = intent.source.id;
  const Made made = evidence_of(work, *item.mapping, record, intent).made;
  auto settled = settle_intent(*item.mapping, intent.target, intent.fields, record, item.state, made);
  created.state = std::move(settled.next);
  created.source = intent.source;
  created.history.push_back({intent.target, "", "create", {}, {}, {}, "its answer was lost, and it was found"});
  const std::set<std::string>* known = made == Made::surely ? nullptr : &settled.confirmed;
  for (store::HistoryEntry& entry : history_of(intent, known, kSettled)) created.history.push_back(std::move(entry));
  created.correlation = intent.correlation;
  std::vector<store::Store::CreatedLink> list(1, created);
  const auto link_ids = co_await work.store.store_created(work.sync.id, std::move(list));
  if (link_ids.at(0) == 0) {
    end_again(item, "the record was linked meanwhile", milliseconds(100), false);
    co_return;
  }
  log::info("create in doubt settled: it had happened",
            {{"subject", item.subject()}, {"record", record.id}, {"correlation", item.news().correlation}});
  // The next claim leases both ends.
  end_again(item, "what its create had made was found: the pair goes on", milliseconds(0), false);
}

/// At once while the call is under way, then less and less often. Parked where the create is not settled, for then a
/// person has to say what it made.
void wait_for_create(Work& work, Item& item, const store::IntentRow& intent) {
  const auto age = std::chrono::duration_cast<milliseconds>(work.now() - intent.created);
  const milliseconds pause = std::clamp(age, milliseconds(100), milliseconds(5'000));
  const bool overdue = work.now() > intent.deadline + std::chrono::minutes(1);
  if (overdue && item.news().attempts + 1 >= work.settings.attempts) {
    const std::string source = std::string(name_of(intent.source.side)) + " " + intent.source.id;
    end_parked(work, item,
               {"the create for " + source + " was not answered, and nothing tells which record it made", "",
                "merge or delete the doubles, then `counterpart parked retry`, that one first"});
    return;
  }
  end_again(item, "it may be what a create of ours has made; that is settled first", pause, overdue);
}

/// What is left of what was found is what it made; nothing: it had no effect.
boost::asio::awaitable<void> conclude_create(Work& work, Item& item, const store::IntentRow& intent,
                                             std::vector<Record> found) {
  const auto unusable = found.size() == 1 ? store::fault_of_id(found.front().id) : std::nullopt;
  if (unusable) {
    end_unusable(work, item, intent.target, *unusable);
  } else if (found.size() == 1) {
    co_await adopt(work, item, intent, std::move(found.front()));
  } else if (found.empty()) {
    item.ending.intents.push_back({intent.intent_id, store::IntentState::abandoned, "not found: it had no effect"});
    item.settled_intents = true;
  } else {
    end_parked(work, item,
               {"a create in " + work.sync.system[intent.target]->settings->name +
                    " was not answered, and several records may be it",
                "", "merge or delete the doubles there, then `counterpart parked retry`"});
  }
}

boost::asio::awaitable<void> settle_create(Work& work, Item& item, store::IntentRow intent) {
  if (end_if_closed(work, item, intent.target)) co_return;
  const Capabilities& can = capabilities(work, *item.mapping, intent.target);
  const auto not_before = intent.deadline + can.visibility_lag;
  const auto now = work.now();
  if (now < not_before) {
    const auto wait = std::chrono::ceil<milliseconds>(not_before - now);
    end_again(item, "a create without an answer is looked for when it can have no effect any more", wait, false);
    co_return;
  }
  const bool searchable = !traces_of(item, intent, can).empty();
  // Chosen first, awaited then: g++ 12 destroys what a co_await within ?: gave twice.
  auto looking = searchable ? search_for(work, item, intent) : look_through_changes(work, item, intent);
  Found result = co_await std::move(looking);
  if (const auto* failure = std::get_if<Failure>(&result)) {
    end_failure(work, item, intent.target, *failure, "look for a create in doubt");
    co_return;
  }
  auto& found = std::get<std::vector<Record>>(result);
  co_await remove_linked(work, item, intent.target, found);
  if (!found.empty()) {
    const auto others = co_await other_creates(work, item, intent);
    if (remove_what_fits_others(work, item, intent, others, found)) {
      wait_for_create(work, item, intent);
      co_return;
    }
  }
  co_await conclude_create(work, item, intent, std::move(found));
}

void settle_update(Work& work, Item& item, const store::IntentRow& intent) {
  auto settled = settle_intent(*item.mapping, intent.target, intent.fields, *item.record[intent.target], item.state);
  const bool refusable = capabilities(work, *item.mapping, intent.target).precondition;
  if (!settled.done && !refusable && work.now() < intent.deadline) {
    const auto wait = std::chrono::ceil<milliseconds>(intent.deadline - work.now());
    end_again(item, "an update without an answer may still take effect", wait, false);
    return;
  }
  item.state = std::move(settled.next);
  item.settled_intents = true;
  store::IntentResult result{intent.intent_id, store::IntentState::done, ""};
  if (!settled.done) {
    result = {intent.intent_id, store::IntentState::abandoned, "the record holds something else: decided again"};
  }
  item.ending.intents.push_back(std::move(result));
  note(item, history_of(intent, &settled.confirmed, kSettled));
  const auto overtaken = overtaken_fields(*item.mapping, intent.target, intent.fields, *item.record[intent.target]);
  note(item, history_of(intent, &overtaken, kOvertaken));
  item.ending.link = link_change(item);
}

/// An update that was begun before the two were linked is found from either end; meanwhile that may have matched
/// another.
bool concerns_pair(const store::IntentRow& intent, const Item& item) {
  return intent.target_id == item.id[intent.target] && intent.source.id == item.id[other(intent.target)];
}

}  // namespace

boost::asio::awaitable<void> put_off_own_creates(Work& work, std::vector<Item*> items) {
  if (items.empty()) co_return;
  std::set<std::pair<std::string, Side>> distinct;
  std::vector<store::RecordKey> keys;
  for (const Item* item : items) {
    distinct.emplace(item->mapping->name, item->side);
    keys.push_back(item->news().key);
  }
  // In this order: an answer that comes between the two is seen as a link.
  std::vector<std::pair<std::string, Side>> targets(distinct.begin(), distinct.end());
  const auto creates = co_await work.store.open_creates(work.sync.id, std::move(targets));
  const auto links = co_await work.store.links_of(work.sync.id, std::move(keys));
  for (std::size_t i = 0; i < items.size(); ++i) {
    Item& item = *items[i];
    if (links[i]) end_again(item, "the record was linked meanwhile", milliseconds(0), false);
    for (const store::IntentRow& intent : creates) {
      const bool concerns = intent.source.mapping == item.mapping->name && intent.target == item.side;
      if (item.ended || !concerns) continue;
      if (is_to_wait_for(work, *item.mapping, *item.record[item.side], intent)) wait_for_create(work, item, intent);
    }
  }
}

boost::asio::awaitable<void> settle_creates_in_doubt(Work& work, std::vector<Item*> items) {
  for (Item* item : items) {
    const store::IntentRow* intent = item->ended ? nullptr : open_create(*item);
    if (intent == nullptr) continue;
    if (item->link) {
      // What it made came back as news of its own, and was matched by its key. No history tells of this call.
      item->ending.intents.push_back(
          {intent->intent_id, store::IntentState::abandoned, "linked meanwhile: its answer is not waited for"});
      item->settled_intents = true;
    } else {
      co_await settle_create(work, *item, *intent);
    }
  }
}

void settle_updates_in_doubt(Work& work, Item& item) {
  std::set<std::int64_t> settled;  // both ends of a pair bring the same intents
  for (const auto& claimed : item.claimed) {
    for (const store::IntentRow& intent : claimed.open_intents) {
      if (intent.operation != "update" || !item.record[intent.target] || item.ended) continue;
      if (!settled.insert(intent.intent_id).second) continue;
      if (concerns_pair(intent, item)) {
        settle_update(work, item, intent);
      } else if (intent.source == claimed.key) {
        item.ending.intents.push_back({intent.intent_id, store::IntentState::abandoned, "the pair is another now"});
      }
    }
  }
}

}  // namespace counterpart
