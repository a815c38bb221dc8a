#include "server/simulation/row_work.h"

#include <algorithm>
#include <iterator>

#include "mapping/codecs/unicode.h"

namespace counterpart::simulation {

using Kind = Happening::Kind;

namespace {

constexpr std::uint64_t kRowsMost = 6;  ///< nobody adds more to one record

Native::Array& rows_in(const Path& path, Native& fields) {
  const Native* rows = path.find(std::as_const(fields));
  if (rows == nullptr || !rows->is_array()) path.set(fields, Native(Native::Array()));
  return path.find(fields)->array();
}

bool is_filled(const FieldSide& side, const Native& row) {
  const Parsed parsed = read_field(side, Shown(row, true));
  const Value* value = std::get_if<Value>(&parsed);
  return value != nullptr && !is_blank(*value) && !is_unknown(*value);
}

}  // namespace

std::string in_capitals(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

bool is_row_work(Kind kind) {
  return kind >= Kind::add_row && kind <= Kind::copy_row;
}

RowWork::RowWork(const Configuration& configuration, const AllValues& values) {
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      for (const RowsRule& rule : mapping.rows) {
        for (const Side side : kSides) add_list({sync.between[side], mapping.object[side]}, rule, side, values);
      }
    }
  }
}

void RowWork::add_list(const Place& place, const RowsRule& rule, Side side, const AllValues& values) {
  List list{rule.side[side].path, rule.side[side].id, {}};
  for (std::size_t i = 0; i < rule.fields.size(); ++i) {
    const FieldRule& field = rule.fields[i];
    if (!values.at(&field).any()) continue;
    const bool key = std::ranges::find(rule.key, i) != rule.key.end();
    list.entries.push_back({&field.side[side], &values.at(&field), key});
  }
  if (list.entries.empty()) return;
  std::ranges::stable_partition(list.entries, &Entry::key);
  std::vector<List>& lists = lists_[place];
  const bool known = std::ranges::any_of(lists, [&](const List& one) { return one.path.text() == list.path.text(); });
  if (!known) lists.push_back(std::move(list));
}

/// A row that says something: of its key, where it has one, or else of its first field. Some have the key of another.
void RowWork::add_row(const List& list, Native::Array& rows, std::size_t place, Random& random, int& entered) {
  Native row{Native::Object()};
  for (const Entry& entry : list.entries) {
    const bool first = entry.key || &entry == &list.entries.front();
    const Native* like =
        entry.key && !rows.empty() && random.below(6) == 0 ? &rows[random.below(rows.size())] : nullptr;
    if (like != nullptr && entry.side->paths.size() == 1) {
      if (const Native* value = entry.side->paths.front().find(*like)) entry.side->paths.front().set(row, *value);
    } else if (first || random.below(4) != 0) {
      write_field(*entry.side, entry.values->make(++entered), row);
    }
  }
  rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(place), std::move(row));
}

/// False: what was to be emptied is all that the row says.
bool RowWork::edit_row(const List& list, Native& row, Random& random, int& entered) {
  const Entry& entry = list.entries[random.below(list.entries.size())];
  if (random.below(8) != 0) {
    write_field(*entry.side, entry.values->make(++entered), row);
    return true;
  }
  const auto filled = std::ranges::count_if(list.entries, [&](const Entry& one) { return is_filled(*one.side, row); });
  if (filled < 2 || !is_filled(*entry.side, row)) return false;
  write_field(*entry.side, Value(Blank{}), row);
  return true;
}

void RowWork::fill(const Place& place, Native& fields, Random& random, int& entered) const {
  for (const List& list : lists_.at(place)) {
    Native::Array& rows = rows_in(list.path, fields);
    for (std::uint64_t left = random.below(4); left > 0; --left) add_row(list, rows, rows.size(), random, entered);
  }
}

bool RowWork::act(Kind kind, const Place& place, Native& fields, Random& random, int& entered) const {
  const std::vector<List>& lists = lists_.at(place);
  const List& list = lists[random.below(lists.size())];
  Native::Array& rows = rows_in(list.path, fields);
  const std::size_t which = random.below(rows.size() + (kind == Kind::add_row || rows.empty() ? 1 : 0));
  const auto at = rows.begin() + static_cast<std::ptrdiff_t>(which);
  if (rows.empty() && kind != Kind::add_row) return false;
  switch (kind) {
    case Kind::add_row:
      if (rows.size() >= kRowsMost) return false;
      add_row(list, rows, which, random, entered);
      return true;
    case Kind::edit_row:
      return edit_row(list, *at, random, entered);
    case Kind::remove_row:
      rows.erase(at);
      return true;
    case Kind::sort_rows:
      std::ranges::rotate(rows, at);
      return which != 0;
    case Kind::copy_row: {
      if (rows.size() >= kRowsMost) return false;
      Native copy = *at;
      copy.remove(list.id);
      rows.push_back(std::move(copy));
      return true;
    }
    default:
      return false;
  }
}

void RowWork::shout(const Place& place, Native& fields) const {
  const auto lists = lists_.find(place);
  if (lists == lists_.end()) return;
  for (const List& list : lists->second) {
    const auto entry = std::ranges::find_if(list.entries, [](const Entry& one) {
      return !one.key && one.values->free_text() && one.side->paths.size() == 1;
    });
    if (entry == list.entries.end()) continue;
    const Path& path = entry->side->paths.front();
    for (Native& row : rows_in(list.path, fields)) {
      const Native* value = path.find(row);
      if (value != nullptr && value->is_text()) path.set(row, Native(in_capitals(value->text())));
    }
  }
}

}  // namespace counterpart::simulation
