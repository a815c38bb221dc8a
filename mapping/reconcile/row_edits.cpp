#include "mapping/reconcile/row_edits.h"

#include <utility>

namespace counterpart {

std::vector<FieldDecision> decide_new_row(const RowsRule& rule, Side target, const Shown& source, Native& row) {
  const Native& set = rule.side[target].on_create_set;
  if (set.is_object()) {
    for (const auto& [path, value] : set.object()) Path::parse(path).set(row, value);
  }
  return decide_new(rule.fields, target, source, row);
}

std::optional<Problem> append_row(const RowsSide& side, Native row, Native& fields) {
  Native* rows = side.path.find(fields);
  if (rows == nullptr || rows->is_null()) {
    Native::Array first;
    first.push_back(std::move(row));
    try {
      side.path.set(fields, Native(std::move(first)));
      return std::nullopt;
    } catch (const PathError&) {
      rows = nullptr;
    }
  }
  if (rows == nullptr || !rows->is_array()) {
    return Problem{"the record has no room for rows at " + side.path.text(),
                   "correct the path of the rows in the mapping; the record's own shape differs from it"};
  }
  rows->array().push_back(std::move(row));
  return std::nullopt;
}

void remove_row(const RowsSide& side, std::string_view id, Native& fields) {
  Native* rows = side.path.find(fields);
  if (rows == nullptr || !rows->is_array()) return;
  std::erase_if(rows->array(), [&](const Native& row) {
    const Native* own = row.member(side.id);
    return own != nullptr && own->plain() == id;
  });
}

}  // namespace counterpart
