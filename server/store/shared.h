#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/pace_grant.h"
#include "server/store/rows.h"

namespace counterpart::store {

using std::chrono::microseconds;

/// How fast all daemons together may call a system.
struct PaceTerms {
  std::string system;
  int per_second = 50;
  int burst = 50;
  milliseconds probe{30'000};  ///< a daemon that tries whether the system is back has so long
};

/// A sweep that this daemon has begun.
struct SweepHold {
  std::string system;
  std::string object;
  std::int64_t number = 0;
  milliseconds lease{60'000};  ///< how long it counts as running after each sign of life
};

/// Whether a sweep may begin, and what is known of earlier ones.
struct SweepTurn {
  std::optional<std::int64_t> number;     ///< it has begun; nullopt: it is not due, or another daemon's
  milliseconds again_in{0};               ///< when to ask again
  std::optional<milliseconds> ended_ago;  ///< since one last came to its end
};

enum class SweepEnd { complete, failed, given_up };

/// One side of one mapping, as a place where a system's object takes part.
struct ListingKey {
  SyncId sync = 0;
  std::string mapping;
  Side side = Side::left;
};

/// Its first load.
struct Listing {
  std::optional<Instant> reached;  ///< by the system's clock
  bool ended = false;
};

}  // namespace counterpart::store
