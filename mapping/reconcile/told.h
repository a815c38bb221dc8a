#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapping/reconcile/reconcile.h"

namespace counterpart {

/// One thing that was decided, as history, messages and frozen fields tell it: of a field, of a child row, or of a
/// field in one.
struct Told {
  std::string name;                          ///< "email", "lines[17].quantity"; of a whole row "lines[17]"
  std::string what;                          ///< name_of() the field's result, or the row's
  FieldResult result = FieldResult::agreed;  ///< of a row the one that has the same effect
  Side to = Side::left;
  std::string rule;
  std::optional<Problem> problem;
  Both<std::optional<Native>> now;  ///< as read; nullopt: not told, or there is none
  std::optional<Native> sent;       ///< what `to` is sent, where it is written
};

/// All that was decided, `records` being what it was decided from; nullptr: none (a create). A row that is added is one
/// thing, with all its mapped fields.
std::vector<Told> tell(const ObjectMapping& mapping, const Decision& decision, const Both<const Record*>& records);

}  // namespace counterpart
