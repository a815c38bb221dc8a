#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "server/worker/item.h"

namespace counterpart {

/// Carries out the decisions of items that have something to write: intents are committed, then the
/// calls made in batches, with the precondition the system offers; what the system really holds comes
/// from its answer or from reading back, and becomes the next base. Every item gets its ending.
boost::asio::awaitable<void> write_decisions(Work& work, std::vector<Item*> items);

}  // namespace counterpart
