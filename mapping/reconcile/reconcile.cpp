#include "mapping/reconcile/reconcile.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "mapping/reconcile/field_scope.h"
#include "mapping/reconcile/linked_rows.h"
#include "mapping/reconcile/row_edits.h"
#include "mapping/reconcile/rows_scope.h"

namespace counterpart {
namespace {

class Reconciling {
 public:
  Reconciling(const ObjectMapping& mapping, LinkState state, const Both<const Record*>& now,
              const ReconcileContext& context)
      : state_(std::move(state)),
        now_(now),
        context_(context),
        fields_(mapping.fields, state_, shown(), context, put()) {
    for (std::size_t i = 0; i < mapping.rows.size(); ++i) {
      rows_.emplace_back(mapping.rows[i], i, state_, shown(), context, put());
    }
  }

  Decision run() {
    fields_.decide();
    for (RowsScope& rows : rows_) rows.decide();
    if (has_problem()) {
      fields_.keep_problems_only();
      for (RowsScope& rows : rows_) rows.keep_problems_only();
      decision_.after = {};
    } else {
      guard_record();
      if (move_state()) state_.activity.erase(std::string(kRecordActivity));
    }
    collect();
    decision_.next = std::move(state_);
    return std::move(decision_);
  }

 private:
  bool has_problem() const {
    return fields_.has_problem() ||
           std::ranges::any_of(rows_, [](const RowsScope& rows) { return rows.has_problem(); });
  }

  bool writes(Side side) const {
    return fields_.writes(side) || std::ranges::any_of(rows_, [&](const auto& rows) { return rows.writes(side); });
  }

  bool changed(Side side) const {
    return fields_.changed()[side] ||
           std::ranges::any_of(rows_, [&](const auto& rows) { return rows.changed()[side]; });
  }

  // Fields that set each other in turns are each written one way only; the record is not.
  void guard_record() {
    PlannedWrite write;
    write.to = {writes(Side::left), writes(Side::right)};
    if (!write.to.left && !write.to.right) return;
    write.changed = {changed(Side::left), changed(Side::right)};
    write.by_person = context_.changed_by_person;
    write.now = context_.now;
    Activity activity = activity_after(last_activity(state_, kRecordActivity), std::move(write), context_.oscillation);
    const auto why = oscillation_of_record(activity, context_.oscillation);
    state_.activity.insert_or_assign(std::string(kRecordActivity), std::move(activity));
    if (why) freeze_all_writes(*why + " in this record");
  }

  void freeze_all_writes(const std::string& why) {
    fields_.freeze_writes(why);
    for (RowsScope& rows : rows_) rows.freeze_writes(why);
    decision_.after = {};
    state_.activity.erase(std::string(kRecordActivity));
  }

  bool move_state() {
    bool thawed = fields_.move_state();
    for (RowsScope& rows : rows_) thawed = rows.move_state() || thawed;
    return thawed;
  }

  void collect() {
    decision_.thawed = fields_.thawed();
    decision_.fields = fields_.take_decisions();
    for (RowsScope& rows : rows_) {
      for (const std::string& name : rows.thawed()) decision_.thawed.push_back(name);
      for (RowDecision& row : rows.take_decisions()) decision_.rows.push_back(std::move(row));
    }
  }

  Both<Shown> shown() const { return {*now_.left, *now_.right}; }

  std::function<Native&(Side)> put() {
    return [this](Side side) -> Native& {
      auto& fields = decision_.after[side];
      if (!fields) fields = now_[side]->fields;
      return *fields;
    };
  }

  LinkState state_;
  const Both<const Record*>& now_;
  const ReconcileContext& context_;
  Decision decision_;
  FieldScope fields_;
  std::deque<RowsScope> rows_;
};

bool parks(const FieldDecision& field) {
  return field.result == FieldResult::problem;
}

RowDecision new_row(std::size_t rows, RowResult result, Side to) {
  RowDecision decision;
  decision.rows = rows;
  decision.result = result;
  decision.to = to;
  decision.rule = "create";
  return decision;
}

/// All rows of the source, to be made on `target`.
std::vector<RowDecision> decide_new_rows(const RowsRule& rule, std::size_t index, Side target, const Record& source,
                                         Native& fields) {
  const Side from = other(target);
  std::vector<RowDecision> decisions;
  ShownRows rows = rows_of(rule.side[from], source);
  if (auto* problem = std::get_if<Problem>(&rows)) {
    decisions.push_back(new_row(index, RowResult::problem, from));
    decisions.back().problem = std::move(*problem);
    return decisions;
  }
  const auto& told = std::get<std::optional<std::vector<ShownRow>>>(rows);
  if (!told) return decisions;
  for (const ShownRow& row : *told) {
    Native made{Native::Object{}};
    RowDecision decision = new_row(index, RowResult::add, target);
    decision.id[from] = row.id;
    decision.fields = decide_new_row(rule, target, Shown(*row.native, source.absent_is_blank), made);
    if (decision.fields.empty()) continue;
    decision.problem = append_row(rule.side[target], std::move(made), fields);
    if (decision.problem) decision.result = RowResult::problem;
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

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
    case FieldResult::waiting:
      return "waiting";
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

std::string_view name_of(RowResult result) {
  switch (result) {
    case RowResult::fields:
      return "fields";
    case RowResult::linked:
      return "linked";
    case RowResult::add:
      return "add";
    case RowResult::remove:
      return "remove";
    case RowResult::gone:
      return "gone";
    case RowResult::tolerated:
      return "tolerated";
    case RowResult::frozen:
      return "frozen";
    case RowResult::problem:
      break;
  }
  return "problem";
}

bool RowDecision::writes(Side side) const {
  if (to == side && (result == RowResult::add || result == RowResult::remove)) return true;
  return std::ranges::any_of(fields, [side](const auto& field) { return is_write(field.result) && field.to == side; });
}

bool RowDecision::has_problem() const {
  return result == RowResult::problem || std::ranges::any_of(fields, parks);
}

bool Decision::parked() const {
  return std::ranges::any_of(fields, parks) ||
         std::ranges::any_of(rows, [](const RowDecision& row) { return row.has_problem(); });
}

Decision reconcile(const ObjectMapping& mapping, LinkState state, const Both<const Record*>& now,
                   const ReconcileContext& context) {
  return Reconciling(mapping, std::move(state), now, context).run();
}

Decision decide_create(const ObjectMapping& mapping, Side target, const Record& source) {
  Decision decision;
  Native fields{Native::Object{}};
  if (mapping.on_create_set[target].is_object()) {
    for (const auto& [path, value] : mapping.on_create_set[target].object()) Path::parse(path).set(fields, value);
  }
  decision.fields = decide_new(mapping.fields, target, source, fields);
  for (std::size_t i = 0; i < mapping.rows.size(); ++i) {
    if (!allows(mapping.rows[i].direction, target)) continue;
    for (RowDecision& row : decide_new_rows(mapping.rows[i], i, target, source, fields)) {
      decision.rows.push_back(std::move(row));
    }
  }
  if (!decision.parked()) {
    decision.after[target] = std::move(fields);
    return decision;
  }
  std::erase_if(decision.fields, [](const FieldDecision& field) { return !parks(field); });
  std::erase_if(decision.rows, [](const RowDecision& row) { return !row.has_problem(); });
  for (RowDecision& row : decision.rows) std::erase_if(row.fields, [](const auto& field) { return !parks(field); });
  return decision;
}

}  // namespace counterpart
