#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "connectors/registry.h"
#include "server/config/configuration.h"
#include "server/simulation/traits.h"

namespace counterpart::simulation {

/// The path of the field that holds our stamp, where a system has one: in no mapping.
inline constexpr const char* kStampField = "counterpart_stamp";

/// The connector definition (YAML) of a simulated system with these traits, and with the objects and search keys that
/// the configuration's mappings use in it.
std::string definition_of(const std::string& system, const Traits& traits, const Configuration& configuration);

/// The configuration, with this system simulated: its connector, and what of its section concerns only the real one.
void put_simulation_in_place(SystemConfiguration& system, const Traits& traits, const Configuration& configuration);

/// The system's objects that some mapping uses, each with the top-level names of the fields used.
std::map<std::string, std::set<std::string>> objects_of(const std::string& system, const Configuration& configuration);

/// What signs its webhooks.
Secret hook_secret();

}  // namespace counterpart::simulation
