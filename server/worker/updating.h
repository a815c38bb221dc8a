#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Writes the items' decisions to `side`, whose records exist. An item whose decision also writes the
/// other side ends only when that is done too.
boost::asio::awaitable<void> update_records(Work& work, std::vector<Item*> items, Side side);

/// The intent of a decision's write to `side`, to be sent by then, before it is stored.
store::IntentRow intent_of(Work& work, const Item& item, Side side, SendBy send_by);

/// Stores the intents of these items; those that lost their lease end, and are left out.
/// Gives the intents' ids, in the order of the items that remain in `items`.
boost::asio::awaitable<std::vector<std::int64_t>> begin_intents(Work& work, std::vector<Item*>& items,
                                                                std::vector<store::IntentRow> rows);

}  // namespace counterpart
