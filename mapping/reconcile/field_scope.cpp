#include "mapping/reconcile/field_scope.h"

#include <algorithm>

#include "mapping/codecs/reference.h"

namespace counterpart {
namespace {

bool is_untouched(const FieldSide& side, const Shown& record, const Native& bases) {
  const Native* base = bases.member(side.name);
  return base != nullptr && holds_raw(side, record, *base);
}

Look look_at(const FieldSide& side, const Shown& record, const Native& bases, bool untouched) {
  Look look;
  Parsed now = read_field(side, record);
  if (auto* problem = std::get_if<Problem>(&now)) {
    look.problem = std::move(*problem);
  } else {
    look.now = std::move(std::get<Value>(now));
  }
  if (untouched) {
    look.base = look.now;
  } else if (const Native* raw = bases.member(side.name)) {
    Parsed base = parse_raw(side, *raw);
    auto* value = std::get_if<Value>(&base);
    // One that today's codec cannot read is still a base: what is there now is a change against it.
    look.base = value != nullptr ? std::move(*value) : Value{Unknown{}};
  }
  look.changed = look.base && look.now != *look.base;
  return look;
}

// Both name records without counterparts: whether these are the same one is not known yet.
bool names_nobody_known(const FieldRule& rule, const Both<Look>& seen) {
  return without_counterpart(*rule.side.right.codec, seen.left.now) &&
         without_counterpart(*rule.side.left.codec, seen.right.now);
}

// What `to` should show, as rich as it can be; nullopt: `to` holds more than the other side can say,
// and what a person meant by the edit there is not decidable.
std::optional<Value> value_for(const FieldRule& rule, const Both<Look>& seen, const Verdict& verdict) {
  const Look& target = seen[verdict.to];
  const Value& wanted = seen[other(verdict.to)].now;
  if (verdict.result == FieldResult::restore) {
    const bool left = verdict.to == Side::left;
    if (equal(rule, left ? *target.base : wanted, left ? wanted : *target.base)) return target.base;
  }
  if (is_blank(wanted) || is_blank(target.now) || is_unknown(target.now)) return wanted;
  return rule.side[other(verdict.to)].codec->put(target.now, wanted);
}

}  // namespace

FieldScope::FieldScope(std::span<const FieldRule> rules, FieldStates& state, const Both<Shown>& now,
                       const ReconcileContext& context, std::function<Native&(Side)> after)
    : rules_(rules), state_(state), now_(now), context_(context), after_(std::move(after)) {}

void FieldScope::decide() {
  for (std::size_t i = 0; i < rules_.size(); ++i) decide(i);
}

void FieldScope::decide(std::size_t index) {
  const FieldRule& rule = rules_[index];
  const bool frozen = state_.frozen.contains(rule.name);
  Both<bool> untouched;
  for (const Side side : kSides) untouched[side] = is_untouched(rule.side[side], now_[side], state_.base[side]);
  if (untouched.left && untouched.right && !frozen) return;

  Both<Look> seen;
  for (const Side side : kSides) {
    seen[side] = look_at(rule.side[side], now_[side], state_.base[side], untouched[side]);
    if (is_unknown(seen[side].now) && !seen[side].problem) return;
  }
  for (const Side side : kSides) changed_[side] = changed_[side] || seen[side].changed;
  if (frozen) return reconsider_frozen(index, seen);
  if (has_problem(index, untouched, seen)) return;
  if (names_nobody_known(rule, seen)) {
    add(index, {FieldResult::waiting, Side::right, "neither side's record has a counterpart yet"}, seen);
    return;
  }
  auto verdict = judge(rule, seen, context_);
  if (!verdict) return;
  if (is_write(verdict->result)) {
    plan_write(index, std::move(*verdict), seen);
  } else {
    add(index, std::move(*verdict), seen);
  }
}

// An unreadable value parks the record, unless nobody touched it since the sides agreed: then only
// the other side's change counts.
bool FieldScope::has_problem(std::size_t index, const Both<bool>& untouched, const Both<Look>& seen) {
  bool found = false;
  for (const Side side : kSides) {
    const Look& look = seen[side];
    if (!look.problem) continue;
    found = found || !untouched[side] || !seen[other(side)].changed;
    if (untouched[side]) continue;
    Verdict verdict{FieldResult::problem, side, "unreadable on " + std::string(name_of(side))};
    add(index, std::move(verdict), seen).problem = look.problem;
  }
  return found;
}

void FieldScope::reconsider_frozen(std::size_t index, const Both<Look>& seen) {
  const FieldRule& rule = rules_[index];
  if (seen.left.problem || seen.right.problem || !equal(rule, seen.left.now, seen.right.now)) return;
  add(index, {FieldResult::agreed, Side::left, "was frozen, same on both sides again"}, seen);
  thawed_.push_back(rule.name);
}

void FieldScope::plan_write(std::size_t index, Verdict verdict, const Both<Look>& seen) {
  const FieldRule& rule = rules_[index];
  const Side to = verdict.to;
  const std::optional<Value> value = value_for(rule, seen, verdict);
  if (!value)
    return freeze(index, verdict.rule + "; what else " + std::string(name_of(to)) + " holds is at stake", seen);

  Value sent = narrowed(rule.side[to], *value);
  if (sent == seen[to].now) {
    add(index, {FieldResult::agreed, to, verdict.rule + "; " + std::string(name_of(to)) + " holds it already"}, seen);
    return;
  }
  if (without_counterpart(*rule.side[to].codec, sent)) {
    add(index, {FieldResult::waiting, to, verdict.rule}, seen).sent = std::move(sent);
    return;
  }
  Activity activity = activity_with(rule, verdict, sent, seen);
  if (auto why = oscillation_of_field(activity, context_.oscillation)) return freeze(index, std::move(*why), seen);
  if (auto problem = write_field(rule.side[to], sent, after_(to))) {
    add(index, {FieldResult::problem, to, verdict.rule + "; not holdable on " + std::string(name_of(to))}, seen)
        .problem = std::move(problem);
    return;
  }
  add(index, std::move(verdict), seen).sent = std::move(sent);
  planned_.emplace_back(index, std::move(activity));
}

Activity FieldScope::activity_with(const FieldRule& rule, const Verdict& verdict, const Value& sent,
                                   const Both<Look>& seen) const {
  PlannedWrite write;
  write.to[verdict.to] = true;
  write.changed = {seen.left.changed, seen.right.changed};
  write.by_person = context_.changed_by_person;
  write.now = context_.now;
  // A restore puts back one value by its nature.
  if (verdict.result != FieldResult::restore) write.sent[verdict.to] = describe(sent);
  return activity_after(last_activity(state_, rule.name), std::move(write), context_.oscillation);
}

void FieldScope::freeze(std::size_t index, std::string why, const Both<Look>& seen) {
  add(index, {FieldResult::frozen, Side::left, std::move(why)}, seen);
}

FieldDecision& FieldScope::add(std::size_t index, Verdict verdict, const Both<Look>& seen) {
  FieldDecision& field = decisions_.emplace_back();
  field.field = index;
  field.result = verdict.result;
  field.to = verdict.to;
  field.now = {seen.left.now, seen.right.now};
  field.rule = std::move(verdict.rule);
  return field;
}

void FieldScope::move_bases(const FieldRule& rule) {
  for (const Side side : kSides) {
    if (auto raw = raw_of(rule.side[side], now_[side])) state_.base[side].set(rule.side[side].name, std::move(*raw));
  }
}

bool FieldScope::has_problem() const {
  return std::ranges::any_of(decisions_, [](const auto& field) { return field.result == FieldResult::problem; });
}

bool FieldScope::writes(Side side) const {
  return std::ranges::any_of(decisions_, [&](const auto& field) { return is_write(field.result) && field.to == side; });
}

void FieldScope::keep_problems_only() {
  std::erase_if(decisions_, [](const FieldDecision& field) { return field.result != FieldResult::problem; });
  thawed_.clear();
}

void FieldScope::freeze_writes(const std::string& why) {
  for (FieldDecision& field : decisions_) {
    if (!is_write(field.result)) continue;
    field.result = FieldResult::frozen;
    field.rule = why;
    field.sent = Unknown{};
  }
  planned_.clear();
}

bool FieldScope::move_state() {
  for (const FieldDecision& field : decisions_) {
    const FieldRule& rule = rules_[field.field];
    if (field.result == FieldResult::frozen) state_.frozen.insert(rule.name);
    if (field.result == FieldResult::agreed || field.result == FieldResult::tolerated) move_bases(rule);
  }
  for (const std::string& name : thawed_) {
    state_.frozen.erase(name);
    state_.activity.erase(name);
  }
  for (auto& [index, activity] : planned_) state_.activity[rules_[index].name] = std::move(activity);
  return !thawed_.empty();
}

std::vector<FieldDecision> decide_new(std::span<const FieldRule> rules, Side target, const Shown& source,
                                      Native& fields) {
  const Side from = other(target);
  std::vector<FieldDecision> decisions;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const FieldRule& rule = rules[i];
    if (!allows(rule.direction, target)) continue;
    FieldDecision field;
    field.field = i;
    field.result = FieldResult::write;
    field.to = target;
    field.rule = "create";
    Parsed read = read_field(rule.side[from], source);
    if (auto* value = std::get_if<Value>(&read)) {
      if (is_unknown(*value) || is_blank(*value)) continue;
      field.sent = narrowed(rule.side[target], *value);
      field.now[from] = std::move(*value);
      if (without_counterpart(*rule.side[target].codec, field.sent)) {
        field.result = FieldResult::waiting;
        decisions.push_back(std::move(field));
        continue;
      }
      field.problem = write_field(rule.side[target], field.sent, fields);
    } else {
      field.to = from;
      field.problem = std::move(std::get<Problem>(read));
    }
    if (field.problem) field.result = FieldResult::problem;
    decisions.push_back(std::move(field));
  }
  return decisions;
}

const Activity* last_activity(const FieldStates& state, std::string_view name) {
  const auto found = state.activity.find(std::string(name));
  return found == state.activity.end() ? nullptr : &found->second;
}

}  // namespace counterpart
