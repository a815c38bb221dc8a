#include "mapping/reconcile/unchanged.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "mapping/reconcile/linked_rows.h"

namespace counterpart {
namespace {

bool same_value(const FieldSide& field, const Native& now, const Native& then) {
  if (now == then) return true;
  const Parsed parsed_now = parse_raw(field, now);
  const Parsed parsed_then = parse_raw(field, then);
  const auto* value_now = std::get_if<Value>(&parsed_now);
  const auto* value_then = std::get_if<Value>(&parsed_then);
  return value_now != nullptr && value_then != nullptr && *value_now == *value_then;
}

bool holds_base_of_rows(const RowsRule& rule, Side side, const Record& record, const Native& base) {
  ShownRows rows = rows_of(rule.side[side], record);
  const auto* told = std::get_if<std::optional<std::vector<ShownRow>>>(&rows);
  if (told == nullptr) return false;
  if (!*told) return true;
  const Native* linked = base.member(rule.side[side].path.text());
  if (linked == nullptr || !linked->is_array()) return false;
  std::map<std::string, const Native*, std::less<>> bases;
  for (const Native& row : linked->array()) {
    if (!row.is_null()) bases.emplace(id_in(row), &row);
  }
  if (bases.size() != (*told)->size()) return false;
  return std::ranges::all_of(**told, [&](const ShownRow& row) {
    const auto found = bases.find(row.id);
    return found != bases.end() && holds_base(rule, side, Shown(*row.native, record.absent_is_blank), *found->second);
  });
}

}  // namespace

bool holds_base(const ObjectMapping& mapping, Side side, const Record& record, const Native& base) {
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& field = rule.side[side];
    const auto now = raw_of(field, record);
    if (!now) continue;
    const Native* then = base.member(field.name);
    if (then == nullptr || !same_value(field, *now, *then)) return false;
  }
  return std::ranges::all_of(mapping.rows,
                             [&](const RowsRule& rule) { return holds_base_of_rows(rule, side, record, base); });
}

}  // namespace counterpart
