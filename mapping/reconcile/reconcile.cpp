#include "mapping/reconcile/reconcile.h"

#include <algorithm>
#include <utility>

#include "mapping/reconcile/verdict.h"

namespace counterpart {
namespace {

bool is_untouched(const FieldSide& side, const Record& record, const Native& bases) {
  const Native* base = bases.member(side.name);
  return base != nullptr && holds_raw(side, record, *base);
}

Look look_at(const FieldSide& side, const Record& record, const Native& bases, bool untouched) {
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

class Reconciling {
 public:
  Reconciling(const ObjectMapping& mapping, LinkState state, const Both<const Record*>& now,
              const ReconcileContext& context)
      : mapping_(mapping), state_(std::move(state)), now_(now), context_(context) {}

  Decision run() {
    for (std::size_t i = 0; i < mapping_.fields.size(); ++i) decide(i);
    if (decision_.parked()) {
      park();
    } else {
      guard_record();
      move_state();
    }
    decision_.next = std::move(state_);
    return std::move(decision_);
  }

 private:
  void decide(std::size_t index) {
    const FieldRule& rule = mapping_.fields[index];
    const bool frozen = state_.frozen.contains(rule.name);
    Both<bool> untouched;
    for (const Side side : kSides) untouched[side] = is_untouched(rule.side[side], *now_[side], state_.base[side]);
    if (untouched.left && untouched.right && !frozen) return;

    Both<Look> seen;
    for (const Side side : kSides) {
      seen[side] = look_at(rule.side[side], *now_[side], state_.base[side], untouched[side]);
      if (is_unknown(seen[side].now) && !seen[side].problem) return;
    }
    for (const Side side : kSides) changed_[side] = changed_[side] || seen[side].changed;
    if (frozen) return reconsider_frozen(index, seen);
    if (has_problem(index, untouched, seen)) return;
    if (auto verdict = judge(rule, seen, context_)) carry_out(index, std::move(*verdict), seen);
  }

  // An unreadable value parks the record, unless nobody touched it since the sides agreed: then only
  // the other side's change counts.
  bool has_problem(std::size_t index, const Both<bool>& untouched, const Both<Look>& seen) {
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

  void reconsider_frozen(std::size_t index, const Both<Look>& seen) {
    const FieldRule& rule = mapping_.fields[index];
    if (seen.left.problem || seen.right.problem || !equal(rule, seen.left.now, seen.right.now)) return;
    add(index, {FieldResult::agreed, Side::left, "was frozen, same on both sides again"}, seen);
    decision_.thawed.push_back(rule.name);
  }

  void carry_out(std::size_t index, Verdict verdict, const Both<Look>& seen) {
    if (is_write(verdict.result)) {
      plan_write(index, std::move(verdict), seen);
    } else {
      add(index, std::move(verdict), seen);
    }
  }

  void plan_write(std::size_t index, Verdict verdict, const Both<Look>& seen) {
    const FieldRule& rule = mapping_.fields[index];
    const Side to = verdict.to;
    const std::optional<Value> value = value_for(rule, seen, verdict);
    if (!value)
      return freeze(index, verdict.rule + "; what else " + std::string(name_of(to)) + " holds is at stake", seen);

    Value sent = narrowed(rule.side[to], *value);
    if (sent == seen[to].now) {
      add(index, {FieldResult::agreed, to, verdict.rule + "; " + std::string(name_of(to)) + " holds it already"}, seen);
      return;
    }
    Activity activity = activity_with(rule, verdict, sent, seen);
    if (auto why = oscillation_of_field(activity, context_.oscillation)) return freeze(index, std::move(*why), seen);
    if (auto problem = write_field(rule.side[to], sent, after(to))) {
      add(index, {FieldResult::problem, to, verdict.rule + "; not holdable on " + std::string(name_of(to))}, seen)
          .problem = std::move(problem);
      return;
    }
    add(index, std::move(verdict), seen).sent = std::move(sent);
    planned_.emplace_back(index, std::move(activity));
  }

  const Activity* last_activity(std::string_view name) const {
    const auto found = state_.activity.find(std::string(name));
    return found == state_.activity.end() ? nullptr : &found->second;
  }

  Activity activity_with(const FieldRule& rule, const Verdict& verdict, const Value& sent,
                         const Both<Look>& seen) const {
    PlannedWrite write;
    write.to[verdict.to] = true;
    write.changed = {seen.left.changed, seen.right.changed};
    write.by_person = context_.changed_by_person;
    write.now = context_.now;
    // A restore puts back one value by its nature.
    if (verdict.result != FieldResult::restore) write.sent[verdict.to] = describe(sent);
    return activity_after(last_activity(rule.name), std::move(write), context_.oscillation);
  }

  // Fields that set each other in turns are each written one way only; the record is not.
  void guard_record() {
    if (planned_.empty()) return;
    PlannedWrite write;
    write.to = {decision_.after.left.has_value(), decision_.after.right.has_value()};
    write.changed = changed_;
    write.by_person = context_.changed_by_person;
    write.now = context_.now;
    Activity activity = activity_after(last_activity(kRecordActivity), std::move(write), context_.oscillation);
    const auto why = oscillation_of_record(activity, context_.oscillation);
    state_.activity.insert_or_assign(std::string(kRecordActivity), std::move(activity));
    if (why) freeze_all_writes(*why);
  }

  void freeze_all_writes(const std::string& why) {
    for (FieldDecision& field : decision_.fields) {
      if (!is_write(field.result)) continue;
      field.result = FieldResult::frozen;
      field.rule = why + " in this record";
      field.sent = Unknown{};
    }
    decision_.after = {};
    planned_.clear();
    state_.activity.erase(std::string(kRecordActivity));
  }

  void freeze(std::size_t index, std::string why, const Both<Look>& seen) {
    add(index, {FieldResult::frozen, Side::left, std::move(why)}, seen);
  }

  FieldDecision& add(std::size_t index, Verdict verdict, const Both<Look>& seen) {
    FieldDecision& field = decision_.fields.emplace_back();
    field.field = index;
    field.result = verdict.result;
    field.to = verdict.to;
    field.now = {seen.left.now, seen.right.now};
    field.rule = std::move(verdict.rule);
    return field;
  }

  Native& after(Side side) {
    auto& fields = decision_.after[side];
    if (!fields) fields = now_[side]->fields;
    return *fields;
  }

  void park() {
    std::erase_if(decision_.fields, [](const FieldDecision& field) { return field.result != FieldResult::problem; });
    decision_.thawed.clear();
    decision_.after = {};
  }

  void move_state() {
    for (const FieldDecision& field : decision_.fields) {
      const FieldRule& rule = mapping_.fields[field.field];
      if (field.result == FieldResult::frozen) state_.frozen.insert(rule.name);
      if (field.result == FieldResult::agreed || field.result == FieldResult::tolerated) move_bases(rule);
    }
    for (const std::string& name : decision_.thawed) {
      state_.frozen.erase(name);
      state_.activity.erase(name);
      state_.activity.erase(std::string(kRecordActivity));
    }
    for (auto& [index, activity] : planned_) state_.activity[mapping_.fields[index].name] = std::move(activity);
  }

  void move_bases(const FieldRule& rule) {
    for (const Side side : kSides) {
      if (auto raw = raw_of(rule.side[side], *now_[side])) state_.base[side].set(rule.side[side].name, std::move(*raw));
    }
  }

  const ObjectMapping& mapping_;
  LinkState state_;
  const Both<const Record*>& now_;
  const ReconcileContext& context_;
  Decision decision_;
  std::vector<std::pair<std::size_t, Activity>> planned_;
  Both<bool> changed_{};  // some field shows another value than its base
};

}  // namespace

std::string_view name_of(FieldResult result) {
  switch (result) {
    case FieldResult::agreed:
      return "agreed";
    case FieldResult::write:
      return "write";
    case FieldResult::conflict:
      return "conflict";
    case FieldResult::fill:
      return "fill";
    case FieldResult::initial:
      return "initial";
    case FieldResult::restore:
      return "restore";
    case FieldResult::tolerated:
      return "tolerated";
    case FieldResult::alert:
      return "alert";
    case FieldResult::frozen:
      return "frozen";
    case FieldResult::problem:
      break;
  }
  return "problem";
}

bool is_write(FieldResult result) {
  switch (result) {
    case FieldResult::write:
    case FieldResult::conflict:
    case FieldResult::fill:
    case FieldResult::initial:
    case FieldResult::restore:
      return true;
    default:
      return false;
  }
}

bool Decision::parked() const {
  return std::any_of(fields.begin(), fields.end(),
                     [](const FieldDecision& field) { return field.result == FieldResult::problem; });
}

Decision reconcile(const ObjectMapping& mapping, LinkState state, const Both<const Record*>& now,
                   const ReconcileContext& context) {
  return Reconciling(mapping, std::move(state), now, context).run();
}

Decision decide_create(const ObjectMapping& mapping, Side target, const Record& source) {
  const Side from = other(target);
  Decision decision;
  Native fields{Native::Object{}};
  if (mapping.on_create_set[target].is_object()) {
    for (const auto& [path, value] : mapping.on_create_set[target].object()) Path::parse(path).set(fields, value);
  }
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    const FieldRule& rule = mapping.fields[i];
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
      field.problem = write_field(rule.side[target], field.sent, fields);
    } else {
      field.to = from;
      field.problem = std::move(std::get<Problem>(read));
    }
    if (field.problem) field.result = FieldResult::problem;
    decision.fields.push_back(std::move(field));
  }
  if (decision.parked()) {
    std::erase_if(decision.fields, [](const FieldDecision& field) { return field.result != FieldResult::problem; });
  } else {
    decision.after[target] = std::move(fields);
  }
  return decision;
}

}  // namespace counterpart
