#pragma once

#include <set>
#include <string>
#include <vector>

#include "mapping/reconcile/reconcile.h"

namespace counterpart {

/// Sets the bases of fields that were written to one side, of a record or a row, from what both sides then hold.
/// Internal to settling.
class WrittenBases {
 public:
  /// `own_revision` as in settle_update().
  WrittenBases(Side side, const Shown& source, const Shown& held, bool own_revision)
      : side_(side), source_(source), held_(held), own_revision_(own_revision) {}

  /// After a write of `sent`; `after`: the fields with the changes put in, as they were sent.
  void settle(const FieldRule& rule, const Value& sent, const Native& after, FieldStates& next);

  /// Of the other fields: the bases of those that are the same on both sides.
  void settle_equal(const FieldRule& rule, FieldStates& next) const;

  bool dirty() const { return dirty_; }  ///< one came back other than it was sent
  const std::vector<std::string>& adjusted() const { return adjusted_; }

 private:
  Side side_;
  Shown source_;
  Shown held_;
  bool own_revision_;
  bool dirty_ = false;
  std::vector<std::string> adjusted_;
};

/// Whether a field is shown otherwise than before; not where either does not tell.
bool differs(const FieldSide& side, const Shown& before, const Shown& now);

}  // namespace counterpart
