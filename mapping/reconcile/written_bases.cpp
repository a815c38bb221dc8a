#include "mapping/reconcile/written_bases.h"

#include <utility>

namespace counterpart {
namespace {

// What became of a value that was sent.
enum class Outcome : std::uint8_t { as_sent, otherwise, untold };

Outcome outcome_of(const FieldSide& side, const Native& raw_sent, const Value& sent, const Shown& held) {
  if (holds_raw(side, held, raw_sent)) return Outcome::as_sent;
  const Parsed read = read_field(side, held);
  const Value* value = std::get_if<Value>(&read);
  if (value == nullptr) return Outcome::otherwise;
  if (is_unknown(*value)) return Outcome::untold;
  return *value == sent || *value == narrowed(side, sent) ? Outcome::as_sent : Outcome::otherwise;
}

void set_base(FieldStates& state, Side side, const FieldRule& rule, std::optional<Native> raw) {
  state.base[side].set(rule.side[side].name, raw ? std::move(*raw) : Native{});
}

bool equal_now(const FieldRule& rule, const Both<Shown>& now) {
  const Parsed left = read_field(rule.side.left, now.left);
  const Parsed right = read_field(rule.side.right, now.right);
  const Value* l = std::get_if<Value>(&left);
  const Value* r = std::get_if<Value>(&right);
  return l != nullptr && r != nullptr && !is_unknown(*l) && !is_unknown(*r) && equal(rule, *l, *r);
}

}  // namespace

void WrittenBases::settle(const FieldRule& rule, const Value& sent, const Native& after, FieldStates& next) {
  const FieldSide& target = rule.side[side_];
  set_base(next, other(side_), rule, raw_of(rule.side[other(side_)], source_));
  Native raw_sent = raw_in(target, after);
  const Outcome outcome = outcome_of(target, raw_sent, sent, held_);
  if (outcome == Outcome::as_sent || (outcome == Outcome::otherwise && own_revision_)) {
    set_base(next, side_, rule, raw_of(target, held_));
    if (outcome == Outcome::otherwise) adjusted_.push_back(rule.name);
    return;
  }
  // Against what was sent, what is held otherwise shows as that side's change in the next pass.
  set_base(next, side_, rule, std::move(raw_sent));
  dirty_ = dirty_ || outcome == Outcome::otherwise;
}

void WrittenBases::settle_equal(const FieldRule& rule, FieldStates& next) const {
  const Both<Shown> now = side_ == Side::left ? Both<Shown>{held_, source_} : Both<Shown>{source_, held_};
  if (!equal_now(rule, now)) return;
  for (const Side side : kSides) set_base(next, side, rule, raw_of(rule.side[side], now[side]));
}

bool differs(const FieldSide& side, const Shown& before, const Shown& now) {
  const std::optional<Native> raw = raw_of(side, now);
  return raw && raw_of(side, before) && !holds_raw(side, before, *raw);
}

}  // namespace counterpart
