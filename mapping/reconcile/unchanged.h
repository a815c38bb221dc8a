#pragma once

#include "mapping/reconcile/rules.h"

namespace counterpart {

/// True if the record holds, in every mapped field of that side, what the base says (two spellings of
/// one value are no change); false if any field has no base yet. Unknown fields say nothing.
bool holds_base(const ObjectMapping& mapping, Side side, const Record& record, const Native& base);

}  // namespace counterpart
