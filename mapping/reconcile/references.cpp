#include "mapping/reconcile/references.h"

#include <utility>

#include "mapping/reconcile/linked_rows.h"

namespace counterpart {
namespace {

void add_mappings(const std::vector<FieldRule>& rules, std::set<std::string>& mappings) {
  for (const FieldRule& rule : rules) {
    for (const Side side : kSides) {
      if (const Reference* reference = reference_of(*rule.side[side].codec)) mappings.insert(reference->mapping);
    }
  }
}

/// The value read without knowing of counterparts is the record's own name.
void add_referred(const std::vector<FieldRule>& rules, Side side, const Shown& shown, std::set<Referred>& referred) {
  for (const FieldRule& rule : rules) {
    const CodecPtr& codec = rule.side[side].codec;
    const Reference* reference = reference_of(*codec);
    if (reference == nullptr) continue;
    if (reference->placeholder) referred.insert({reference->mapping, side, *reference->placeholder});
    const Parsed parsed = read_field(rule.side[side], shown);
    const auto* value = std::get_if<Value>(&parsed);
    auto named = value != nullptr ? named_record(*codec, *value) : std::nullopt;
    if (named && named->side == side) referred.insert(*std::move(named));
  }
}

void know(std::vector<FieldRule>& rules, const CounterpartsPtr& counterparts) {
  for (FieldRule& rule : rules) {
    for (const Side side : kSides) {
      CodecPtr& codec = rule.side[side].codec;
      if (reference_of(*codec) != nullptr) codec = with_counterparts(*codec, counterparts);
    }
  }
}

/// What the decision makes, as far as it is of that field.
enum class Makes : std::uint8_t { nothing, record, row };

void add_missing(const FieldRule& rule, const FieldDecision& field, const std::string& name, Makes makes,
                 std::vector<MissingCounterpart>& missing) {
  if (field.result != FieldResult::waiting) return;
  for (const Side side : kSides) {
    const Codec& codec = *rule.side[side].codec;
    auto record = without_counterpart(codec, field.now[other(side)]);
    if (!record) continue;
    // What a row is of is all that tells it from others.
    const bool required = makes == Makes::row || (makes == Makes::record && reference_of(codec)->required);
    missing.push_back({*std::move(record), name, required});
  }
}

}  // namespace

std::set<std::string> mappings_referred_to(const ObjectMapping& mapping) {
  std::set<std::string> mappings;
  add_mappings(mapping.fields, mappings);
  for (const RowsRule& rows : mapping.rows) add_mappings(rows.fields, mappings);
  return mappings;
}

std::set<Referred> records_referred_to(const ObjectMapping& mapping, Side side, const Record& record) {
  std::set<Referred> referred;
  add_referred(mapping.fields, side, record, referred);
  for (const RowsRule& rule : mapping.rows) {
    const std::vector<ShownRow> rows = known_rows_of(rule.side[side], record);
    for (const ShownRow& row : rows) {
      add_referred(rule.fields, side, Shown(*row.native, record.absent_is_blank), referred);
    }
  }
  return referred;
}

ObjectMapping with_counterparts(const ObjectMapping& mapping, const CounterpartsPtr& counterparts) {
  ObjectMapping knowing = mapping;
  know(knowing.fields, counterparts);
  for (RowsRule& rows : knowing.rows) know(rows.fields, counterparts);
  return knowing;
}

std::vector<MissingCounterpart> missing_counterparts(const ObjectMapping& mapping, const Decision& decision,
                                                     bool creates) {
  std::vector<MissingCounterpart> missing;
  for (const FieldDecision& field : decision.fields) {
    const FieldRule& rule = mapping.fields[field.field];
    add_missing(rule, field, rule.name, creates ? Makes::record : Makes::nothing, missing);
  }
  for (const RowDecision& row : decision.rows) {
    const RowsRule& rows = mapping.rows[row.rows];
    for (const FieldDecision& field : row.fields) {
      const FieldRule& rule = rows.fields[field.field];
      const Makes makes = row.result == RowResult::add ? Makes::row : Makes::nothing;
      add_missing(rule, field, name_in_row(rows, row.id, rule.name), makes, missing);
    }
  }
  return missing;
}

}  // namespace counterpart
