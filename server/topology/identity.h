#pragma once

#include <utility>
#include <vector>

#include "mapping/reconcile/match.h"
#include "server/store/rows.h"

namespace counterpart {

/// The match keys of records that were listed on `side`, for Store::index: of those that have any, and an id that can
/// be stored.
std::vector<std::pair<store::RecordKey, std::vector<KeyValue>>> identity_of(const ObjectMapping& mapping, Side side,
                                                                            const std::vector<Record>& records);

}  // namespace counterpart
