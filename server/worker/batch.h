#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/worker/item.h"

namespace counterpart {

/// Works one claim from first to last: echoes dropped, doubts settled, sides read, pairs reconciled,
/// unlinked records matched, decisions written, endings stored in one transaction.
/// Throws DatabaseAway; what was claimed then comes back with the end of its lease.
boost::asio::awaitable<void> work_batch(Work& work, store::Claim claim);

}  // namespace counterpart
