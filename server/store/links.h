#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "server/store/leases.h"
#include "server/store/session.h"
#include "server/store/store.h"

namespace counterpart::store {

/// What is remembered of a record.
struct Pair {
  std::optional<LinkRow> link;    ///< that names it: live, else the newest tombstone; with its state
  bool has_open_intents = false;  ///< read_open_intents() tells which
};

struct Pairs {
  std::vector<Pair> of;  ///< each of the records
  Keys held;             ///< of the asked keys, those that the lease holds now
};

/// Of each of these records, of which there is one at least where keys are asked for.
Pairs read_pairs(Transaction& transaction, SyncId sync, const std::vector<RecordKey>& records,
                 const AskedKeys& asked = {});

/// A link to be made.
struct NewLink {
  std::string mapping;
  const LinkChange* change = nullptr;
};

/// Makes links. Gives their ids; 0 where a live link names one of the two already.
std::vector<std::int64_t> insert_links(Transaction& transaction, SyncId sync, const std::vector<NewLink>& links);

/// Changes live links. Gives, for each, whether it was there.
std::vector<bool> update_links(Transaction& transaction, SyncId sync, const std::vector<const LinkChange*>& changes);

/// Stores bases and activity.
void store_bases(Transaction& transaction, SyncId sync,
                 const std::vector<std::pair<std::int64_t, const LinkState*>>& states);

/// Store::reopen_links in a running transaction.
std::vector<bool> reopen_links(Transaction& transaction, SyncId sync, LeaseNumber lease,
                               const std::vector<Store::Reopening>& wanted);

/// Store::store_created in a running transaction.
std::vector<std::int64_t> store_created_links(Transaction& transaction, SyncId sync,
                                              const std::vector<Store::CreatedLink>& created);

using Identities = std::vector<std::pair<RecordKey, std::vector<KeyValue>>>;

/// Store::identities in a running transaction.
std::vector<std::vector<std::string>> find_identities(Transaction& transaction, SyncId sync, const std::string& mapping,
                                                      Side side, const std::vector<KeyValue>& keys);

/// Adds match keys; `replace`: and removes those that the records no longer have.
void store_identities(Transaction& transaction, SyncId sync, const Identities& identities, bool replace);

}  // namespace counterpart::store
