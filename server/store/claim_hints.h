#pragma once

#include <chrono>
#include <map>

#include "server/store/claims.h"

namespace counterpart::store {

/// What this daemon remembers from claim to claim, sync by sync: hints only, lost without harm. Decides
/// which class leads and where a claim begins to walk the queue.
class ClaimHints {
 public:
  /// How the next claim goes; `wanted`: of fresh work first. `reconnections` grows when a connection was lost: then
  /// nothing is remembered.
  ClaimPlan plan(SyncId sync, std::chrono::microseconds uptime, std::uint64_t reconnections, bool wanted);
  void learn(SyncId sync, std::chrono::microseconds uptime, const ClaimResult& result);

 private:
  struct Hint {
    std::array<std::optional<std::int64_t>, kClasses> floor;
    std::optional<std::chrono::microseconds> looked_back_at;
    std::optional<std::chrono::microseconds> unbounded_at;
    std::optional<std::chrono::microseconds> found_all_at;
    std::uint64_t reconnections = 0;
    unsigned turn = 0;
  };
  std::map<SyncId, Hint> hints_;
};

}  // namespace counterpart::store
