#pragma once

#include <boost/asio/awaitable.hpp>
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

/// Parks an item whose create gave a record with an id that cannot be kept (`why`: store::fault_of_id). Its intent
/// stays open, so that it is not created once more.
void end_unusable(Work& work, Item& item, Side side, const std::string& why);

/// Parks a record over which the daemon died or hung too often in a row. True if it did.
bool end_if_suspect(Work& work, Item& item);

/// After `attempts` tries: exponential, full jitter, at most the configured most.
std::chrono::milliseconds backoff(Work& work, int attempts);

/// A failure that counts: again with a growing pause; parked when there have been too many attempts and the first
/// of them failed longer ago than a system's trouble lasts (`retry_for`).
void end_later(Work& work, Item& item, const std::string& what);

/// The ending that fits what `side`'s system answered while `doing` something ("read", "update", "create", …).
/// What concerns the whole system closes it to further calls for a while (end_if_closed).
void end_failure(Work& work, Item& item, Side side, const Failure& failure, std::string_view doing);

/// Puts the item off while that side's system refuses our user, without a call. True if it did.
bool end_if_closed(Work& work, Item& item, Side side);

/// The system has let our user in: to read, or to write (`doing` as above). Resolves the alert, if one may be open.
boost::asio::awaitable<void> note_let_in(Work& work, Side side, std::string_view doing);

/// An alert stored with the item's ending: a row, a log line, a metric.
void add_alert(Work& work, Item& item, std::string kind, std::string message, std::string remedy);

/// An alert about a system or one of its objects (`subject`), which many records meet at the same time: `news` if it
/// has not been said yet. Resolved with Store::resolve_alert.
void add_system_alert(Work& work, Item& item, store::AlertRow alert, bool news);

}  // namespace counterpart
