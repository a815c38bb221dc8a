#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/config/configuration.h"

namespace counterpart::commands {

/// What the connectors can say without asking anybody: unknown objects, match keys that cannot be searched, sides
/// that cannot be written, webhooks that could not be verified.
void check_connectors(const Configuration& configuration, config::Problems& problems);

/// Takes the records of a first page that a system listed, for one side of a mapping.
using SeenRecords =
    std::function<void(const SyncConfiguration&, const ObjectMapping&, Side, const std::vector<Record>&)>;

/// What only the connectors and the systems themselves can say: unknown objects, match keys that
/// cannot be searched, wrong credentials, mapped fields that a system does not have or does not let us
/// write, creates that the target's own filter would exclude. `offline`: connectors only.
/// A configuration with mistakes is checked as far as it can be understood. Gives lines that say what was asked and
/// answered; `seen` is given the records that were listed.
std::string check_systems(const Configuration& configuration, bool offline, config::Problems& problems,
                          const SeenRecords& seen);

}  // namespace counterpart::commands
