#pragma once

#include <optional>
#include <vector>

#include "server/store/lane.h"
#include "server/store/marks.h"
#include "server/store/rows.h"

namespace counterpart::store {

/// Makes the partitions of these and the next days. Where a reader holds the tables, the next call does it:
/// until then their rows go to the spare partition.
void make_partitions(Session& session);

/// Store::upkeep: each step a transaction of its own, in bounded batches.
void run_upkeep(Session& session, const Retention& kept);

/// What one transaction of Store::retry_parked did.
struct Revived {
  std::vector<Woken> woken;
  int records = 0;
  std::int64_t last = 0;  ///< the highest number that was given when the first of these transactions ran
  bool more = false;      ///< there may be more up to that number
};

/// One transaction of Store::retry_parked: that record, or the next of those up to `last` (null: up to the
/// highest number given so far).
Revived revive_parked(Transaction& transaction, std::optional<std::int64_t> parked_id,
                      std::optional<std::int64_t> last);

}  // namespace counterpart::store
