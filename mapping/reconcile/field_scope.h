#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/verdict.h"

namespace counterpart {

/// The fields that two records share, or two of their rows, on their way through reconcile(): decided field by field,
/// then either dropped (something parks), frozen, or carried into the state. Internal to reconcile().
class FieldScope {
 public:
  /// `after`: the fields of a side with the changes put in, made when first asked for.
  FieldScope(std::span<const FieldRule> rules, FieldStates& state, const Both<Shown>& now,
             const ReconcileContext& context, std::function<Native&(Side)> after);

  void decide();

  bool has_problem() const;
  bool writes(Side side) const;
  const Both<bool>& changed() const { return changed_; }  ///< some field shows another value than its base

  /// Nothing but the problems is left.
  void keep_problems_only();
  /// No write is made; why, in words.
  void freeze_writes(const std::string& why);
  /// Bases, frozen fields and activities as they are when the writes, which keep their bases, are made. Whether any
  /// field was thawed.
  bool move_state();

  const std::vector<std::string>& thawed() const { return thawed_; }
  std::vector<FieldDecision> take_decisions() { return std::move(decisions_); }

 private:
  void decide(std::size_t index);
  bool has_problem(std::size_t index, const Both<bool>& untouched, const Both<Look>& seen);
  void reconsider_frozen(std::size_t index, const Both<Look>& seen);
  void plan_write(std::size_t index, Verdict verdict, const Both<Look>& seen);
  Activity activity_with(const FieldRule& rule, const Verdict& verdict, const Value& sent,
                         const Both<Look>& seen) const;
  void freeze(std::size_t index, std::string why, const Both<Look>& seen);
  FieldDecision& add(std::size_t index, Verdict verdict, const Both<Look>& seen);
  void move_bases(const FieldRule& rule);

  std::span<const FieldRule> rules_;
  FieldStates& state_;
  Both<Shown> now_;
  const ReconcileContext& context_;
  std::function<Native&(Side)> after_;
  std::vector<FieldDecision> decisions_;
  std::vector<std::string> thawed_;
  std::vector<std::pair<std::size_t, Activity>> planned_;
  Both<bool> changed_{};
};

/// What a new record, or a new row, is made of: every field that may go to `target` and is neither blank nor unknown,
/// put into `fields`. Problems as FieldScope has them.
std::vector<FieldDecision> decide_new(std::span<const FieldRule> rules, Side target, const Shown& source,
                                      Native& fields);

/// The activity kept under that name; nullptr: none.
const Activity* last_activity(const FieldStates& state, std::string_view name);

}  // namespace counterpart
