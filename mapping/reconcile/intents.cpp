#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/row_intents.h"

namespace counterpart {
namespace {

bool holds_nothing(const FieldSide& side, const Record& held) {
  const Parsed now = read_field(side, held);
  const Value* found = std::get_if<Value>(&now);
  return found != nullptr && is_blank(*found);
}

bool is_key(const ObjectMapping& mapping, const FieldRule& rule) {
  return std::any_of(mapping.match.begin(), mapping.match.end(),
                     [&](const MatchKey& key) { return &mapping.fields[key.field] == &rule; });
}

/// Whether most of what was sent besides the keys is there: somebody else who enters the same person enters the same
/// key, but seldom all the rest.
bool holds_most(const ObjectMapping& mapping, Side side, const Native& sent, const std::set<std::string>& confirmed) {
  std::size_t all = 0;
  std::size_t there = 0;
  for (const FieldRule& rule : mapping.fields) {
    const std::string& name = rule.side[side].name;
    const Native* value = sent.member(name);
    if (value == nullptr || value->is_null() || is_key(mapping, rule)) continue;
    ++all;
    if (confirmed.contains(name)) ++there;
  }
  return 2 * there > all;
}

}  // namespace

IntentSettlement settle_intent(const ObjectMapping& mapping, Side side, const IntentFields& intent, const Record& held,
                               const LinkState& state, Made made) {
  IntentSettlement settlement{.next = state, .confirmed = {}, .done = false};
  const bool is_update = intent.before.is_object() && !intent.before.object().empty();
  bool took_effect = !is_update && made == Made::surely;
  bool has_one_from_before = false;
  std::vector<const FieldRule*> overtaken;
  std::deque<RowsInIntent> rows;
  for (const RowsRule& rule : mapping.rows) {
    const RowsInIntent& looked = rows.emplace_back(rule, side, intent, held, settlement.next);
    if (!looked.any()) continue;
    took_effect = took_effect || (is_update && looked.took_effect());
    has_one_from_before = has_one_from_before || looked.has_one_from_before();
    if (looked.done()) settlement.confirmed.insert(rule.side[side].path.text());
  }
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& target = rule.side[side];
    const Native* sent = intent.sent.member(target.name);
    const Native* source = intent.source.member(rule.side[other(side)].name);
    if (sent == nullptr || source == nullptr) continue;
    const Native* before = intent.before.member(target.name);
    const bool is_before = before != nullptr && holds_sent(target, *before, held);
    if (holds_sent(target, *sent, held)) {
      settlement.next.base[side].set(target.name, raw_of(target, held).value_or(Native{}));
      settlement.next.base[other(side)].set(rule.side[other(side)].name, *source);
      settlement.confirmed.insert(target.name);
      took_effect = took_effect || (is_update && !is_before);
    } else if (is_before) {
      has_one_from_before = true;
    } else {
      overtaken.push_back(&rule);
    }
  }
  // Where no field tells, an edit made after an update was begun is taken for one of what that had written.
  took_effect = took_effect || (is_update && !has_one_from_before);
  const bool likely = made == Made::perhaps && holds_most(mapping, side, intent.sent, settlement.confirmed);
  for (const FieldRule* rule : overtaken) {
    if (!took_effect && !(likely && !holds_nothing(rule->side[side], held))) continue;
    for (const Side at : kSides) {
      const std::string& name = rule->side[at].name;
      settlement.next.base[at].set(name, *(at == side ? intent.sent : intent.source).member(name));
    }
  }
  for (RowsInIntent& looked : rows) looked.settle(took_effect, !is_update);
  // A field that today's mapping does not know is not confirmed.
  settlement.done = intent.sent.is_object() && settlement.confirmed.size() >= intent.sent.object().size();
  return settlement;
}

std::set<std::string> overtaken_fields(const ObjectMapping& mapping, Side side, const IntentFields& intent,
                                       const Record& held) {
  std::set<std::string> overtaken;
  for (const FieldRule& rule : mapping.fields) {
    const FieldSide& target = rule.side[side];
    const Native* sent = intent.sent.member(target.name);
    const Native* before = intent.before.member(target.name);
    if (sent == nullptr || before == nullptr) continue;
    if (!holds_sent(target, *sent, held) && !holds_sent(target, *before, held)) overtaken.insert(target.name);
  }
  for (const RowsRule& rule : mapping.rows) {
    FieldStates unlinked;
    if (RowsInIntent(rule, side, intent, held, unlinked).is_overtaken()) overtaken.insert(rule.side[side].path.text());
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
  for (std::size_t i = 0; i < mapping.rows.size(); ++i) add_rows_to_intent(mapping, i, decision, side, now, fields);
  return fields;
}

}  // namespace counterpart
