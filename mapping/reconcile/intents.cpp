#include <utility>
#include <vector>

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

IntentSettlement settle_intent(const ObjectMapping& mapping, Side side, const IntentFields& intent, const Record& held,
                               const LinkState& state) {
  IntentSettlement settlement{.next = state, .confirmed = {}, .done = false};
  bool took_effect = false;
  std::vector<const FieldRule*> overtaken;
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& target = rule.side[side];
    const Native* sent = intent.sent.member(target.name);
    const Native* source = intent.source.member(rule.side[other(side)].name);
    if (sent == nullptr || source == nullptr) continue;
    const Native* before = intent.before.member(target.name);
    const bool is_create = before == nullptr;  // and `held` is what it made
    const bool is_before = !is_create && holds(target, *before, held);
    took_effect = took_effect || is_create;
    if (holds(target, *sent, held)) {
      settlement.next.base[side].set(target.name, raw_of(target, held).value_or(Native{}));
      settlement.next.base[other(side)].set(rule.side[other(side)].name, *source);
      settlement.confirmed.insert(target.name);
      took_effect = took_effect || !is_before;
    } else if (!is_before) {
      overtaken.push_back(&rule);
    }
  }
  for (const FieldRule* rule : overtaken) {
    if (!took_effect) break;
    for (const Side at : kSides) {
      const std::string& name = rule->side[at].name;
      settlement.next.base[at].set(name, *(at == side ? intent.sent : intent.source).member(name));
    }
  }
  // A field that today's mapping does not know is not confirmed.
  settlement.done = intent.sent.is_object() && settlement.confirmed.size() >= intent.sent.object().size();
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
