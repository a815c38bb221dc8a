#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/simulation/history.h"
#include "server/simulation/oracle.h"
#include "server/store/scratch.h"

namespace counterpart::simulation {

/// What came of a history.
struct Result {
  std::vector<Violation> violations;    ///< none: every invariant held
  std::uint64_t steps = 0;              ///< jobs of the database's lanes, calls of systems, webhooks, happenings
  std::uint64_t edits = 0;              ///< values that people (and automations) entered
  std::uint64_t writes = 0;             ///< our writes that took effect
  std::uint64_t points_until_rest = 0;  ///< fault points that the first daemon passed before everybody stopped
  bool ended = false;                   ///< it did end at History::ends_at
  std::uint64_t fingerprint = 0;        ///< of all that happened, in order: a repetition has the same
};

/// Who looks on.
struct Watcher {
  std::function<void(const std::string& line)> tell;  ///< what happens, with its time; empty: nobody wants to know
  std::function<bool()> has_enough;                   ///< asked at every step; empty: never
};

/// The watcher had enough of it.
struct Interrupted {};

/// Lives through a history: the configuration's syncs on simulated systems, with the engine and the store that
/// `serve` runs. `database` is emptied before. Throws std::invalid_argument for a configuration that cannot be
/// simulated, saying why; Interrupted.
Result live(const Configuration& configuration, const History& history, store::ScratchDatabase& database,
            const Watcher& watcher = {});

}  // namespace counterpart::simulation
