#include "mapping/reconcile/linked_rows.h"

#include <algorithm>
#include <set>
#include <utility>

namespace counterpart {
namespace {

/// What of `name` follows `prefix`.
std::string without(std::string_view prefix, std::string_view name) {
  return std::string(name.substr(prefix.size()));
}

Problem not_told_apart(const RowsSide& side, std::size_t place, std::string_view id) {
  const std::string row = "row " + std::to_string(place + 1) + " of " + side.path.text();
  return {id.empty() ? row + " has no id in its member '" + side.id + "'"
                     : row + " has the id " + std::string(id) + " of another row",
          "name the member that holds the rows' own ids in the mapping, under `rows`"};
}

}  // namespace

ShownRows rows_of(const RowsSide& side, const Shown& record) {
  const Native* rows = side.path.find(*record.fields);
  if (rows == nullptr || rows->is_null()) {
    if (rows == nullptr && !record.absent_is_blank) return std::nullopt;
    return std::vector<ShownRow>();
  }
  if (!rows->is_array()) {
    return Problem{side.path.text() + " holds no list of rows", "correct the path of the rows in the mapping"};
  }
  std::vector<ShownRow> shown;
  shown.reserve(rows->array().size());
  std::set<std::string_view> ids;
  for (const Native& row : rows->array()) {
    const Native* id = row.member(side.id);
    shown.push_back({id == nullptr ? std::string() : id->plain(), &row});
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i].id.empty() || !ids.insert(shown[i].id).second) return not_told_apart(side, i, shown[i].id);
  }
  return shown;
}

std::vector<ShownRow> known_rows_of(const RowsSide& side, const Shown& record) {
  ShownRows rows = rows_of(side, record);
  auto* told = std::get_if<std::optional<std::vector<ShownRow>>>(&rows);
  return told != nullptr && *told ? std::move(**told) : std::vector<ShownRow>();
}

const Native* find_row(const RowsSide& side, const Native& fields, std::string_view id) {
  const Native* rows = side.path.find(fields);
  if (rows == nullptr || !rows->is_array()) return nullptr;
  const auto found = std::ranges::find_if(rows->array(), [&](const Native& row) {
    const Native* own = row.member(side.id);
    return own != nullptr && own->plain() == id;
  });
  return found == rows->array().end() ? nullptr : &*found;
}

Native* find_row(const RowsSide& side, Native& fields, std::string_view id) {
  return const_cast<Native*>(find_row(side, std::as_const(fields), id));
}

Native base_of_row(const RowsRule& rule, Side side, const ShownRow& row, bool absent_is_blank) {
  Native base{Native::Object{}};
  base.set(kRowId, row.id);
  for (const FieldRule& field : rule.fields) {
    auto raw = raw_of(field.side[side], Shown(*row.native, absent_is_blank));
    if (raw) base.set(field.side[side].name, std::move(*raw));
  }
  return base;
}

std::string id_in(const Native& base) {
  const Native* id = base.member(kRowId);
  return id == nullptr ? std::string() : id->plain();
}

bool holds_base(const RowsRule& rule, Side side, const Shown& row, const Native& base) {
  return std::ranges::all_of(rule.fields, [&](const FieldRule& field) {
    const Native* then = base.member(field.side[side].name);
    return then != nullptr && holds_raw(field.side[side], row, *then);
  });
}

LinkedRows::LinkedRows(const RowsRule& rule, FieldStates& state) : rule_(&rule), state_(&state) {
  Both<const Native*> arrays;
  for (const Side side : kSides) arrays[side] = state.base[side].member(rule.side[side].path.text());
  const auto is_array = [](const Native* array) { return array != nullptr && array->is_array(); };
  known_ =
      is_array(arrays.left) && is_array(arrays.right) && arrays.left->array().size() == arrays.right->array().size();
}

void LinkedRows::make_known() {
  if (std::exchange(known_, true)) return;
  for (const Side side : kSides) state_->base[side].set(rule_->side[side].path.text(), Native(Native::Array{}));
}

