#pragma once

#include <string>
#include <vector>

#include "server/store/marks.h"
#include "server/store/session.h"

namespace counterpart::store {

/// Store::complete in a running transaction: everything for the records that are still ours, set-wise. Appends to
/// `woken` what became dirty by it.
std::vector<bool> complete_records(Transaction& transaction, SyncId sync, LeaseNumber lease,
                                   const std::vector<Completion>& completions, std::vector<Woken>& woken);

/// What is stored instead of a completion that the database refuses (a text that it cannot hold): the
/// record is parked, so that it neither blocks the batch nor comes again for ever.
Completion refused_completion(const Completion& refused, const std::string& why);

/// Stores alerts; repeats of an open one within a day are counted in its row.
void store_alerts(Transaction& transaction, SyncId sync, const std::vector<AlertRow>& alerts);

}  // namespace counterpart::store
