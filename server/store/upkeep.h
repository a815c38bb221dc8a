#pragma once

#include <optional>
#include <vector>

#include "server/store/lane.h"
#include "server/store/marks.h"

namespace counterpart::store {

/// Makes the partitions of these and the next days. Where a reader holds the tables, the next call does it:
/// until then their rows go to the spare partition.
void make_partitions(Session& session);

/// Store::upkeep: each step a transaction of its own, in bounded batches.
void run_upkeep(Session& session, milliseconds evidence_kept);

/// Store::retry_parked in a running transaction: what became dirty.
std::vector<Woken> revive_parked(Transaction& transaction, std::optional<std::int64_t> parked_id);

}  // namespace counterpart::store
