#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Unlinked items come again later until the other system's object has been listed to its end (Sync::listed).
/// A watermark alone does not tell: it is saved page by page.
void wait_for_first_sweep(Work& work, std::vector<Item*> items);

/// The create fence (engine §5.5) before looking on `target` for counterparts: where that system's
/// search lags, an item waits until the news is older than the lag, and then one listing of what
/// changed lately is taken into the identity index, for all items together. Without lag: nothing.
boost::asio::awaitable<void> raise_fence(Work& work, std::vector<Item*> items, Side target);

}  // namespace counterpart
