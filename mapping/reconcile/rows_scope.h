#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/reconcile/field_scope.h"
#include "mapping/reconcile/linked_rows.h"
#include "mapping/reconcile/row_pairing.h"

namespace counterpart {

/// The child rows of one collection on their way through reconcile(): rows on both sides field by field, those that one
/// side has alone as added or removed. Internal to reconcile().
class RowsScope {
 public:
  /// `index`: of the rule in ObjectMapping::rows. `after`: the fields of that side's record with the changes put in.
  RowsScope(const RowsRule& rule, std::size_t index, FieldStates& state, const Both<Shown>& now,
            const ReconcileContext& context, std::function<Native&(Side)> after);

  void decide();

  bool has_problem() const;
  bool writes(Side side) const;
  const Both<bool>& changed() const { return changed_; }  ///< rows or fields of them are others than their bases

  /// Nothing but the problems is left.
  void keep_problems_only();
  /// No write is made; why, in words.
  void freeze_writes(const std::string& why);
  /// What is remembered of the rows as it is when the writes, which keep their bases, are made. Whether anything was
  /// thawed.
  bool move_state();

  const std::vector<std::string>& thawed() const { return thawed_; }
  std::vector<RowDecision> take_decisions();

 private:
  /// A row, or two that are counterparts, that something is decided for.
  struct Plan {
    RowDecision decision;
    std::optional<std::size_t> linked;  ///< its place among the linked rows
    Both<const ShownRow*> rows{};       ///< as shown; nullptr: that side has none
    FieldStates state;                  ///< of a row on both sides
    std::optional<FieldScope> fields;   ///< so too
  };

  bool look(Side side);
  void relink_renewed(Side side);
  void decide_linked(std::size_t pair);
  bool is_untouched(std::size_t pair, const Both<const Native*>& rows) const;
  void decide_missing(std::size_t pair, Side there, const ShownRow& row);
  std::vector<LoneRow> lone_rows(Side side) const;
  void pair_up(std::vector<LoneRow>& left, std::vector<LoneRow>& right, PairBy by);
  void decide_alone(Side there, const LoneRow& lone);
  void decide_alone_at_first(Side there, const ShownRow& row);
  void give(Side there, const ShownRow& row, std::string why);
  void add(Side to, const ShownRow& row, std::string why);
  void remove(Side from, const ShownRow& row, std::string why);
  Plan& plan(RowResult result, Side to, std::string why);
  Plan& plan_alone(RowResult result, Side there, const ShownRow& row, std::string why);
  void decide_fields(Plan& plan, const Both<const Native*>& rows);
  void carry_out(Plan& plan);
  void keep_alone(const Plan& plan);
  void forget(const Both<std::string>& ids);
  const ShownRow* shown(Side side, std::string_view id) const;

  const RowsRule& rule_;
  std::size_t index_;
  FieldStates& state_;
  LinkedRows linked_;
  Both<Shown> now_;
  const ReconcileContext& context_;
  std::function<Native&(Side)> after_;
  bool first_;
  bool told_ = false;
  Both<std::vector<ShownRow>> rows_;
  Both<std::map<std::string_view, const ShownRow*>> by_id_;
  std::list<Plan> plans_;             ///< a list, for a plan's fields look at its state
  std::vector<std::size_t> dropped_;  ///< pairs
  std::vector<std::string> thawed_;
  Both<bool> changed_{};
};

}  // namespace counterpart
