#include "server/simulation/row_oracle.h"

#include <algorithm>
#include <numeric>

#include "mapping/codecs/unicode.h"

namespace counterpart::simulation {
namespace {

std::string describe(const RecordPlace& place) {
  return std::get<0>(place) + '/' + std::get<1>(place) + '/' + std::get<2>(place);
}

const Native::Array& rows_held(const Path& path, const Native& fields) {
  static const Native::Array none;
  const Native* rows = fields.is_null() ? nullptr : path.find(fields);
  return rows != nullptr && rows->is_array() ? rows->array() : none;
}

/// nullopt: it cannot be read.
std::optional<Value> value_in(const FieldSide& side, const Native& row) {
  const Parsed parsed = read_field(side, Shown(row, true));
  const Value* value = std::get_if<Value>(&parsed);
  if (value == nullptr) return std::nullopt;
  return is_unknown(*value) ? Value(Blank{}) : *value;
}

bool goes_both_ways(const RowsRule& rule) {
  return rule.direction == Direction::both;
}

template <class Counts>
Counts difference(const Counts& before, const Counts& after) {
  Counts changes = after;
  for (const auto& [token, count] : before) changes[token] -= count;
  std::erase_if(changes, [](const auto& one) { return one.second == 0; });
  return changes;
}

int total(const std::map<RecordPlace, int>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0, [](int sum, const auto& one) { return sum + one.second; });
}

int most(const std::map<RecordPlace, int>& counts) {
  int result = 0;
  for (const auto& [place, count] : counts) result = std::max(result, count);
  return result;
}

/// What one change did is undone by the other.
bool undoes(int change, int other) {
  return (change < 0) != (other < 0);
}

void tell_raw(const FieldSide& side, const Native& raw, std::set<std::string>& told) {
  const Parsed parsed = parse_raw(side, raw);
  if (const Value* value = std::get_if<Value>(&parsed)) told.insert(token_of(*value));
}

/// Of a row, or of a list of them, as bases have them; else of one field.
void tell_all(const RowsRule& rule, const Native& raw, const std::string& field, std::set<std::string>& told) {
  if (raw.is_array() && field.empty()) {
    for (const Native& row : raw.array()) tell_all(rule, row, field, told);
    return;
  }
  for (const FieldRule& one : rule.fields) {
    for (const Side side : kSides) {
      const Native* value = field.empty() ? raw.member(one.side[side].name) : &raw;
      if (value != nullptr && (field.empty() || field == one.name)) tell_raw(one.side[side], *value, told);
    }
  }
}

}  // namespace

std::string token_of(const Value& value) {
  return codecs::ascii_lower(codecs::trimmed(counterpart::describe(value)));
}

RowOracle::RowOracle(const Configuration& configuration, const AllValues& values) : values_(values) {
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      for (const RowsRule& rule : mapping.rows) {
        for (const Side side : kSides) add_list(sync.between[side], mapping.object[side], rule, side);
      }
    }
  }
}

void RowOracle::add_list(const std::string& system, const std::string& object, const RowsRule& rule, Side side) {
  if (!goes_both_ways(rule)) return;
  std::vector<List>& lists = lists_[{system, object}];
  const Path& path = rule.side[side].path;
  auto list = std::ranges::find(lists, path.text(), [](const List& one) { return one.path.text(); });
  if (list == lists.end()) list = lists.insert(lists.end(), List{path, rule.side[side].id, {}});
  for (const FieldRule& field : rule.fields) {
    const bool known =
        std::ranges::any_of(list->columns, [&](const Column& one) { return one.side->name == field.side[side].name; });
    if (known || field.direction != Direction::both || !values_.at(&field).distinct()) continue;
    const auto index = static_cast<std::size_t>(&field - rule.fields.data());
    list->columns.push_back({&field, &field.side[side], std::ranges::find(rule.key, index) != rule.key.end()});
  }
}

// --- what happens ---------------------------------------------------------------------------------

std::string RowOracle::original(const std::string& token) const {
  const auto found = original_.find(token);
  return found == original_.end() ? token : found->second;
}

/// What each side would hold of a value is that value.
void RowOracle::learn(const Column& column, const Value& value) {
  const std::string token = original(token_of(value));
  for (const Side side : kSides) original_.emplace(token_of(narrowed(column.rule->side[side], value)), token);
}

