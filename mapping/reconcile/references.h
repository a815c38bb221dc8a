#pragma once

#include <set>
#include <string>
#include <vector>

#include "mapping/codecs/reference.h"
#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/rules.h"

namespace counterpart {

/// The object mappings whose records are named in fields of this one's, or of its rows.
std::set<std::string> mappings_referred_to(const ObjectMapping& mapping);

/// The records that a record of that side names, its child rows included, and the placeholders for them. What cannot
/// be read names none.
std::set<Referred> records_referred_to(const ObjectMapping& mapping, Side side, const Record& record);

/// The mapping with codecs that know who is whose counterpart; to be handed to reconcile() and decide_create(), and to
/// what settles their decisions.
ObjectMapping with_counterparts(const ObjectMapping& mapping, const CounterpartsPtr& counterparts);

/// A record without counterpart that another one names in what would be written.
struct MissingCounterpart {
  Referred record;
  std::string field;      ///< that names it: "company", "lines[17].product"
  bool required = false;  ///< a record, or a row, is not to be made without it
};

/// Those of a decision's fields that wait (FieldResult::waiting). `creates`: it makes a record.
std::vector<MissingCounterpart> missing_counterparts(const ObjectMapping& mapping, const Decision& decision,
                                                     bool creates);

}  // namespace counterpart
