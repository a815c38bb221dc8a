#include "mapping/reconcile/told.h"

#include <algorithm>
#include <utility>

#include "mapping/reconcile/linked_rows.h"

namespace counterpart {
namespace {

using MaybeShown = Both<std::optional<Shown>>;

Told tell_field(const FieldRule& rule, std::string name, const FieldDecision& field, const MaybeShown& shown,
                const Native* after) {
  Told told;
  told.name = std::move(name);
  told.what = name_of(field.result);
  told.result = field.result;
  told.to = field.to;
  told.rule = field.rule;
  told.problem = field.problem;
  for (const Side side : kSides) {
    if (shown[side]) told.now[side] = raw_of(rule.side[side], *shown[side]);
  }
  if (is_write(field.result) && after != nullptr) told.sent = raw_in(rule.side[field.to], *after);
  return told;
}

FieldResult effect_of(RowResult result) {
  switch (result) {
    case RowResult::add:
    case RowResult::remove:
      return FieldResult::write;
    case RowResult::tolerated:
      return FieldResult::tolerated;
    case RowResult::frozen:
      return FieldResult::frozen;
    case RowResult::problem:
      return FieldResult::problem;
    default:
      return FieldResult::agreed;
  }
}

/// A row's mapped fields, without its id.
Native mapped(const RowsRule& rule, Side side, const Shown& row) {
  Native fields{Native::Object{}};
  for (const FieldRule& field : rule.fields) {
    auto raw = raw_of(field.side[side], row);
    if (raw && !raw->is_null()) fields.set(field.side[side].name, std::move(*raw));
  }
  return fields;
}

class RowTeller {
 public:
  RowTeller(const ObjectMapping& mapping, const Decision& decision, const Both<const Record*>& records)
      : mapping_(mapping), decision_(decision), records_(records) {}

  void tell(const RowDecision& row, std::vector<Told>& all) {
    const RowsRule& rule = mapping_.rows[row.rows];
    const MaybeShown shown = shown_rows(rule, row);
    const bool as_a_whole = row.result != RowResult::fields && row.result != RowResult::linked;
    if (as_a_whole && (row.result != RowResult::add || !row.has_problem())) all.push_back(tell_row(rule, row, shown));
    if (as_a_whole && !row.has_problem()) return;
    for (const FieldDecision& field : row.fields) {
      const FieldRule& field_rule = rule.fields[field.field];
      const Native* after = row_after(rule, row, field.to);
      all.push_back(tell_field(field_rule, name_in_row(rule, row.id, field_rule.name), field, shown, after));
    }
  }

 private:
  MaybeShown shown_rows(const RowsRule& rule, const RowDecision& row) const {
    MaybeShown shown;
    for (const Side side : kSides) {
      if (records_[side] == nullptr || row.id[side].empty()) continue;
      const Native* native = find_row(rule.side[side], std::as_const(records_[side]->fields), row.id[side]);
      if (native != nullptr) shown[side].emplace(*native, records_[side]->absent_is_blank);
    }
    return shown;
  }

  const Native* row_after(const RowsRule& rule, const RowDecision& row, Side side) const {
    const auto& after = decision_.after[side];
    return after && !row.id[side].empty() ? find_row(rule.side[side], *after, row.id[side]) : nullptr;
  }

  Told tell_row(const RowsRule& rule, const RowDecision& row, const MaybeShown& shown) {
    Told told;
    told.name = row.id == Both<std::string>() ? rule.name : name_of_row(rule, row.id);
    told.what = name_of(row.result);
    told.result = effect_of(row.result);
    told.to = row.to;
    told.rule = row.rule;
    told.problem = row.problem;
    for (const Side side : kSides) {
      if (shown[side]) told.now[side] = mapped(rule, side, *shown[side]);
    }
    if (row.result == RowResult::remove) told.sent = Native{};
    if (row.result == RowResult::add) told.sent = next_added(rule, row);
    return told;
  }

  /// What was sent for an added row: the next one without an id.
  std::optional<Native> next_added(const RowsRule& rule, const RowDecision& row) {
    const auto& after = decision_.after[row.to];
    const Native* rows = after ? rule.side[row.to].path.find(*after) : nullptr;
    if (rows == nullptr || !rows->is_array()) return std::nullopt;
    if (rows_ != row.rows) next_added_ = {};
    rows_ = row.rows;
    std::size_t& next = next_added_[row.to];
    for (; next < rows->array().size(); ++next) {
      const Native* id = rows->array()[next].member(rule.side[row.to].id);
      if (id == nullptr || id->is_null()) return mapped(rule, row.to, Shown(rows->array()[next++], false));
    }
    return std::nullopt;
  }

  const ObjectMapping& mapping_;
  const Decision& decision_;
  const Both<const Record*>& records_;
  std::size_t rows_ = 0;
  Both<std::size_t> next_added_{};
};

}  // namespace

std::vector<Told> tell(const ObjectMapping& mapping, const Decision& decision, const Both<const Record*>& records) {
  std::vector<Told> all;
  MaybeShown shown;
  for (const Side side : kSides) {
    if (records[side] != nullptr) shown[side].emplace(*records[side]);
  }
  for (const FieldDecision& field : decision.fields) {
    const FieldRule& rule = mapping.fields[field.field];
    const auto& after = decision.after[field.to];
    all.push_back(tell_field(rule, rule.name, field, shown, after ? &*after : nullptr));
  }
  RowTeller rows(mapping, decision, records);
  for (const RowDecision& row : decision.rows) rows.tell(row, all);
  return all;
}

}  // namespace counterpart
