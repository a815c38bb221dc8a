#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Fields that name other records (engine: references). Asks who is whose counterpart among the records that the
/// items' own name, and gives the items mappings that know it (Item::mapping). To be called whenever records were read
/// and before something is decided from them; costs nothing where no field of the mapping names a record.
boost::asio::awaitable<void> learn_counterparts(Work& work, std::vector<Item*> items);

/// Of decided items, those that name records without a counterpart: they wait until work on these has ended, and are
/// worked after them. Where that gave no counterpart, or would go round in a circle, the item goes on without the
/// field, which is written later; a record or a row that is not to be made without it parks.
boost::asio::awaitable<void> wait_for_counterparts(Work& work, std::vector<Item*> items);

/// What others that wait for these items' records are told at the end.
void release_waiting(Work& work, Item& item);

}  // namespace counterpart
