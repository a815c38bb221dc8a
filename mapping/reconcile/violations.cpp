#include "mapping/reconcile/violations.h"

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "mapping/reconcile/linked_rows.h"
#include "mapping/schema/validation.h"

namespace counterpart {
namespace {

/// The system's description of the field at a path; nullptr: none.
using Lookup = std::function<const FieldDescription*(const Path&)>;

struct FieldProblem {
  const FieldRule* rule = nullptr;
  Problem problem;
};

/// The spelled value, a part for each path.
std::vector<Native> parts_of(const FieldSide& side, const Native& spelled) {
  if (side.paths.size() == 1) return {spelled};
  if (spelled.is_array() && spelled.array().size() == side.paths.size()) return spelled.array();
  return std::vector<Native>(side.paths.size());
}

/// What is wrong with a value of several paths names the path.
Problem in_part(const FieldSide& side, std::size_t part, Problem problem) {
  if (side.paths.size() > 1) problem.what = side.paths[part].text() + ": " + problem.what;
  return problem;
}

std::optional<Problem> problem_of(const FieldSide& side, const Value& value, const Lookup& described) {
  const Printed printed = side.codec->print(narrowed(side, value));
  const auto* spelled = std::get_if<Native>(&printed);
  if (spelled == nullptr) return std::nullopt;  // that was decided before
  const std::vector<Native> parts = parts_of(side, *spelled);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::optional<Problem> problem;
    if (side.validate) problem = violation_of(*side.validate, parts[i], value);
    const FieldDescription* field = problem ? nullptr : described(side.paths[i]);
    if (field != nullptr) problem = violation_of(*field, parts[i]);
    if (problem) return in_part(side, i, *std::move(problem));
  }
  return std::nullopt;
}

std::optional<FieldProblem> problem_among(std::span<const FieldRule> rules, const std::vector<FieldDecision>& decisions,
                                          Side side, const Lookup& described) {
  for (const FieldDecision& decided : decisions) {
    if (!is_write(decided.result) || decided.to != side) continue;
    const FieldRule& rule = rules[decided.field];
    if (auto problem = problem_of(rule.side[side], decided.sent, described)) return FieldProblem{&rule, *problem};
  }
  return std::nullopt;
}

bool is_empty_at(const Path& path, const Native& fields) {
  const Native* value = path.find(fields);
  return value == nullptr || value->is_null() || (value->is_text() && value->text().empty());
}

/// A field that something new would lack.
std::optional<FieldProblem> missing_among(std::span<const FieldRule> rules, Side side, const Native& made,
                                          const Lookup& described) {
  for (const FieldRule& rule : rules) {
    if (!allows(rule.direction, side)) continue;
    const FieldSide& at = rule.side[side];
    for (std::size_t i = 0; i < at.paths.size(); ++i) {
      if (!is_empty_at(at.paths[i], made)) continue;
      std::optional<Problem> problem;
      if (at.validate) problem = violation_of(*at.validate, Native(), Value(Blank{}));
      const FieldDescription* field = problem ? nullptr : described(at.paths[i]);
      if (field != nullptr && !field->read_only) problem = violation_of(*field, Native());
      if (problem) return FieldProblem{&rule, in_part(at, i, *std::move(problem))};
    }
  }
  return std::nullopt;
}

/// An added row as it would be sent.
Native added_row(const RowsRule& rule, const RowDecision& row, Side side) {
  Native made{Native::Object{}};
  const Native& given = rule.side[side].on_create_set;
  if (given.is_object()) {
    for (const auto& [path, value] : given.object()) Path::parse(path).set(made, value);
  }
  for (const FieldDecision& field : row.fields) {
    if (is_write(field.result) && field.to == side) write_field(rule.fields[field.field].side[side], field.sent, made);
  }
  return made;
}

std::optional<Violation> row_violation(const RowsRule& rule, const RowDecision& row, Side side,
                                       const ObjectDescription* there) {
  const Lookup described = [&](const Path& path) {
    return there == nullptr ? nullptr : there->row_field_at(rule.side[side].path, path);
  };
  auto found = problem_among(rule.fields, row.fields, side, described);
  const bool adds = row.result == RowResult::add && row.to == side;
  if (!found && adds) found = missing_among(rule.fields, side, added_row(rule, row, side), described);
  if (!found) return std::nullopt;
  return Violation{name_in_row(rule, row.id, found->rule->name), std::move(found->problem)};
}

}  // namespace

std::optional<Violation> first_violation(const ObjectMapping& mapping, const Decision& decision, Side side,
                                         bool creates, const ObjectDescription* there) {
  if (!decision.writes(side)) return std::nullopt;
  const Lookup described = [&](const Path& path) { return there == nullptr ? nullptr : there->field_at(path); };
  auto found = problem_among(mapping.fields, decision.fields, side, described);
  if (!found && creates) found = missing_among(mapping.fields, side, *decision.after[side], described);
  if (found) return Violation{found->rule->name, std::move(found->problem)};
  for (const RowDecision& row : decision.rows) {
    if (auto violation = row_violation(mapping.rows[row.rows], row, side, there)) return violation;
  }
  return std::nullopt;
}

}  // namespace counterpart
