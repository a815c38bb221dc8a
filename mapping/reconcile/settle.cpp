#include <set>
#include <utility>

#include "mapping/reconcile/reconcile.h"

namespace counterpart {
namespace {

// What became of a value that was sent.
enum class Outcome : std::uint8_t { as_sent, otherwise, untold };

Outcome outcome_of(const FieldSide& side, const Native& raw_sent, const Value& sent, const Record& held) {
  if (holds_raw(side, held, raw_sent)) return Outcome::as_sent;
  const Parsed read = read_field(side, held);
  const Value* value = std::get_if<Value>(&read);
  if (value == nullptr) return Outcome::otherwise;
  if (is_unknown(*value)) return Outcome::untold;
  return *value == sent || *value == narrowed(side, sent) ? Outcome::as_sent : Outcome::otherwise;
}

void set_base(LinkState& state, Side side, const FieldRule& rule, std::optional<Native> raw) {
  state.base[side].set(rule.side[side].name, raw ? std::move(*raw) : Native{});
}

// The bases of the fields written to one side, from what both sides hold.
class Bases {
 public:
  Bases(Side side, const Record& source, const Record& held, bool own_revision, Settlement& settlement)
      : side_(side), source_(source), held_(held), own_revision_(own_revision), settlement_(settlement) {}

  void settle(const FieldRule& rule, const Value& sent, const Native& after) {
    const FieldSide& target = rule.side[side_];
    set_base(settlement_.next, other(side_), rule, raw_of(rule.side[other(side_)], source_));
    Native raw_sent = raw_in(target, after);
    const Outcome outcome = outcome_of(target, raw_sent, sent, held_);
    if (outcome == Outcome::as_sent || (outcome == Outcome::otherwise && own_revision_)) {
      set_base(settlement_.next, side_, rule, raw_of(target, held_));
      if (outcome == Outcome::otherwise) settlement_.adjusted.push_back(rule.name);
      return;
    }
    // Against what was sent, what is held otherwise shows as that side's change in the next pass.
    set_base(settlement_.next, side_, rule, std::move(raw_sent));
    settlement_.dirty = settlement_.dirty || outcome == Outcome::otherwise;
  }

 private:
  Side side_;
  const Record& source_;
  const Record& held_;
  bool own_revision_;
  Settlement& settlement_;
};

bool differs(const FieldSide& side, const Record& before, const Record& held) {
  const std::optional<Native> raw = raw_of(side, held);
  return raw && raw_of(side, before) && !holds_raw(side, before, *raw);
}

bool equal_now(const FieldRule& rule, const Both<const Record*>& now) {
  const Parsed left = read_field(rule.side.left, *now.left);
  const Parsed right = read_field(rule.side.right, *now.right);
  const Value* l = std::get_if<Value>(&left);
  const Value* r = std::get_if<Value>(&right);
  return l != nullptr && r != nullptr && !is_unknown(*l) && !is_unknown(*r) && equal(rule, *l, *r);
}

}  // namespace

Settlement settle_update(const ObjectMapping& mapping, const Decision& decision, Side side,
                         const Both<const Record*>& sent_from, const Record& held, bool own_revision,
                         const LinkState& state, const ReconcileContext& context) {
  Settlement settlement{.next = state, .dirty = false, .adjusted = {}};
  Bases bases(side, *sent_from[other(side)], held, own_revision, settlement);
  std::set<std::size_t> written;
  for (const FieldDecision& field : decision.fields) {
    if (!is_write(field.result) || field.to != side) continue;
    const FieldRule& rule = mapping.fields[field.field];
    written.insert(field.field);
    bases.settle(rule, field.sent, *decision.after[side]);
    settlement.next.activity[rule.name].at = context.now;
  }
  if (!written.empty()) settlement.next.activity[std::string(kRecordActivity)].at = context.now;
  for (std::size_t i = 0; i < mapping.fields.size() && !settlement.dirty; ++i) {
    settlement.dirty = !written.contains(i) && differs(mapping.fields[i].side[side], *sent_from[side], held);
  }
  return settlement;
}

Settlement settle_create(const ObjectMapping& mapping, const Decision& decision, Side target, const Record& source,
                         const Record& held) {
  Settlement settlement{.next = decision.next, .dirty = true, .adjusted = {}};
  Bases bases(target, source, held, false, settlement);
  std::set<std::size_t> written;
  for (const FieldDecision& field : decision.fields) {
    if (!is_write(field.result)) continue;
    written.insert(field.field);
    bases.settle(mapping.fields[field.field], field.sent, *decision.after[target]);
  }
  Both<const Record*> now{&held, &source};
  if (target == Side::right) std::swap(now.left, now.right);
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    const FieldRule& rule = mapping.fields[i];
    if (written.contains(i) || !equal_now(rule, now)) continue;
    for (const Side side : kSides) set_base(settlement.next, side, rule, raw_of(rule.side[side], *now[side]));
  }
  return settlement;
}

}  // namespace counterpart
