#pragma once

#include "server/worker/item.h"

namespace counterpart {

/// True if the side with the news holds exactly what the base says, so that nothing has to be asked
/// of the other side: no open intent, nothing frozen, every field with a base.
bool ends_unchanged(const Item& item);

/// Reconciles a linked item from its two fresh records. Gives it a decision to write, or its ending.
void decide_linked(Work& work, Item& item);

/// Notes the decision's fields in the item's history, and its alerts: once it is carried out.
void note_decision(Work& work, Item& item);

/// The change to the item's link that stores its present state and revisions.
store::LinkChange link_change(const Item& item);

}  // namespace counterpart
