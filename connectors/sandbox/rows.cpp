#include "connectors/sandbox/rows.h"

#include <algorithm>
#include <set>

#include "connectors/sandbox/refusal.h"
#include "mapping/values/json.h"

namespace counterpart::sandbox {
namespace {

std::string place_of_row(const Field& field, std::size_t row) {
  return field.path + '[' + std::to_string(row) + ']';
}

/// What a row is checked by: as if it were a record of that CRM.
Schema schema_of_row(const Schema& schema, const Field& field) {
  Schema row;
  row.fields = field.rows.fields;
  row.trims = schema.trims;
  row.refusal_status = schema.refusal_status;
  return row;
}

/// The row's id as it was sent (null: none), then each of its fields, null being blank.
Native read_row(const Schema& schema, const std::string& id_name, Native row) {
  const Native* id = row.member(id_name);
  Native read(Native::Object{{id_name, id == nullptr ? Native() : *id}});
  row.remove(id_name);
  std::vector<std::string> values(schema.fields.size());
  for (Change& change : read_changes(schema, row)) values[change.field] = std::move(change.value);
  check_mandatory(schema, values);
  Native fields = show_fields(schema, values, false);
  std::ranges::move(fields.object(), std::back_inserter(read.object()));
  return read;
}

std::set<std::string> ids_of(const Field& field, const std::string& stored) {
  std::set<std::string> ids;
  const Native rows = show_rows(stored, false);
  for (const Native& row : rows.array()) ids.insert(row.member(field.rows.id)->plain());
  return ids;
}

Native new_id(const Rows& rows, std::int64_t number) {
  if (rows.id_prefix.empty()) return Native::integer(number);
  return Native(rows.id_prefix + std::to_string(number));
}

}  // namespace

std::string read_rows(const Schema& schema, const Field& field, const Native& value) {
  if (value.is_null()) return {};
  if (!value.is_array()) throw Refused(schema.refusal_status, "must be a list of rows", field.path);
  if (value.array().size() > kRowsMax) {
    throw Refused(schema.refusal_status, "holds more than " + std::to_string(kRowsMax) + " rows", field.path);
  }
  const Schema checks = schema_of_row(schema, field);
  Native::Array rows;
  for (const Native& row : value.array()) {
    try {
      rows.push_back(read_row(checks, field.rows.id, row));
    } catch (const Refused& refusal) {
      const std::string inside = refusal.field().empty() ? "" : '.' + refusal.field();
      throw Refused(refusal.status(), refusal.what(), place_of_row(field, rows.size()) + inside);
    }
  }
  return rows.empty() ? std::string() : print_json(Native(std::move(rows)));
}

std::string number_rows(const Schema& schema, const Field& field, const std::string& asked, const std::string& held,
                        std::int64_t& next_id) {
  if (asked.empty()) return {};
  Native rows = show_rows(asked, false);
  std::set<std::string> left = ids_of(field, held);
  for (std::size_t i = 0; i < rows.array().size(); ++i) {
    Native& id = *rows.array()[i].member(field.rows.id);
    if (field.rows.renews_ids || id.is_null()) {
      id = new_id(field.rows, next_id++);
    } else if (left.erase(id.plain()) == 0) {
      throw Refused(schema.refusal_status, "is the id of no row of this record, or of another one in the list",
                    place_of_row(field, i) + '.' + field.rows.id);
    }
  }
  return print_json(rows);
}

Native show_rows(const std::string& stored, bool leave_out_blanks) {
  if (stored.empty()) return Native(Native::Array());
  Native rows = parse_json(stored);
  if (!leave_out_blanks) return rows;
  for (Native& row : rows.array()) {
    std::erase_if(row.object(), [](const Native::Member& member) { return member.second.is_null(); });
  }
  return rows;
}

}  // namespace counterpart::sandbox