Native::Array& LinkedRows::array(Side side) {
  return state_->base[side].member(rule_->side[side].path.text())->array();
}

const Native::Array& LinkedRows::array(Side side) const {
  return std::as_const(state_->base[side]).member(rule_->side[side].path.text())->array();
}

std::size_t LinkedRows::size() const {
  return known_ ? array(Side::left).size() : 0;
}

const Native& LinkedRows::base(std::size_t pair, Side side) const {
  return array(side)[pair];
}

Native& LinkedRows::base(std::size_t pair, Side side) {
  return array(side)[pair];
}

Both<std::string> LinkedRows::ids(std::size_t pair) const {
  return {id_in(base(pair, Side::left)), id_in(base(pair, Side::right))};
}

std::optional<std::size_t> LinkedRows::find(Side side, std::string_view id) const {
  for (std::size_t pair = 0; pair < size(); ++pair) {
    const Native* own = base(pair, side).member(kRowId);
    if (own != nullptr && own->plain() == id) return pair;
  }
  return std::nullopt;
}

void LinkedRows::add(Both<Native> bases) {
  make_known();
  for (const Side side : kSides) array(side).push_back(std::move(bases[side]));
}

void LinkedRows::drop(std::size_t pair) {
  for (const Side side : kSides) array(side).erase(array(side).begin() + static_cast<std::ptrdiff_t>(pair));
}

FieldStates LinkedRows::state_of(std::size_t pair) const {
  FieldStates state = state_of(ids(pair));
  state.base = {base(pair, Side::left), base(pair, Side::right)};
  return state;
}

FieldStates LinkedRows::state_of(const Both<std::string>& ids) const {
  FieldStates state;
  const std::string prefix = name_in_row(*rule_, ids, "");
  const auto& frozen = state_->frozen;
  for (auto i = frozen.lower_bound(prefix); i != frozen.end() && i->starts_with(prefix); ++i) {
    state.frozen.insert(without(prefix, *i));
  }
  const auto& activity = state_->activity;
  for (auto i = activity.lower_bound(prefix); i != activity.end() && i->first.starts_with(prefix); ++i) {
    state.activity.emplace(without(prefix, i->first), i->second);
  }
  for (const Side side : kSides) {
    state.base[side] = Native(Native::Object{});
    state.base[side].set(kRowId, ids[side]);
  }
  return state;
}

void LinkedRows::put(std::size_t pair, FieldStates state) {
  forget(ids(pair));
  for (const Side side : kSides) base(pair, side) = std::move(state.base[side]);
  remember(ids(pair), std::move(state));
}

void LinkedRows::remember(const Both<std::string>& ids, FieldStates state) {
  for (const std::string& field : state.frozen) state_->frozen.insert(name_in_row(*rule_, ids, field));
  for (auto& [field, activity] : state.activity) {
    state_->activity.insert_or_assign(name_in_row(*rule_, ids, field), std::move(activity));
  }
}

std::vector<std::string> LinkedRows::forget(const Both<std::string>& ids) {
  const std::string row = name_of_row(*rule_, ids);
  const std::string prefix = name_in_row(*rule_, ids, "");
  const auto of_row = [&](const std::string& name) { return name == row || name.starts_with(prefix); };
  std::vector<std::string> names;
  for (auto i = state_->frozen.lower_bound(row); i != state_->frozen.end() && i->starts_with(row);) {
    if (!of_row(*i)) {
      ++i;
      continue;
    }
    names.push_back(*i);
    i = state_->frozen.erase(i);
  }
  for (auto i = state_->activity.lower_bound(prefix); i != state_->activity.end() && i->first.starts_with(prefix);) {
    i = state_->activity.erase(i);
  }
  return names;
}

std::string name_of_row(const RowsRule& rule, const Both<std::string>& ids) {
  return rule.name + "[" + (ids.left.empty() ? ids.right : ids.left) + "]";
}

std::string name_in_row(const RowsRule& rule, const Both<std::string>& ids, std::string_view field) {
  return name_of_row(rule, ids) + "." + std::string(field);
}

}  // namespace counterpart
