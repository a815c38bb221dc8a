#include "mapping/reconcile/rows_scope.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "mapping/reconcile/row_edits.h"
#include "mapping/reconcile/verdict.h"

namespace counterpart {
namespace {

std::string side_word(Side side) {
  return std::string(name_of(side));
}

/// A plan that writes the row itself.
bool is_row_write(RowResult result) {
  return result == RowResult::add || result == RowResult::remove;
}

/// Who wins over a row that was removed on one side and changed on the other; nullopt: a person says.
std::optional<Winner> winner_of(ConflictRule rule, Side edited, const ReconcileContext& context) {
  switch (rule) {
    case ConflictRule::left:
    case ConflictRule::right: {
      const Side side = rule == ConflictRule::left ? Side::left : Side::right;
      return Winner{side, "leading, "};
    }
    case ConflictRule::latest:
      return latest(context);
    case ConflictRule::keep_non_blank:
      return Winner{edited, "keep_non_blank, "};
    default:
      return std::nullopt;
  }
}

}  // namespace

RowsScope::RowsScope(const RowsRule& rule, std::size_t index, FieldStates& state, const Both<Shown>& now,
                     const ReconcileContext& context, std::function<Native&(Side)> after)
    : rule_(rule),
      index_(index),
      state_(state),
      linked_(rule, state),
      now_(now),
      context_(context),
      after_(std::move(after)),
      first_(!linked_.known()) {}

void RowsScope::decide() {
  told_ = look(Side::left) && look(Side::right);
  if (!told_) return;
  for (const Side side : kSides) relink_renewed(side);
  for (std::size_t pair = 0; pair < linked_.size(); ++pair) decide_linked(pair);
  std::vector<LoneRow> left = lone_rows(Side::left);
  std::vector<LoneRow> right = lone_rows(Side::right);
  pair_up(left, right, PairBy::equality);
  if (first_) pair_up(left, right, PairBy::key);
  for (const LoneRow& lone : left) decide_alone(Side::left, lone);
  for (const LoneRow& lone : right) decide_alone(Side::right, lone);
}

/// False where that side's rows were not told, or cannot be told apart.
bool RowsScope::look(Side side) {
  ShownRows rows = rows_of(rule_.side[side], now_[side]);
  if (auto* problem = std::get_if<Problem>(&rows)) {
    plan(RowResult::problem, side, "unreadable on " + side_word(side)).decision.problem = std::move(*problem);
    return false;
  }
  auto& told = std::get<std::optional<std::vector<ShownRow>>>(rows);
  if (!told) return false;
  rows_[side] = std::move(*told);
  for (const ShownRow& row : rows_[side]) by_id_[side].emplace(row.id, &row);
  return true;
}

const ShownRow* RowsScope::shown(Side side, std::string_view id) const {
  const auto found = by_id_[side].find(id);
  return found == by_id_[side].end() ? nullptr : found->second;
}

/// A system that stores a document anew gives its rows new ids: a row that is not known and holds what a missing one
/// held, or has its key, is that one.
void RowsScope::relink_renewed(Side side) {
  std::set<std::string, std::less<>> known;
  std::vector<std::size_t> missing;
  for (std::size_t pair = 0; pair < linked_.size(); ++pair) {
    const std::string id = id_in(linked_.base(pair, side));
    if (id.empty()) continue;
    known.insert(id);
    if (shown(side, id) == nullptr) missing.push_back(pair);
  }
  if (missing.empty()) return;
  std::vector<ShownRow> unknown;
  std::ranges::copy_if(rows_[side], std::back_inserter(unknown),
                       [&](const ShownRow& row) { return !known.contains(row.id); });
  std::vector<const Native*> bases;
  for (const std::size_t pair : missing) bases.push_back(&linked_.base(pair, side));
  const auto found = find_rows_of(rule_, side, bases, unknown, now_[side].absent_is_blank);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (found[i] == nullptr) continue;
    // What is frozen is decided anew, under the new name.
    forget(linked_.ids(missing[i]));
    linked_.base(missing[i], side).set(kRowId, found[i]->id);
  }
}

