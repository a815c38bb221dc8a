#pragma once

#include "server/simulation/simulation.h"

namespace counterpart::simulation {

/// The numbers (in History::happenings) of few happenings that still break an invariant of that kind: leaves out what
/// is not needed for it, in at most so many tries. Throws Interrupted.
std::vector<std::size_t> shrink(const Configuration& configuration, const History& history, const std::string& kind,
                                store::ScratchDatabase& database, int tries, const Watcher& watcher);

/// The history with these of its happenings only.
History only(const History& history, const std::vector<std::size_t>& kept);

}  // namespace counterpart::simulation
