#include "mapping/reconcile/verdict.h"

#include <utility>

namespace counterpart {
namespace {

std::string words(Side side) {
  return std::string(name_of(side));
}

// `to` is to take the other side's value; a blank may be forbidden to overwrite.
Verdict carry(const FieldRule& rule, const Both<Look>& seen, FieldResult result, Side to, std::string why) {
  const bool empties = is_blank(seen[other(to)].now) && !is_blank(seen[to].now);
  if (empties && rule.empty_never_overwrites) {
    return {FieldResult::tolerated, to, std::move(why) + "; empty never overwrites " + words(to)};
  }
  return {result, to, std::move(why)};
}

Verdict judge_forbidden(const FieldRule& rule, const Both<Look>& seen, Side changed) {
  const std::string why = "changed on " + words(changed) + ", against the direction";
  switch (rule.forbidden) {
    case Forbidden::tolerate:
      return {FieldResult::tolerated, changed, why};
    case Forbidden::alert:
      return {FieldResult::alert, changed, why};
    case Forbidden::restore:
      break;
  }
  // What cannot be read cannot be put back.
  if (is_unknown(seen[other(changed)].now)) return {FieldResult::alert, changed, why};
  return carry(rule, seen, FieldResult::restore, changed, why);
}

Verdict judge_change(const FieldRule& rule, const Both<Look>& seen, Side changed) {
  if (!allows(rule.direction, other(changed))) return judge_forbidden(rule, seen, changed);
  return carry(rule, seen, FieldResult::write, other(changed), "changed on " + words(changed));
}

// Negative: left is smaller. nullopt: the two have no order.
std::optional<int> order(const Value& left, const Value& right) {
  const auto sign = [](const auto& a, const auto& b) { return a < b ? -1 : b < a ? 1 : 0; };
  if (left.index() != right.index()) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&left)) return sign(*text, std::get<std::string>(right));
  if (const auto* number = std::get_if<Decimal>(&left)) return sign(*number, std::get<Decimal>(right));
  if (const auto* date = std::get_if<Date>(&left)) return sign(*date, std::get<Date>(right));
  if (const auto* instant = std::get_if<Instant>(&left)) return sign(*instant, std::get<Instant>(right));
  if (const auto* money = std::get_if<Money>(&left)) {
    const Money& other_money = std::get<Money>(right);
    if (money->currency == other_money.currency) return sign(money->amount, other_money.amount);
  }
  return std::nullopt;
}

Winner extreme(const Both<Look>& seen, bool smallest, const ReconcileContext& context) {
  const std::string word = smallest ? "min, " : "max, ";
  const std::optional<int> compared = order(seen.left.now, seen.right.now);
  if (!compared || *compared == 0) return {context.leading, word + "not comparable, "};
  return {(*compared < 0) == smallest ? Side::left : Side::right, word};
}

// nullopt: a person decides.
std::optional<Winner> winner(ConflictRule rule, const Both<Look>& seen, const ReconcileContext& context) {
  switch (rule) {
    case ConflictRule::left:
      return Winner{Side::left, ""};
    case ConflictRule::right:
      return Winner{Side::right, ""};
    case ConflictRule::latest:
      return latest(context);
    case ConflictRule::keep_non_blank:
      if (is_blank(seen.left.now)) return Winner{Side::right, "keep non-blank, "};
      if (is_blank(seen.right.now)) return Winner{Side::left, "keep non-blank, "};
      return Winner{context.leading, "keep non-blank, "};
    case ConflictRule::min:
      return extreme(seen, true, context);
    case ConflictRule::max:
      return extreme(seen, false, context);
    case ConflictRule::manual:
      break;
  }
  return std::nullopt;
}

Verdict judge_conflict(const FieldRule& rule, const Both<Look>& seen, const ReconcileContext& context) {
  constexpr auto kResult = FieldResult::conflict;
  if (rule.direction != Direction::both) {
    const Side to = rule.direction == Direction::to_left ? Side::left : Side::right;
    return carry(rule, seen, kResult, to, "conflict: only " + words(other(to)) + " may be carried over");
  }
  if (rule.empty_never_overwrites && (is_blank(seen.left.now) || is_blank(seen.right.now))) {
    const Side to = is_blank(seen.left.now) ? Side::left : Side::right;
    return {kResult, to, "conflict: empty never overwrites, " + words(other(to)) + " wins"};
  }
  const std::optional<Winner> chosen = winner(rule.conflict, seen, context);
  if (!chosen) return {FieldResult::frozen, Side::left, "conflict: both sides changed, a person decides"};
  return {kResult, other(chosen->side), "conflict: " + chosen->why + words(chosen->side) + " wins"};
}

Verdict judge_first(const FieldRule& rule, const Both<Look>& seen) {
  for (const Side side : kSides) {
    if (!is_blank(seen[side].now)) continue;
    const std::string why = "first linked: blank on " + words(side);
    if (allows(rule.direction, side)) return {FieldResult::fill, side, why};
    return {FieldResult::tolerated, side, why + ", not to be filled in this direction"};
  }
  const auto from = [](Side side) {
    return Verdict{FieldResult::initial, other(side), "first linked: " + words(side) + " wins"};
  };
  if (rule.direction != Direction::both) return from(allows(rule.direction, Side::right) ? Side::left : Side::right);
  if (rule.initial == InitialRule::manual) {
    return {FieldResult::frozen, Side::left, "first linked: the sides differ, a person decides"};
  }
  return from(rule.initial == InitialRule::left ? Side::left : Side::right);
}

}  // namespace

Winner latest(const ReconcileContext& context) {
  const auto& [left, right] = context.changed_at;
  if (!left || !right) return {context.leading, "latest, times unknown, "};
  const auto apart = *left < *right ? *right - *left : *left - *right;
  if (apart <= context.clock_skew) return {context.leading, "latest, within the clock skew, "};
  return {*left < *right ? Side::right : Side::left, "latest, "};
}

std::optional<Verdict> judge(const FieldRule& rule, const Both<Look>& seen, const ReconcileContext& context) {
  const auto& [left, right] = seen;
  const bool linked = left.base && right.base;
  if (linked && !left.changed && !right.changed) return std::nullopt;
  if (equal(rule, left.now, right.now)) {
    return Verdict{FieldResult::agreed, Side::left, linked ? "same on both sides" : "first linked: same on both sides"};
  }
  if (!linked) return judge_first(rule, seen);
  if (left.changed && right.changed) return judge_conflict(rule, seen, context);
  return judge_change(rule, seen, left.changed ? Side::left : Side::right);
}

}  // namespace counterpart