RowOracle::Held RowOracle::held_in(const RecordPlace& place, const Native& fields) {
  Held held;
  const auto lists = lists_.find({std::get<0>(place), std::get<1>(place)});
  if (lists == lists_.end()) return held;
  for (const List& list : lists->second) {
    for (const Native& row : rows_held(list.path, fields)) {
      HeldRow& one = held.rows.emplace_back();
      if (const Native* id = row.member(list.id)) one.id = id->plain();
      for (const Column& column : list.columns) {
        const auto value = value_in(*column.side, row);
        if (!value || is_blank(*value)) continue;
        learn(column, *value);
        const std::string token = original(token_of(*value));
        ++held.tokens[token];
        one.tokens.insert(token);
        if (column.key) one.key.insert(token);
      }
    }
  }
  return held;
}

/// Rows that are no more, and, where all got new ids, those that are others now and cannot be known by their key.
void RowOracle::note_removed(const RecordPlace& place, const Held& then, const Held& now, bool renews) {
  const auto of_key = [](const std::vector<HeldRow>& rows, const HeldRow& row) {
    return row.key.empty() ? 0 : std::ranges::count(rows, row.key, &HeldRow::key);
  };
  const auto is_same = [&](const HeldRow& row) {
    return std::ranges::find(now.rows, row.tokens, &HeldRow::tokens) != now.rows.end() ||
           (of_key(then.rows, row) == 1 && of_key(now.rows, row) == 1);
  };
  for (const HeldRow& row : then.rows) {
    std::set<std::string>& held = held_once_[{place, row.id}];
    held.insert(row.tokens.begin(), row.tokens.end());
    const bool is_there = std::ranges::find(now.rows, row.id, &HeldRow::id) != now.rows.end();
    if (renews ? is_same(row) : is_there) continue;
    for (const std::string& token : held) accounts_[token].removed.insert(row.tokens);
  }
}

int RowOracle::observe_person(const RecordPlace& place, const PersonsWrite& write, Instant ended) {
  const Held then = held_in(place, write.before);
  const Held now = held_in(place, write.after);
  const Counts changes = difference(then.tokens, now.tokens);
  const auto ours = ours_.find(place);
  const bool doubtful = ours != ours_.end() && (!ours->second.heard || ours->second.at <= ended);
  for (const auto& [token, change] : changes) {
    Account& account = accounts_[token];
    (change > 0 ? account.put : account.taken)[place] += change > 0 ? change : -change;
    seen_at_[place].insert(token);
    // What is there again as before a write of ours that may be in doubt: nothing tells that it ever arrived.
    if (!doubtful) continue;
    const auto written = ours->second.changes.find(token);
    if (written != ours->second.changes.end() && undoes(change, written->second)) account.excused = true;
  }
  note_removed(place, then, now, write.renews);
  edits_[place].push_back({write.at, changes});
  return static_cast<int>(changes.size());
}

void RowOracle::observe_ours(const RecordPlace& place, const Native& before, const Native& after, Instant at,
                             bool heard, const std::function<bool(Instant)>& may_meet) {
  const Counts changes = difference(held_in(place, before).tokens, held_in(place, after).tokens);
  for (const auto& [token, change] : changes) seen_at_[place].insert(token);
  for (const Edit& edit : edits_[place]) {
    if (!may_meet(edit.at)) continue;
    for (const auto& [token, change] : edit.changes) {
      const auto ours = changes.find(token);
      if (ours != changes.end() && undoes(change, ours->second)) accounts_[token].excused = true;
    }
  }
  ours_[place] = {changes, at, heard};
}

// --- at rest --------------------------------------------------------------------------------------

void RowOracle::collect_told(const ObjectMapping& mapping, const Native& entry, std::set<std::string>& told) {
  const Native* named = entry.member("field");
  const std::string name = named == nullptr ? "" : named->plain();
  for (const RowsRule& rule : mapping.rows) {
    const std::size_t end = name.find(']');
    if (name != rule.name && (!name.starts_with(rule.name + '[') || end == std::string::npos)) continue;
    const std::string field = end == std::string::npos || end + 2 > name.size() ? "" : name.substr(end + 2);
    for (const char* what : {"lost", "before"}) {
      const Native* raw = entry.member(what);
      if (raw != nullptr && !raw->is_null()) tell_all(rule, *raw, field, told);
    }
  }
}

RowOracle::Rows RowOracle::rows_of(const RowsRule& rule, Side side, const Native& fields) const {
  Rows rows;
  for (const Native& native : rows_held(rule.side[side].path, fields)) {
    Row& row = rows.emplace_back();
    for (const FieldRule& field : rule.fields) {
      const auto& value = row.values.emplace_back(value_in(field.side[side], native));
      if (value && !is_blank(*value)) row.tokens.insert(original(token_of(*value)));
    }
  }
  return rows;
}

