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

/// How many fields it writes to `side`, of the record and its rows.
int written_fields(const Decision& decision, Side side);

/// Which sums of a document are to agree: each side's own with its rows, or both sides' as well.
enum class Totals { own, compared };
/// Ends an item whose document does not add up; whether it did.
bool park_on_totals(Work& work, Item& item, const Both<const Record*>& records, Totals which);

/// Ends an item of which a value that is to be written breaks what the mapping asks, or what the system says of its
/// field: no call is spent on it. Whether it did.
bool park_on_violation(Work& work, Item& item);

/// Freezes the rows that a write did not do.
void note_not_done(Work& work, Item& item, const Settlement& settlement);

/// Ends an item whose decision parks it.
void park_on_problem(Work& work, Item& item);

/// The history of `side`'s fields that the present decision writes; for a create all of them.
std::vector<store::HistoryEntry> history_of_writes(const Item& item, Side side);

/// The change to the item's link that stores its present state and revisions.
store::LinkChange link_change(const Item& item);

}  // namespace counterpart
