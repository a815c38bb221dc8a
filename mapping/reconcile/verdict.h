#pragma once

#include <optional>
#include <string>

#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/rules.h"

namespace counterpart {

/// What one side of a field shows, against its base. Internal to reconcile().
struct Look {
  Value now = Unknown{};           ///< Unknown: not told, or unreadable
  std::optional<Value> base;       ///< none: never agreed on; Unknown: not to be understood any more
  bool changed = false;            ///< the value differs from its base
  std::optional<Problem> problem;  ///< why `now` cannot be read
};

/// What is to be done about a field, before the question whether `to` can hold it.
struct Verdict {
  FieldResult result = FieldResult::agreed;
  Side to = Side::left;
  std::string rule;
};

/// The table of engine.md §4 for one field that both systems told of; nullopt: nothing.
std::optional<Verdict> judge(const FieldRule& rule, const Both<Look>& seen, const ReconcileContext& context);

/// Who wins a conflict, and why.
struct Winner {
  Side side;
  std::string why;
};
/// The side that was changed last.
Winner latest(const ReconcileContext& context);

}  // namespace counterpart