void RowsScope::forget(const Both<std::string>& ids) {
  for (std::string& name : linked_.forget(ids)) thawed_.push_back(std::move(name));
}

void RowsScope::decide_linked(std::size_t pair) {
  const Both<std::string> ids = linked_.ids(pair);
  Both<const ShownRow*> rows;
  for (const Side side : kSides) rows[side] = ids[side].empty() ? nullptr : shown(side, ids[side]);
  if (rows.left == nullptr && rows.right == nullptr) {
    Plan& made = plan(RowResult::gone, Side::left, "removed on both sides");
    made.linked = pair;
    made.decision.id = ids;
    return;
  }
  if (rows.left == nullptr || rows.right == nullptr) {
    const Side there = rows.left == nullptr ? Side::right : Side::left;
    decide_missing(pair, there, *rows[there]);
    return;
  }
  const Both<const Native*> natives{rows.left->native, rows.right->native};
  if (is_untouched(pair, natives)) return;
  Plan& made = plan(RowResult::fields, Side::left, "");
  made.linked = pair;
  made.rows = rows;
  made.decision.id = ids;
  made.state = linked_.state_of(pair);
  decide_fields(made, natives);
}

/// Both rows are as they were when they last agreed, and nothing is held for a person in them.
bool RowsScope::is_untouched(std::size_t pair, const Both<const Native*>& rows) const {
  for (const Side side : kSides) {
    const Shown row(*rows[side], now_[side].absent_is_blank);
    if (!holds_base(rule_, side, row, linked_.base(pair, side))) return false;
  }
  return state_.frozen.empty() || linked_.state_of(linked_.ids(pair)).frozen.empty();
}

void RowsScope::decide_fields(Plan& made, const Both<const Native*>& rows) {
  const Both<Shown> shown_rows{Shown(*rows.left, now_.left.absent_is_blank),
                               Shown(*rows.right, now_.right.absent_is_blank)};
  auto row_after = [this, ids = made.decision.id](Side side) -> Native& {
    return *find_row(rule_.side[side], after_(side), ids[side]);
  };
  made.fields.emplace(rule_.fields, made.state, shown_rows, context_, std::move(row_after));
  made.fields->decide();
  for (const Side side : kSides) changed_[side] = changed_[side] || made.fields->changed()[side];
}

/// A row that the other side has no more.
void RowsScope::decide_missing(std::size_t pair, Side there, const ShownRow& row) {
  const Side gone = other(there);
  const Both<std::string> ids = linked_.ids(pair);
  // Held for a person, or left so: that was decided before.
  if (ids[gone].empty() || state_.frozen.contains(name_of_row(rule_, ids))) return;
  changed_[gone] = true;
  const std::string removed = "removed on " + side_word(gone);
  const auto decided = [&](RowResult result, Side to, std::string why) {
    Plan& made = plan(result, to, std::move(why));
    made.linked = pair;
    made.rows[there] = &row;
    made.decision.id = ids;
  };
  if (!allows(rule_.direction, there)) return decided(RowResult::tolerated, there, removed + ", against the direction");
  const bool edited =
      !holds_base(rule_, there, Shown(*row.native, now_[there].absent_is_blank), linked_.base(pair, there));
  changed_[there] = changed_[there] || edited;
  if (!edited) return remove(there, row, removed);
  const std::string both = removed + " and changed on " + side_word(there);
  const auto winner = winner_of(rule_.conflict, there, context_);
  if (!winner) return decided(RowResult::frozen, there, "conflict: " + both + "; a person says which is right");
  const std::string why = "conflict: " + both + "; " + winner->why + side_word(winner->side) + " wins";
  if (winner->side == gone) return remove(there, row, why);
  if (!allows(rule_.direction, gone)) return decided(RowResult::tolerated, there, both + ", against the direction");
  forget(ids);
  dropped_.push_back(pair);
  add(gone, row, why);
}

