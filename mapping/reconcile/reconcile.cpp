#include "mapping/reconcile/reconcile.h"

#include <algorithm>
#include <utility>

#include "mapping/reconcile/field_scope.h"

namespace counterpart {
namespace {

class Reconciling {
 public:
  Reconciling(const ObjectMapping& mapping, LinkState state, const Both<const Record*>& now,
              const ReconcileContext& context)
      : state_(std::move(state)),
        now_(now),
        context_(context),
        fields_(mapping.fields, state_, {*now.left, *now.right}, context,
                [this](Side side) -> Native& { return after(side); }) {}

  Decision run() {
    fields_.decide();
    if (fields_.has_problem()) {
      fields_.keep_problems_only();
      decision_.after = {};
    } else {
      guard_record();
      if (fields_.move_state()) state_.activity.erase(std::string(kRecordActivity));
    }
    decision_.thawed = fields_.thawed();
    decision_.fields = fields_.take_decisions();
    decision_.next = std::move(state_);
    return std::move(decision_);
  }

 private:
  // Fields that set each other in turns are each written one way only; the record is not.
  void guard_record() {
    PlannedWrite write;
    write.to = {fields_.writes(Side::left), fields_.writes(Side::right)};
    if (!write.to.left && !write.to.right) return;
    write.changed = fields_.changed();
    write.by_person = context_.changed_by_person;
    write.now = context_.now;
    Activity activity = activity_after(last_activity(state_, kRecordActivity), std::move(write), context_.oscillation);
    const auto why = oscillation_of_record(activity, context_.oscillation);
    state_.activity.insert_or_assign(std::string(kRecordActivity), std::move(activity));
    if (why) freeze_all_writes(*why + " in this record");
  }

  void freeze_all_writes(const std::string& why) {
    fields_.freeze_writes(why);
    decision_.after = {};
    state_.activity.erase(std::string(kRecordActivity));
  }

  Native& after(Side side) {
    auto& fields = decision_.after[side];
    if (!fields) fields = now_[side]->fields;
    return *fields;
  }

  LinkState state_;
  const Both<const Record*>& now_;
  const ReconcileContext& context_;
  Decision decision_;
  FieldScope fields_;
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
