#include "mapping/reconcile/row_settling.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "mapping/reconcile/linked_rows.h"
#include "mapping/reconcile/row_pairing.h"
#include "mapping/reconcile/written_bases.h"

namespace counterpart {
namespace {

class RowSettling {
 public:
  RowSettling(const RowsRule& rule, const WrittenRows& written, Settlement& settlement)
      : rule_(rule), written_(written), settlement_(settlement), linked_(rule, settlement.next) {}

  void settle(const std::vector<const RowDecision*>& decisions) {
    ShownRows rows = rows_of(target(), written_.held);
    auto* told = std::get_if<std::optional<std::vector<ShownRow>>>(&rows);
    if (told == nullptr || !*told) {
      // The next pass sees what became of it.
      settlement_.dirty = settlement_.dirty || !decisions.empty();
      return;
    }
    if (written_.before && !linked_.known()) return;
    linked_.make_known();
    held_ = std::move(**told);
    for (const ShownRow& row : held_) by_id_.emplace(row.id, &row);
    const std::vector<Added> added = find_what_was_sent(decisions);
    for (const RowDecision* row : decisions) {
      if (row->result == RowResult::remove) settle_removed(*row);
      if (row->result == RowResult::fields || row->result == RowResult::linked) settle_fields(*row);
    }
    for (const Added& row : added) settle_added(row);
    if (written_.before) look_for_others_changes(decisions);
  }

 private:
  const RowsSide& target() const { return rule_.side[written_.side]; }
  Shown shown(const Native& row) const { return {row, written_.held.absent_is_blank}; }

  const ShownRow* held(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }

  const ShownRow* source(std::string_view id) {
    if (!sources_) sources_ = known_rows_of(rule_.side[other(written_.side)], written_.source);
    const auto found = std::ranges::find(*sources_, id, &ShownRow::id);
    return found == sources_->end() ? nullptr : &*found;
  }

  /// A row that was to be added, with what was sent for it, and what it became: nullptr, nothing.
  struct Added {
    const RowDecision* decision = nullptr;
    const Native* sent = nullptr;
    const ShownRow* made = nullptr;
  };

  /// What was sent for added rows: those without an id, in the order in which they were decided.
  std::vector<Added> what_was_added(const std::vector<const RowDecision*>& decisions) const {
    std::vector<Added> added;
    const Native* rows = target().path.find(written_.after);
    if (rows == nullptr || !rows->is_array()) return added;
    auto decision = decisions.begin();
    for (const Native& row : rows->array()) {
      const Native* id = row.member(target().id);
      if (id != nullptr && !id->is_null()) continue;
      decision = std::find_if(decision, decisions.end(), [](const auto* d) { return d->result == RowResult::add; });
      if (decision == decisions.end()) break;
      added.push_back({*decision++, &row, nullptr});
    }
    return added;
  }

  /// Rows with ids that nobody knows yet: what was added, and those whose ids the write has renewed.
  std::vector<Added> find_what_was_sent(const std::vector<const RowDecision*>& decisions) {
    std::set<std::string, std::less<>> known;
    std::vector<std::size_t> missing;
    std::vector<ShownRow> sent;
    for (std::size_t pair = 0; pair < linked_.size(); ++pair) {
      const std::string id = id_in(linked_.base(pair, written_.side));
      if (id.empty()) continue;
      known.insert(id);
      const Native* row = held(id) == nullptr ? find_sent(id) : nullptr;
      if (row == nullptr) continue;
      missing.push_back(pair);
      sent.push_back({id, row});
    }
    std::vector<Added> added = what_was_added(decisions);
    for (const Added& row : added) sent.push_back({"", row.sent});
    // Who was there before the write was not made by it, though it may hold just what was sent.
    if (written_.before) {
      for (ShownRow& row : known_rows_of(target(), *written_.before)) known.insert(std::move(row.id));
    }
    std::vector<ShownRow> unknown;
    for (const ShownRow& row : held_) {
      if (!known.contains(row.id)) unknown.push_back(row);
    }
    const auto found =
        find_sent_rows(rule_, written_.side, sent, unknown, written_.held.absent_is_blank, Tell::by_order);
    for (std::size_t i = 0; i < missing.size(); ++i) {
      if (found[i] != nullptr) renew(missing[i], sent[i].id, found[i]->id);
    }
    for (std::size_t i = 0; i < added.size(); ++i) {
      const ShownRow* made = found[missing.size() + i];
      if (made != nullptr) added[i].made = held(made->id);
    }
    return added;
  }

  void renew(std::size_t pair, const std::string& old_id, const std::string& new_id) {
    renewed_[old_id] = new_id;
    FieldStates state = linked_.state_of(pair);
    state.base[written_.side].set(kRowId, new_id);
    linked_.put(pair, std::move(state));
  }

  /// What was sent for the row of that id.
  const Native* find_sent(std::string_view id) const { return find_row(target(), written_.after, id); }

  std::string id_now(const std::string& id) const {
    const auto found = renewed_.find(id);
    return found == renewed_.end() ? id : found->second;
  }

  void settle_removed(const RowDecision& row) {
    const std::string& id = row.id[written_.side];
    const auto pair = linked_.find(written_.side, id);
    if (held(id) == nullptr) {
      if (!pair) return;
      linked_.forget(linked_.ids(*pair));
      linked_.drop(*pair);
      return;
    }
    // It would be removed again and again.
    if (!pair) keep_alone(written_.side, *held(id));
    freeze(row.id, std::string(name_of(written_.side)) + " was told to remove it, and still has it");
  }

