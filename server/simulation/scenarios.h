#pragma once

#include <string>
#include <vector>

#include "server/simulation/history.h"

namespace counterpart::simulation {

/// A short history in which one thing is done, to be repeated with a crash at each of its fault points.
struct Scenario {
  std::string name;  ///< "update, plain systems": what is done, and with what kind of systems
  History history;
};

/// What can be done with the first mapping of the first sync: creates, updates, a conflict, twins, deletes, a merge, a
/// first load of several pages; where it has child rows, instead what is done to those. Each with systems that can do
/// little (no batches, preconditions, revisions, stamps, nor answers with records), and with such that can do all.
std::vector<Scenario> scenarios_of(const Configuration& configuration);

}  // namespace counterpart::simulation
