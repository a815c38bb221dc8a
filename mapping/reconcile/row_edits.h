#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "mapping/reconcile/field_scope.h"

namespace counterpart {

/// What a row to add on `target` is made of: on_create_set, then the source row's fields as decide_new() has them; put
/// into `row`, an object. Throws PathError for an on_create_set that names no writable path.
std::vector<FieldDecision> decide_new_row(const RowsRule& rule, Side target, const Shown& source, Native& row);

/// Puts a row at the end of a record's rows. A Problem where the path leads to no list.
std::optional<Problem> append_row(const RowsSide& side, Native row, Native& fields);

/// Takes the row of that id out of a record's rows, where there is one.
void remove_row(const RowsSide& side, std::string_view id, Native& fields);

}  // namespace counterpart
