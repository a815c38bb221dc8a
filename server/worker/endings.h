#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/worker/item.h"

namespace counterpart {

/// Every piece of work ends in a named, stored outcome; these give an item its ending.
/// The first ending stands.

void end(Item& item, store::Outcome outcome, std::string detail);

/// Stays dirty. `burns`: counts towards the attempts after which a record is parked.
void end_again(Item& item, std::string detail, std::chrono::milliseconds again_in, bool burns);

/// Set aside for a person, with an alert.
void end_parked(Work& work, Item& item, store::ParkedRow why);

/// After `attempts` tries: exponential, full jitter, at most the configured most.
std::chrono::milliseconds backoff(Work& work, int attempts);

/// The ending that fits what `side`'s system answered while `doing` something ("read", "update").
void end_failure(Work& work, Item& item, Side side, const Failure& failure, std::string_view doing);

/// An alert stored with the item's ending: a row, a log line, a metric.
void add_alert(Work& work, Item& item, std::string kind, std::string message, std::string remedy);

}  // namespace counterpart
