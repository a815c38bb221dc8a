#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/store/session.h"
#include "server/store/store.h"

namespace counterpart::store {

/// Store::status, parked, explain in a running transaction.
Native read_status(Transaction& transaction);
Native read_parked(Transaction& transaction, const std::optional<std::string>& sync,
                   std::optional<std::int64_t> parked_id);
Native read_stories(Transaction& transaction, const std::vector<Store::Subject>& subjects);

}  // namespace counterpart::store
