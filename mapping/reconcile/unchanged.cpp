#include "mapping/reconcile/unchanged.h"

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

}  // namespace

bool holds_base(const ObjectMapping& mapping, Side side, const Record& record, const Native& base) {
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& field = rule.side[side];
    const auto now = raw_of(field, record);
    if (!now) continue;
    const Native* then = base.member(field.name);
    if (then == nullptr || !same_value(field, *now, *then)) return false;
  }
  return true;
}

}  // namespace counterpart
