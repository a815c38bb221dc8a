#include <iterator>
#include <set>
#include <utility>

#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/row_settling.h"
#include "mapping/reconcile/written_bases.h"

namespace counterpart {
namespace {

void take(const WrittenBases& bases, Settlement& settlement) {
  settlement.dirty = settlement.dirty || bases.dirty();
  settlement.adjusted.insert(settlement.adjusted.end(), bases.adjusted().begin(), bases.adjusted().end());
}

bool writes_rows(const Decision& decision, Side side) {
  for (const RowDecision& row : decision.rows) {
    if (row.writes(side)) return true;
  }
  return false;
}

}  // namespace

Settlement settle_update(const ObjectMapping& mapping, const Decision& decision, Side side,
                         const Both<const Record*>& sent_from, const Record& held, bool own_revision,
                         const LinkState& state, const ReconcileContext& context) {
  Settlement settlement{.next = state, .dirty = false, .adjusted = {}, .frozen = {}};
  WrittenBases bases(side, *sent_from[other(side)], held, own_revision);
  std::set<std::size_t> written;
  for (const FieldDecision& field : decision.fields) {
    if (!is_write(field.result) || field.to != side) continue;
    const FieldRule& rule = mapping.fields[field.field];
    written.insert(field.field);
    bases.settle(rule, field.sent, *decision.after[side], settlement.next);
    settlement.next.activity[rule.name].at = context.now;
  }
  take(bases, settlement);
  if (!written.empty() || writes_rows(decision, side)) {
    settlement.next.activity[std::string(kRecordActivity)].at = context.now;
  }
  for (std::size_t i = 0; i < mapping.fields.size() && !settlement.dirty; ++i) {
    settlement.dirty = !written.contains(i) && differs(mapping.fields[i].side[side], *sent_from[side], held);
  }
  const WrittenRows rows{
      side, *sent_from[other(side)], Shown(*sent_from[side]), held, *decision.after[side], own_revision, context.now};
  for (std::size_t i = 0; i < mapping.rows.size(); ++i) settle_rows(mapping, i, decision, rows, settlement);
  return settlement;
}

Settlement settle_create(const ObjectMapping& mapping, const Decision& decision, Side target, const Record& source,
                         const Record& held) {
  Settlement settlement{.next = decision.next, .dirty = true, .adjusted = {}, .frozen = {}};
  WrittenBases bases(target, source, held, false);
  std::set<std::size_t> written;
  for (const FieldDecision& field : decision.fields) {
    if (!is_write(field.result)) continue;
    written.insert(field.field);
    bases.settle(mapping.fields[field.field], field.sent, *decision.after[target], settlement.next);
  }
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    if (!written.contains(i)) bases.settle_equal(mapping.fields[i], settlement.next);
  }
  take(bases, settlement);
  const WrittenRows rows{target, source, std::nullopt, held, *decision.after[target], false, {}};
  for (std::size_t i = 0; i < mapping.rows.size(); ++i) settle_rows(mapping, i, decision, rows, settlement);
  return settlement;
}

}  // namespace counterpart
