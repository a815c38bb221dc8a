#pragma once

#include <string>

#include "server/config/configuration.h"

namespace counterpart::commands {

/// What the connectors can say without asking anybody: unknown objects, match keys that cannot be searched, sides
/// that cannot be written, webhooks that could not be verified.
void check_connectors(const Configuration& configuration, config::Problems& problems);

/// What only the connectors and the systems themselves can say: unknown objects, match keys that
/// cannot be searched, wrong credentials, mapped fields that a system does not have or does not let us
/// write, creates that the target's own filter would exclude. `offline`: connectors only.
/// A configuration with mistakes is checked as far as it can be understood. Gives lines that say what was asked and
/// answered.
std::string check_systems(const Configuration& configuration, bool offline, config::Problems& problems);

}  // namespace counterpart::commands
