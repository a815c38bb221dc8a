#pragma once

#include "server/worker/item.h"

namespace counterpart {

/// True if the side with the news holds exactly what the base says, so that nothing has to be asked
/// of the other side: no open intent, nothing frozen, every field with a base, and no work put off that may have been
/// about the other side's change.
bool ends_unchanged(const Item& item);

/// Reconciles a linked item from its two fresh records. Gives it a decision to write, or its ending.
void decide_linked(Work& work, Item& item);

/// Notes once a decision what it does not write: link, frozen and thawed fields, alerts.
void note_kept(Work& work, Item& item);

/// Notes the fields that were written to `side`.
void note_written(Item& item, Side side);

/// The history of `side`'s fields that the present decision writes; for a create all of them.
std::vector<store::HistoryEntry> history_of_writes(const Item& item, Side side);

/// The change to the item's link that stores its present state and revisions.
store::LinkChange link_change(const Item& item);

}  // namespace counterpart
