#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "mapping/config/node.h"

namespace counterpart {

/// What a configuration says, place by place ("systems.crm.pace.burst", "syncs.customers.objects[0].fields[2].as"),
/// each with a fingerprint of its value: enough to tell what has changed, without keeping or showing a secret.
using WrittenPlaces = std::map<std::string, std::size_t>;

/// Adds everything in a file's tree, under a prefix ("" for the configuration itself).
void add_written(const config::Node& node, const std::string& prefix, WrittenPlaces& written);

/// How one configuration differs from another.
struct ConfigurationChanges {
  std::vector<std::string> changed, added, removed;  ///< places, sorted
  bool none() const { return changed.empty() && added.empty() && removed.empty(); }
  /// "changed: a, b; added: c"; each list cut after twenty places, with their number; "nothing".
  std::string print() const;
};
ConfigurationChanges changes_between(const WrittenPlaces& before, const WrittenPlaces& after);

}  // namespace counterpart
