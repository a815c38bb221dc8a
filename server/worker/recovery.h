#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Creates whose answer was lost: looked for in the target, by our stamp, by match keys, or where there is nothing
/// to search by among what changed since, but not before the call can have no effect any more and the system's search
/// shows it. Found: the item is linked to it. Not found: the intent is abandoned. Several: the record parks. A record
/// that was linked meanwhile needs no look. Intents and what they wrote come from the claim.
boost::asio::awaitable<void> settle_creates_in_doubt(Work& work, std::vector<Item*> items);

/// Unlinked items (their record has been read) that may be what a create of ours, under way or in doubt, has
/// made, come again when that is settled: a webhook often overtakes the answer to the call that caused it.
/// So do those that were linked since they were claimed.
boost::asio::awaitable<void> put_off_own_creates(Work& work, std::vector<Item*> items);

/// Updates without a result, settled by what their target holds now (both sides have been read):
/// holds what was sent → bases move, done; else abandoned, and the ordinary comparison decides.
/// An update that its system cannot refuse, and that may still arrive, is waited for.
void settle_updates_in_doubt(Work& work, Item& item);

}  // namespace counterpart
