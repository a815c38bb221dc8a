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
  std::vector<Edit> edits;                        ///< of statements
  std::function<void(Configuration&)> configure;  ///< of settings; functions look by name whether they act (wraps.cpp)
};

/// All that can be taken away.
const std::vector<Guard>& guards();

/// From here on that guard is missing; nullptr: none.
void take_away(const Guard* guard);

/// Whether it is missing. Throws std::logic_error for a name that no guard has.
bool is_missing(const std::string& name);

/// The statement, as the missing guard leaves it. Throws std::logic_error where the text to be replaced is not there.
const std::string& edited(const std::string& name, const std::string& statement);

}  // namespace counterpart::sabotage
