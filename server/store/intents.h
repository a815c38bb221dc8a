#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

/// Open intents of each record, or of its link (0: none), in the order in which they were begun.
std::vector<std::vector<IntentRow>> read_open_intents(Transaction& transaction, SyncId sync,
                                                      const std::vector<std::pair<RecordKey, std::int64_t>>& records);

/// Store::open_creates in a running transaction.
std::vector<IntentRow> read_open_creates(Transaction& transaction, SyncId sync,
                                         const std::vector<std::pair<std::string, Side>>& targets);

/// Store::begin_intents in a running transaction.
std::vector<std::int64_t> insert_intents(Transaction& transaction, SyncId sync, LeaseNumber lease,
                                         const std::vector<IntentRow>& intents);

/// Results of intents that are still open: those that are done leave (the history tells what was written), others stay
/// with their words.
void end_intents(Transaction& transaction, SyncId sync, const std::vector<IntentResult>& results);

}  // namespace counterpart::store