std::vector<LoneRow> RowsScope::lone_rows(Side side) const {
  std::map<std::string, std::size_t, std::less<>> half;
  std::set<std::string, std::less<>> whole;
  for (std::size_t pair = 0; pair < linked_.size(); ++pair) {
    const Both<std::string> ids = linked_.ids(pair);
    if (ids[side].empty()) continue;
    const bool alone = ids[other(side)].empty() || state_.frozen.contains(name_of_row(rule_, ids));
    if (alone) {
      half.emplace(ids[side], pair);
    } else {
      whole.insert(ids[side]);
    }
  }
  std::vector<LoneRow> lone;
  for (const ShownRow& row : rows_[side]) {
    if (whole.contains(row.id)) continue;
    const auto found = half.find(row.id);
    lone.emplace_back(rule_, side, row, now_[side].absent_is_blank,
                      found == half.end() ? std::nullopt : std::optional(found->second));
  }
  return lone;
}

void RowsScope::pair_up(std::vector<LoneRow>& left, std::vector<LoneRow>& right, PairBy by) {
  for (const auto& [l, r] : pair_rows(rule_, left, right, by)) {
    for (const LoneRow* lone : {l, r}) {
      if (!lone->linked) continue;
      forget(linked_.ids(*lone->linked));
      dropped_.push_back(*lone->linked);
    }
    Plan& made =
        plan(RowResult::linked, Side::left, by == PairBy::equality ? "equal on both sides" : "of the same key");
    made.rows = {l->row, r->row};
    made.decision.id = {l->row->id, r->row->id};
    made.state = linked_.state_of(made.decision.id);
    decide_fields(made, {l->row->native, r->row->native});
  }
}

void RowsScope::decide_alone(Side there, const LoneRow& lone) {
  if (lone.paired || lone.linked) return;
  if (first_) return decide_alone_at_first(there, *lone.row);
  changed_[there] = true;
  give(there, *lone.row, "added on " + side_word(there));
}

void RowsScope::decide_alone_at_first(Side there, const ShownRow& row) {
  const Side to = other(there);
  const std::string why = "first linked, only " + side_word(there) + " has it";
  if (rows_[to].empty()) return give(there, row, why);
  if (rule_.initial == InitialRule::manual) {
    plan_alone(RowResult::frozen, there, row, why + "; a person says which is right");
  } else if ((rule_.initial == InitialRule::left) == (there == Side::left)) {
    give(there, row, why + ", which leads");
  } else if (allows(rule_.direction, there)) {
    remove(there, row, why + "; " + side_word(to) + " leads");
  } else {
    plan_alone(RowResult::tolerated, there, row, why + ", against the direction");
  }
}

/// The row is to be on the other side as well, where the direction lets it.
void RowsScope::give(Side there, const ShownRow& row, std::string why) {
  if (allows(rule_.direction, other(there))) return add(other(there), row, std::move(why));
  plan_alone(RowResult::tolerated, there, row, why + ", against the direction");
}

void RowsScope::add(Side to, const ShownRow& row, std::string why) {
  Native made{Native::Object{}};
  auto fields = decide_new_row(rule_, to, Shown(*row.native, now_[other(to)].absent_is_blank), made);
  if (fields.empty()) {
    plan_alone(RowResult::tolerated, other(to), row, why + "; nothing in it is mapped");
    return;
  }
  Plan& planned = plan_alone(RowResult::add, other(to), row, std::move(why));
  planned.decision.to = to;
  planned.decision.fields = std::move(fields);
  if (planned.decision.has_problem()) return;
  if (auto problem = append_row(rule_.side[to], std::move(made), after_(to))) {
    planned.decision.problem = std::move(problem);
    planned.decision.result = RowResult::problem;
  }
}

void RowsScope::remove(Side from, const ShownRow& row, std::string why) {
  Plan& planned = plan_alone(RowResult::remove, from, row, std::move(why));
  planned.linked = linked_.find(from, row.id);
  if (planned.linked) planned.decision.id = linked_.ids(*planned.linked);
  remove_row(rule_.side[from], row.id, after_(from));
}

