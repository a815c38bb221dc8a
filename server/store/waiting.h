#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

/// The other ends of these records' live links; one answer a record.
std::vector<std::optional<std::string>> read_counterparts(Transaction& transaction, SyncId sync,
                                                          const std::vector<RecordKey>& records);

/// How it stands with each second record, for which the first would wait.
std::vector<Awaited> read_awaited(Transaction& transaction, SyncId sync,
                                  const std::vector<std::pair<RecordKey, RecordKey>>& waits);

/// Which waits these records (`ends`) have from now on.
void store_waits(Transaction& transaction, SyncId sync, const std::vector<RecordKey>& ends,
                 const std::vector<const Wait*>& waits);

/// Who waits for records on which work has ended: with a counterpart all do, else those not told so before.
std::vector<RecordKey> read_waiters(Transaction& transaction, SyncId sync, const std::vector<const Release*>& releases);

}  // namespace counterpart::store
