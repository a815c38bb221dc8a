#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// The create fence (engine §5.5) before looking on `target` for counterparts: where that system's
/// search lags, an item waits until the news is older than the lag, and then one listing of what
/// changed lately is taken into the identity index, for all items together. Without lag: nothing.
boost::asio::awaitable<void> raise_fence(Work& work, std::vector<Item*> items, Side target);

}  // namespace counterpart
