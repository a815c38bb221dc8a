#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

inline constexpr std::size_t kClasses = 3;

/// Where all that is due was found, nobody looks for more for so long, but for fresh work.
inline constexpr milliseconds kAllFoundFor{10};

/// Where a claim begins to walk the queue. Below its bound are dead rows, seldom others: those are found by and by.
enum class Reach {
  from_bound,
  looking_back,  ///< a little below it, for rows whose transactions were slow to commit
  everything,
};

/// What a claim goes by besides its order: a hint only, kept by each daemon for itself.
struct ClaimPlan {
  std::array<WorkClass, kClasses> order{WorkClass::live, WorkClass::sweep, WorkClass::backfill};
  /// By class: where due rows begin, microseconds; nullopt: unknown, walk from the start.
  std::array<std::optional<std::int64_t>, kClasses> floor;
  Reach reach = Reach::everything;
  Reach reach_if_idle = Reach::everything;  ///< where that finds nothing
  bool walk = true;                         ///< false: only what is wanted, for the rest was found a moment ago
};

struct ClaimResult {
  Claim claim;
  std::array<std::optional<std::int64_t>, kClasses> floor;  ///< for the next plan
  Reach reach = Reach::from_bound;                          ///< how far it looked in the end
  bool walked = false;                                      ///< looked for what is due besides what was wanted
  bool found_all = false;                                   ///< that, and nothing more is due where it looked
};

/// Store::claim in a running transaction; `daemon` owns the lease.
ClaimResult claim_records(Transaction& transaction, const ClaimOrder& order, const ClaimPlan& plan,
                          const std::string& daemon);

}  // namespace counterpart::store
