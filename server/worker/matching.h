#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Finds the counterparts of items without a link (engine: records without a link). Their match keys
/// are leased first; then looked up in the identity index and in the other system. One candidate:
/// the item gets its id and record and goes on as a pair without bases. None: it gets a decision to
/// create. Several, or one that is linked already: it parks.
boost::asio::awaitable<void> match_unlinked(Work& work, std::vector<Item*> items);

}  // namespace counterpart
