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
    if (value != nullptr && !is_unknown(*value)) look.base = std::move(*value);
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

// The field's activity if `to` is written now. A write is contested when the side that we wrote last
// has changed since, within the window.
FieldActivity activity_with(const FieldActivity* last, Side to, const Both<Look>& seen,
                            const ReconcileContext& context) {
  FieldActivity next{.written = to, .contested = 0, .contested_by_person = 0, .at = context.now};
  const bool contested =
      last != nullptr && seen[last->written].changed && context.now - last->at < context.oscillation_window;
  if (!contested) return next;
  next.contested = last->contested + 1;
  next.contested_by_person = last->contested_by_person + (context.changed_by_person[last->written] ? 1 : 0);
  return next;
}

bool oscillates(const FieldActivity& activity, const ReconcileContext& context) {
  return activity.contested - activity.contested_by_person >= context.contested_max ||
         activity.contested >= context.contested_by_person_max;
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
    const auto last = state_.activity.find(rule.name);
    const auto activity = activity_with(last == state_.activity.end() ? nullptr : &last->second, to, seen, context_);
    if (oscillates(activity, context_)) {
      return freeze(index, "oscillation: " + std::to_string(activity.contested) + " writes in a row were changed again",
                    seen);
    }
    if (auto problem = write_field(rule.side[to], sent, after(to))) {
      add(index, {FieldResult::problem, to, verdict.rule + "; not holdable on " + std::string(name_of(to))}, seen)
          .problem = std::move(problem);
      return;
    }
    add(index, std::move(verdict), seen).sent = std::move(sent);
    planned_.emplace_back(index, activity);
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
    }
    for (auto& [index, activity] : planned_) state_.activity[mapping_.fields[index].name] = activity;
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
  std::vector<std::pair<std::size_t, FieldActivity>> planned_;
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
