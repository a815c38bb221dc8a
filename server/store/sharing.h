#pragma once

#include "server/store/session.h"
#include "server/store/shared.h"

namespace counterpart::store {

// Store's functions of these names, each in a running transaction.

int beat(Transaction& transaction, const std::string& daemon);
PaceGrant take_tokens(Transaction& transaction, const PaceTerms& terms, int wanted);
SweepTurn begin_sweep(Transaction& transaction, const std::string& daemon, const SweepHold& wanted, bool eager);
bool keep_sweep(Transaction& transaction, const SweepHold& hold);
std::optional<int> end_sweep(Transaction& transaction, const SweepHold& hold, milliseconds again_in, SweepEnd end);
Watermark read_watermark(Transaction& transaction, const std::string& system, const std::string& object);
bool save_watermark(Transaction& transaction, const SweepHold& hold, Instant at);
std::vector<Listing> read_listings(Transaction& transaction, const std::vector<ListingKey>& keys);
bool save_listings(Transaction& transaction, const SweepHold& hold, const std::vector<ListingKey>& keys,
                   std::optional<Instant> reached, bool ended);

}  // namespace counterpart::store