  void freeze(const Both<std::string>& ids, const std::string& why) {
    const std::string name = name_of_row(rule_, ids);
    settlement_.next.frozen.insert(name);
    settlement_.frozen.emplace(name, why);
  }

  void keep_alone(Side side, const ShownRow& row) {
    const Shown& record = side == written_.side ? written_.held : written_.source;
    Both<Native> bases;
    bases[side] = base_of_row(rule_, side, row, record.absent_is_blank);
    linked_.add(std::move(bases));
  }

  void settle_fields(const RowDecision& row) {
    const std::string& id = row.id[written_.side];
    const ShownRow* now = held(id_now(id));
    const Native* sent = find_sent(id);
    const auto pair = linked_.find(written_.side, id_now(id));
    const ShownRow* from = source(row.id[other(written_.side)]);
    if (now == nullptr || sent == nullptr || !pair || from == nullptr) {
      settlement_.dirty = true;
      return;
    }
    FieldStates state = linked_.state_of(*pair);
    settle_fields_of(row, *from, *now, *sent, state);
    linked_.put(*pair, std::move(state));
  }

  void settle_fields_of(const RowDecision& row, const ShownRow& from, const ShownRow& now, const Native& sent,
                        FieldStates& state) {
    WrittenBases bases(written_.side, {*from.native, written_.source.absent_is_blank}, shown(*now.native),
                       written_.own_revision);
    std::set<std::size_t> wrote;
    for (const FieldDecision& field : row.fields) {
      if (!is_write(field.result) || field.to != written_.side) continue;
      wrote.insert(field.field);
      bases.settle(rule_.fields[field.field], field.sent, sent, state);
      if (row.result != RowResult::add) state.activity[rule_.fields[field.field].name].at = written_.now;
    }
    for (std::size_t i = 0; row.result == RowResult::add && i < rule_.fields.size(); ++i) {
      if (!wrote.contains(i)) bases.settle_equal(rule_.fields[i], state);
    }
    settlement_.dirty = settlement_.dirty || bases.dirty();
    for (const std::string& field : bases.adjusted()) {
      settlement_.adjusted.push_back(name_in_row(rule_, row.id, field));
    }
  }

  void settle_added(const Added& row) {
    const Side from = other(written_.side);
    const ShownRow* origin = source(row.decision->id[from]);
    if (origin == nullptr) return;
    if (row.made == nullptr) {
      // It would be added again and again.
      keep_alone(from, *origin);
      return freeze(row.decision->id,
                    std::string(name_of(written_.side)) + " was told to add it, and does not show it");
    }
    Both<std::string> ids = row.decision->id;
    ids[written_.side] = row.made->id;
    FieldStates state = linked_.state_of(ids);
    settle_fields_of(*row.decision, *origin, *row.made, *row.sent, state);
    linked_.add(std::move(state.base));
  }

  /// What nobody of us wrote and is otherwise than it was read.
  void look_for_others_changes(const std::vector<const RowDecision*>& decisions) {
    std::set<std::string, std::less<>> expected;
    for (const ShownRow& row : known_rows_of(target(), *written_.before)) {
      const RowDecision* ours = decision_on(decisions, row.id);
      if (ours != nullptr && ours->result == RowResult::remove) continue;
      const ShownRow* now = held(id_now(row.id));
      expected.insert(id_now(row.id));
      settlement_.dirty = settlement_.dirty || now == nullptr || differs_unwritten(row, *now, ours);
    }
    for (const ShownRow& row : held_) {
      const bool known = expected.contains(row.id) || linked_.find(written_.side, row.id);
      settlement_.dirty = settlement_.dirty || !known;
    }
  }

  const RowDecision* decision_on(const std::vector<const RowDecision*>& decisions, std::string_view id) const {
    const auto found =
        std::ranges::find_if(decisions, [&](const RowDecision* row) { return row->id[written_.side] == id; });
    return found == decisions.end() ? nullptr : *found;
  }

  bool differs_unwritten(const ShownRow& before, const ShownRow& now, const RowDecision* ours) const {
    for (std::size_t i = 0; i < rule_.fields.size(); ++i) {
      const bool wrote = ours != nullptr && std::ranges::any_of(ours->fields, [&](const FieldDecision& field) {
                           return field.field == i && is_write(field.result) && field.to == written_.side;
                         });
      if (!wrote && differs(rule_.fields[i].side[written_.side], shown(*before.native), shown(*now.native)))
        return true;
    }
    return false;
  }

  const RowsRule& rule_;
  const WrittenRows& written_;
  Settlement& settlement_;
  LinkedRows linked_;
  std::vector<ShownRow> held_;
  std::map<std::string_view, const ShownRow*> by_id_;
  std::optional<std::vector<ShownRow>> sources_;
  std::map<std::string, std::string> renewed_;  ///< new ids by the old ones
};

}  // namespace

void settle_rows(const ObjectMapping& mapping, std::size_t rows, const Decision& decision, const WrittenRows& written,
                 Settlement& settlement) {
  std::vector<const RowDecision*> decisions;
  for (const RowDecision& row : decision.rows) {
    if (row.rows == rows && row.writes(written.side)) decisions.push_back(&row);
  }
  RowSettling(mapping.rows[rows], written, settlement).settle(decisions);
}

}  // namespace counterpart
