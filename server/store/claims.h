#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

inline constexpr std::size_t kClasses = 3;

/// What a claim goes by besides its order: a hint only, kept by each daemon for itself.
struct ClaimPlan {
  std::array<WorkClass, kClasses> order{WorkClass::live, WorkClass::sweep, WorkClass::backfill};
  /// By class: where due rows begin, microseconds; nullopt: unknown, walk from the start.
  std::array<std::optional<std::int64_t>, kClasses> floor;
  bool unbounded = true;          ///< walk from the start, whatever the floors say
  bool unbounded_if_idle = true;  ///< and so where the bounded walk finds nothing
};

struct ClaimResult {
  Claim claim;
  std::array<std::optional<std::int64_t>, kClasses> floor;  ///< for the next plan
  bool was_unbounded = false;
};

/// Store::claim in a running transaction; `daemon` owns the lease.
ClaimResult claim_records(Transaction& transaction, const ClaimOrder& order, const ClaimPlan& plan,
                          const std::string& daemon);

}  // namespace counterpart::store
