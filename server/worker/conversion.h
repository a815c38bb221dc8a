#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Records that have turned into others of their system (a lead that was converted, ObjectMapping::becomes): their
/// counterpart is linked to those of the heirs whose mapping has the same object on the other side, all heirs are
/// worked, and the record's own link ends. For items whose record has been read on some side; gives those their ending.
boost::asio::awaitable<void> hand_over_to_heirs(Work& work, std::vector<Item*> items);

}  // namespace counterpart
