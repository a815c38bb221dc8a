#pragma once

#include <string>
#include <tuple>

namespace counterpart::simulation {

/// What an invariant was broken by. `kind` is one word, so that shrinking can tell whether it is still the same.
struct Violation {
  std::string kind;
  std::string what;
};

/// A record in a simulated system: system, object, id.
using RecordPlace = std::tuple<std::string, std::string, std::string>;

}  // namespace counterpart::simulation
