#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Creates the items' counterparts on `side`. The links are stored the moment the creates are answered;
/// the new records are looked at once more, for what their system filled in.
boost::asio::awaitable<void> create_records(Work& work, std::vector<Item*> items, Side side);

}  // namespace counterpart
