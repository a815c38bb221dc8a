#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

/// Keys of leases.
using Keys = std::set<std::string, std::less<>>;

/// Keys that a lease may hold.
struct AskedKeys {
  LeaseNumber lease = 0;
  Keys keys;
};

/// Keys that are leased all or none.
struct LeaseGroup {
  std::string root;  ///< of a pair; "" for candidates and match keys
  Keys keys;
  std::map<std::string, RecordKey> claimed;  ///< of the keys: claimed dirty records
};

/// Whose lease it is and until when: so long from now, or the instant at which the claim ends.
struct LeaseTerms {
  LeaseNumber lease = 0;
  std::string daemon;
  milliseconds duration{0};
  std::optional<std::int64_t> until_micros;
};

/// Leases each group or none of it. One answer a group. A key held by the same lease counts as got.
std::vector<bool> acquire(Transaction& transaction, SyncId sync, const LeaseTerms& terms,
                          const std::vector<LeaseGroup>& groups);

/// Asks for them under a lease that holds nothing yet. What it got is to be read in the same transaction, and told to
/// keep_whole().
void ask_for(Transaction& transaction, SyncId sync, const LeaseTerms& terms, const std::vector<LeaseGroup>& groups);

/// Gives, for each group, whether all its keys are held; held keys of the others are given up.
std::vector<bool> keep_whole(Transaction& transaction, SyncId sync, LeaseNumber lease,
                             const std::vector<LeaseGroup>& groups, const Keys& held);

/// Releases the keys of pairs whose last claimed record is among these.
void release_completed(Transaction& transaction, SyncId sync, LeaseNumber lease,
                       const std::vector<std::string>& record_keys);

/// Releases everything under the lease; records that nobody completed come again in a moment.
void release_lease(Transaction& transaction, SyncId sync, LeaseNumber lease);

/// Store::renew in a running transaction.
bool renew_lease(Transaction& transaction, SyncId sync, LeaseNumber lease, milliseconds duration);

/// Store::take_over in a running transaction.
int take_over_leases(Transaction& transaction, const std::string& daemon);

}  // namespace counterpart::store
