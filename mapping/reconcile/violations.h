#pragma once

#include <optional>
#include <string>

#include "mapping/reconcile/reconcile.h"
#include "mapping/schema/description.h"

namespace counterpart {

/// A value that would be written and may not be.
struct Violation {
  std::string field;  ///< the rule's name; of a row's field with the row's: "lines[2].price"
  Problem problem;
};

/// The first value among those that the decision writes to `side` which breaks what the mapping asks of it (`validate`)
/// or what the system says of its field. `there`: the object as that system describes it; nullptr: not known. Of a
/// row that is added, and where the decision `creates` the record, also mapped fields that must be filled and stay
/// blank.
std::optional<Violation> first_violation(const ObjectMapping& mapping, const Decision& decision, Side side,
                                         bool creates, const ObjectDescription* there);

}  // namespace counterpart
