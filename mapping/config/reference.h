#pragma once

#include <string>
#include <vector>

#include "mapping/config/key_doc.h"

namespace counterpart::config {

/// The keys of each file as Markdown, for the README: one collapsed table a top-level section, with a row a key under
/// its whole path (`systems.NAME.sweep.every`); top-level keys with little in them share the first. In the order of
/// the tables. What a section is stands in the row of its first key. What was told before is referred to: sections with
/// the same keys, and three and more keys in a row.
std::vector<std::string> references(const std::vector<std::vector<KeyDoc>>& files);

}  // namespace counterpart::config
