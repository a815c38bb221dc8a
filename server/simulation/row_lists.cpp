#include "server/simulation/row_lists.h"

#include <algorithm>
#include <variant>

namespace counterpart::simulation {
namespace {

void add_columns(const RowsRule& rule, Side side, std::set<std::string>& columns) {
  for (const FieldRule& field : rule.fields) {
    for (const Path& path : field.side[side].paths) {
      const auto* name = path.steps().empty() ? nullptr : std::get_if<Path::Name>(&path.steps().front());
      if (name != nullptr) columns.insert(name->name);
    }
  }
}

void add_list(const RowsRule& rule, Side side, std::vector<RowList>& lists) {
  const RowsSide& rows = rule.side[side];
  auto known = std::ranges::find(lists, rows.path.text(), [](const RowList& list) { return list.path.text(); });
  if (known == lists.end()) known = lists.insert(lists.end(), {rows.path, rows.id, {}});
  add_columns(rule, side, known->columns);
}

const Native::Array* rows_at(const Path& path, const Native& fields) {
  const Native* rows = fields.is_null() ? nullptr : path.find(fields);
  return rows != nullptr && rows->is_array() ? &rows->array() : nullptr;
}

}  // namespace

RowLists row_lists_of(const std::string& system, const Configuration& configuration) {
  RowLists lists;
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const Side side : kSides) {
      if (sync.between[side] != system) continue;
      for (const ObjectMapping& mapping : sync.mappings) {
        for (const RowsRule& rule : mapping.rows) add_list(rule, side, lists[mapping.object[side]]);
      }
    }
  }
  return lists;
}

void name_rows(const RowList& list, const Native& before, Native& fields, const RowNaming& naming,
               std::uint64_t& last) {
  Native* rows = fields.is_null() ? nullptr : list.path.find(fields);
  if (rows == nullptr || !rows->is_array()) return;
  const Native::Array* then = rows_at(list.path, before);
  if (then != nullptr && *then == rows->array()) return;
  std::set<std::string> there;
  if (then != nullptr && !naming.renews) {
    for (const Native& row : *then) there.insert(row.member(list.id)->plain());
  }
  for (Native& row : rows->array()) {
    const Native* id = row.member(list.id);
    if (id != nullptr && there.erase(id->plain()) > 0) continue;
    ++last;
    row.set(list.id,
            naming.as_numbers ? Native::integer(static_cast<long long>(last)) : Native("r" + std::to_string(last)));
  }
}

Native without_row_ids(const std::vector<RowList>& lists, Native fields) {
  for (const RowList& list : lists) {
    Native* rows = fields.is_null() ? nullptr : list.path.find(fields);
    if (rows == nullptr || !rows->is_array()) continue;
    for (Native& row : rows->array()) row.remove(list.id);
  }
  return fields;
}

}  // namespace counterpart::simulation
