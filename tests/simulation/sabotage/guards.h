#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/config/configuration.h"

namespace counterpart::sabotage {

/// Text of one of our SQL statements that is replaced.
struct Edit {
  std::string statement;
  std::string text;
  std::string by;
};

/// One guard, fence, lease, intent or base, and how it is taken away, with nothing else.
struct Guard {
  std::string name;
  std::string what;                               ///< what is missing without it
  std::string configuration;                      ///< tests/simulation/NAME.yaml in which its absence shows
  std::string behind;                             ///< a guard that stands before it, and is missing in any case; ""
  std::vector<Edit> edits;                        ///< of statements
  std::function<void(Configuration&)> configure;  ///< of settings; functions look by name whether they act (wraps.cpp)
};

/// All that can be taken away.
const std::vector<Guard>& guards();

/// That of this name. Throws std::runtime_error where there is none.
const Guard& guard_named(const std::string& name);

/// From here on these are missing, and no others.
void take_away(std::vector<const Guard*> guards);

/// Whether it is missing. Throws std::runtime_error for a name that no guard has.
bool is_missing(const std::string& name);

/// The statement, as the missing guards leave it. Throws std::logic_error where the text to be replaced is not there.
const std::string& edited(const std::string& name, const std::string& statement);

}  // namespace counterpart::sabotage
