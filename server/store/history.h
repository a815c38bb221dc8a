#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

/// What happened to one field of a pair, or to the pair; named by the record that led to it.
struct HistoryRow {
  const RecordKey* key = nullptr;
  std::int64_t link_id = 0;
  const HistoryEntry* entry = nullptr;
  const std::string* correlation = nullptr;
};

/// Stores them, with the database's time and the sync's mapping version.
void store_history(Transaction& transaction, SyncId sync, const std::vector<HistoryRow>& rows);

}  // namespace counterpart::store
