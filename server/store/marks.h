#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

/// Records that became dirty, to be handed to local workers after COMMIT.
struct Woken {
  SyncId sync = 0;
  milliseconds settle{0};
  std::vector<RecordKey> keys;
};

/// Stores deliveries (evidence and marks) in a running transaction. Rows are sorted by key, so that
/// transactions wait for each other in one order. Gives, for each delivery, how many of its marks raised a
/// generation; appends to `woken`.
std::vector<int> store_deliveries(Transaction& transaction, const std::vector<const Delivery*>& deliveries,
                                  std::vector<Woken>& woken);

/// Stores marks without evidence.
void store_marks(Transaction& transaction, SyncId sync, const std::vector<Mark>& marks, std::vector<Woken>& woken);

}  // namespace counterpart::store
