#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Creates the items' counterparts on `side`. The links are stored the moment the creates are answered;
/// the records stay dirty for one more full pass.
boost::asio::awaitable<void> create_records(Work& work, std::vector<Item*> items, Side side);

}  // namespace counterpart