RowsScope::Plan& RowsScope::plan(RowResult result, Side to, std::string why) {
  Plan& made = plans_.emplace_back();
  made.decision.rows = index_;
  made.decision.result = result;
  made.decision.to = to;
  made.decision.rule = std::move(why);
  return made;
}

RowsScope::Plan& RowsScope::plan_alone(RowResult result, Side there, const ShownRow& row, std::string why) {
  Plan& made = plan(result, there, std::move(why));
  made.rows[there] = &row;
  made.decision.id[there] = row.id;
  return made;
}

bool RowsScope::has_problem() const {
  return std::ranges::any_of(plans_, [](const Plan& plan) {
    return plan.decision.has_problem() || (plan.fields && plan.fields->has_problem());
  });
}

bool RowsScope::writes(Side side) const {
  return std::ranges::any_of(plans_, [side](const Plan& plan) {
    if (plan.fields && plan.fields->writes(side)) return true;
    return is_row_write(plan.decision.result) && plan.decision.to == side;
  });
}

void RowsScope::keep_problems_only() {
  plans_.remove_if(
      [](const Plan& plan) { return !plan.decision.has_problem() && !(plan.fields && plan.fields->has_problem()); });
  for (Plan& plan : plans_) {
    if (plan.fields) plan.fields->keep_problems_only();
    std::erase_if(plan.decision.fields, [](const auto& field) { return field.result != FieldResult::problem; });
  }
  thawed_.clear();
}

void RowsScope::freeze_writes(const std::string& why) {
  for (Plan& plan : plans_) {
    if (plan.fields) plan.fields->freeze_writes(why);
    if (!is_row_write(plan.decision.result)) continue;
    plan.decision.result = RowResult::frozen;
    plan.decision.rule = why;
    plan.decision.fields.clear();
  }
}

bool RowsScope::move_state() {
  if (!told_) return false;
  linked_.make_known();
  for (Plan& plan : plans_) carry_out(plan);
  std::ranges::sort(dropped_, std::greater<>());
  dropped_.erase(std::unique(dropped_.begin(), dropped_.end()), dropped_.end());
  for (const std::size_t pair : dropped_) linked_.drop(pair);
  return !thawed_.empty();
}

void RowsScope::carry_out(Plan& plan) {
  switch (plan.decision.result) {
    case RowResult::fields:
    case RowResult::linked: {
      plan.fields->move_state();
      for (const std::string& name : plan.fields->thawed()) {
        thawed_.push_back(name_in_row(rule_, plan.decision.id, name));
      }
      if (!plan.linked) {
        plan.linked = linked_.size();
        linked_.add(plan.state.base);
      }
      linked_.put(*plan.linked, std::move(plan.state));
      break;
    }
    case RowResult::gone:
      forget(plan.decision.id);
      dropped_.push_back(*plan.linked);
      break;
    case RowResult::tolerated:
      keep_alone(plan);
      break;
    case RowResult::frozen:
      if (!plan.linked) keep_alone(plan);
      state_.frozen.insert(name_of_row(rule_, plan.decision.id));
      break;
    case RowResult::add:
    case RowResult::remove:
    case RowResult::problem:
      break;
  }
}

/// The row is known, and has no counterpart.
void RowsScope::keep_alone(const Plan& plan) {
  Both<Native> bases;
  for (const Side side : kSides) {
    if (plan.rows[side] == nullptr) continue;
    bases[side] = base_of_row(rule_, side, *plan.rows[side], now_[side].absent_is_blank);
  }
  if (!plan.linked) return linked_.add(std::move(bases));
  forget(plan.decision.id);
  for (const Side side : kSides) linked_.base(*plan.linked, side) = std::move(bases[side]);
}

std::vector<RowDecision> RowsScope::take_decisions() {
  std::vector<RowDecision> decisions;
  for (Plan& plan : plans_) {
    if (plan.fields) plan.decision.fields = plan.fields->take_decisions();
    const bool silent = plan.decision.result == RowResult::fields && plan.decision.fields.empty();
    if (!silent) decisions.push_back(std::move(plan.decision));
  }
  return decisions;
}

}  // namespace counterpart