/// Takes together those that are the same in every field that goes both ways; of a text that one system stores in upper
/// case, only the letters differ.
void RowOracle::match(const RowsRule& rule, Both<Rows>& rows) {
  const auto same = [&](const Row& left, const Row& right) {
    for (std::size_t i = 0; i < rule.fields.size(); ++i) {
      if (rule.fields[i].direction != Direction::both) continue;
      if (!left.values[i] || !right.values[i]) return false;
      const Value& l = *left.values[i];
      const Value& r = *right.values[i];
      if (!equal(rule.fields[i], l, r) && token_of(l) != token_of(r)) return false;
    }
    return true;
  };
  for (Row& left : rows.left) {
    const auto right =
        std::ranges::find_if(rows.right, [&](const Row& row) { return !row.matched && same(left, row); });
    if (right != rows.right.end()) left.matched = right->matched = true;
  }
}

std::vector<Violation> RowOracle::judge(const Pair& pair, const std::set<std::string>& told,
                                        bool may_look_edited) const {
  std::vector<Violation> found;
  Both<Rows> all;
  for (const RowsRule& rule : pair.mapping->rows) {
    if (!goes_both_ways(rule)) continue;
    Both<Rows> rows{rows_of(rule, Side::left, *pair.fields.left), rows_of(rule, Side::right, *pair.fields.right)};
    match(rule, rows);
    judge_equal(pair, rule, rows, found);
    for (const Side side : kSides) all[side].insert(all[side].end(), rows[side].begin(), rows[side].end());
  }
  if (!found.empty()) return found;
  std::set<std::string> tokens;
  for (const Side side : kSides) {
    if (const auto seen = seen_at_.find(pair.at[side]); seen != seen_at_.end()) {
      tokens.insert(seen->second.begin(), seen->second.end());
    }
  }
  for (const std::string& token : tokens) judge_account(pair, token, all, told, may_look_edited, found);
  return found;
}

/// Of rows that are held for a person, each side may have one that the other has not, or otherwise.
void RowOracle::judge_equal(const Pair& pair, const RowsRule& rule, const Both<Rows>& rows,
                            std::vector<Violation>& found) const {
  std::set<std::string> frozen;
  for (const std::string& name : pair.frozen) {
    if (name.starts_with(rule.name + '[')) frozen.insert(name.substr(0, name.find(']')));
  }
  for (const Side side : kSides) {
    const auto alone = static_cast<std::size_t>(std::ranges::count(rows[side], false, &Row::matched));
    if (alone <= frozen.size()) continue;
    const auto row = std::ranges::find(rows[side], false, &Row::matched);
    std::string what;
    for (const auto& value : row->values)
      what += (what.empty() ? "" : ", ") + (value ? counterpart::describe(*value) : "?");
    found.push_back({"rows_differ", std::string(name_of(side)) + ' ' + describe(pair.at[side]) + " alone has " +
                                        std::to_string(alone) + " of its " + rule.name + ", and " +
                                        std::to_string(frozen.size()) + " are held for a person; the first: " + what});
    return;
  }
}

/// A person removed the row, and another edited it, who did not know that: the rule for conflicts decides.
bool RowOracle::was_contested(const Account& account, const std::string& token, const Rows& rows) {
  return !account.removed.empty() && std::ranges::any_of(rows, [&](const Row& row) {
    return row.tokens.contains(token) && !account.removed.contains(row.tokens);
  });
}

void RowOracle::judge_account(const Pair& pair, const std::string& token, const Both<Rows>& rows,
                              const std::set<std::string>& told, bool may_look_edited,
                              std::vector<Violation>& found) const {
  const auto known = accounts_.find(token);
  if (known == accounts_.end() || known->second.excused) return;
  const Account& account = known->second;
  Both<int> count;
  bool held_for_person = false;
  for (const Side side : kSides) {
    for (const Row& row : rows[side]) {
      if (!row.tokens.contains(token)) continue;
      ++count[side];
      held_for_person = held_for_person || !row.matched;
    }
  }
  if (held_for_person) return;
  const int held = std::max(count.left, count.right);
  // Rows that are added on both sides and equal are one; of one that is taken out of both, neither is left.
  const int least = most(account.put) - total(account.taken);
  const int highest = std::max(0, total(account.put) - most(account.taken));
  const std::string where = describe(pair.at.left) + " and " + describe(pair.at.right) + " have " +
                            std::to_string(held) + " rows with '" + token + "', which people put in " +
                            std::to_string(total(account.put)) + " times and took out " +
                            std::to_string(total(account.taken)) + " times";
  if (held < least && !told.contains(token)) {
    found.push_back({"row_lost", where + "; the history does not know why"});
  } else if (held > highest && !may_look_edited && !was_contested(account, token, rows.left)) {
    found.push_back({highest > 0 ? "row_doubled" : "row_returned", where});
  }
}

}  // namespace counterpart::simulation
