#pragma once

#include <set>
#include <string>
#include <vector>

#include "mapping/reconcile/rules.h"
#include "mapping/schema/drift.h"

namespace counterpart {

/// Names of the mapping's fields, and of its collections of rows, that cannot go on as they are: what they need on that
/// side is gone, or is narrower than `accepted` by these changes. One that is only read there goes on as long as it is
/// there, in its type. A collection of rows is stopped as a whole.
std::set<std::string> stopped_by(const ObjectMapping& mapping, Side side, const ObjectDescription& accepted,
                                 const std::vector<SchemaChange>& narrowings);

/// The mapping without these fields and collections: they are neither read nor written, and what is remembered of them
/// stays. Where a match key is among them, who is who cannot be told, so nothing is created.
ObjectMapping without_fields(const ObjectMapping& mapping, const std::set<std::string>& names);

}  // namespace counterpart
