#include <utility>

#include "mapping/reconcile/reconcile.h"

namespace counterpart {
namespace {

bool holds(const FieldSide& side, const Native& raw_sent, const Record& held) {
  if (holds_raw(side, held, raw_sent)) return true;
  const Parsed sent = parse_raw(side, raw_sent);
  const Parsed now = read_field(side, held);
  const Value* wanted = std::get_if<Value>(&sent);
  const Value* found = std::get_if<Value>(&now);
  return wanted != nullptr && found != nullptr && !is_unknown(*found) && *found == narrowed(side, *wanted);
}

}  // namespace

IntentSettlement settle_intent(const ObjectMapping& mapping, Side side, const Native& sent, const Native& source,
                               const Record& held, const LinkState& state) {
  IntentSettlement settlement{.next = state, .confirmed = {}, .done = false};
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& target = rule.side[side];
    const FieldSide& origin = rule.side[other(side)];
    const Native* raw_sent = sent.member(target.name);
    const Native* raw_source = source.member(origin.name);
    if (raw_sent == nullptr || raw_source == nullptr || !holds(target, *raw_sent, held)) continue;
    settlement.next.base[side].set(target.name, raw_of(target, held).value_or(Native{}));
    settlement.next.base[other(side)].set(origin.name, *raw_source);
    settlement.confirmed.insert(target.name);
  }
  // A field that today's mapping does not know is not confirmed.
  settlement.done = sent.is_object() && settlement.confirmed.size() >= sent.object().size();
  return settlement;
}

std::set<std::string> overtaken_fields(const ObjectMapping& mapping, Side side, const Native& before,
                                       const Native& sent, const Record& held) {
  std::set<std::string> overtaken;
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& target = rule.side[side];
    const Native* raw_sent = sent.member(target.name);
    const Native* raw_before = before.member(target.name);
    if (raw_sent == nullptr || raw_before == nullptr) continue;
    if (!holds(target, *raw_sent, held) && !holds(target, *raw_before, held)) overtaken.insert(target.name);
  }
  return overtaken;
}

IntentFields intent_fields(const ObjectMapping& mapping, const Decision& decision, Side side,
                           const Both<const Record*>& now) {
  IntentFields fields{Native::Object{}, Native::Object{}, Native::Object{}};
  for (const FieldDecision& field : decision.fields) {
    if (!is_write(field.result) || field.to != side) continue;
    const FieldRule& rule = mapping.fields[field.field];
    const FieldSide& target = rule.side[side];
    const FieldSide& origin = rule.side[other(side)];
    if (now[side] != nullptr) fields.before.set(target.name, raw_in(target, now[side]->fields));
    fields.sent.set(target.name, raw_in(target, *decision.after[side]));
    fields.source.set(origin.name, raw_in(origin, now[other(side)]->fields));
  }
  return fields;
}

}  // namespace counterpart
