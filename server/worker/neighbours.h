#pragma once

#include <boost/asio/awaitable.hpp>
#include <utility>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

// Objects of a system in which several syncs take part (System::shared). A record there, and a match key under which
// one may be created there, is leased across syncs (store::kAcrossSyncs) while one of them decides and writes; the
// writes of one are ordinary news to the others.

/// Leases the records to be written, and marks them to be read anew: another sync may have written since they were
/// read. Those that another sync is writing end, to come again. Not where the system itself refuses what is
/// outdated.
boost::asio::awaitable<void> lease_from_neighbours(Work& work, std::vector<Item*>& items, Side side);

/// The same for match keys, before it is looked on that side whether their record is there: not two syncs may
/// create it. Each with the keys of its record.
boost::asio::awaitable<void> lease_keys_from_neighbours(
    Work& work, const std::vector<std::pair<Item*, const std::vector<KeyValue>*>>& searches, Side target);

/// Keeps the keys of created records from the other syncs until their searches show what was created, or what is
/// in doubt must have happened.
boost::asio::awaitable<void> leave_keys_to_neighbours(Work& work, const std::vector<Item*>& created, Side side);

/// Gives back what is leased across syncs. After work that broke off it is not: it ends by itself, for there may be a
/// create in doubt that another sync must not repeat.
boost::asio::awaitable<void> release_to_neighbours(Work& work);

}  // namespace counterpart
