#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Reads each item's record on `side`, in as few calls as the system takes; an item without an id
/// there is passed over. What cannot be read gets its ending: a failure's, `gone` (only after
/// several tries), or `excluded` outside the mapping's scope.
boost::asio::awaitable<void> read_side(Work& work, std::vector<Item*> items, Side side);

}  // namespace counterpart
