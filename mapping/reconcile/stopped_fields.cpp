#include "mapping/reconcile/stopped_fields.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace counterpart {
namespace {

using Kind = SchemaChangeKind;
/// The accepted description of the field at a path; nullptr: none.
using Accepted = std::function<const FieldDescription*(const Path&)>;

/// Whether a field can no longer be read as it was.
bool stops_reading(Kind kind) {
  return kind == Kind::removed || kind == Kind::type_changed;
}

bool hits(const SchemaChange& change, const FieldDescription* field, bool written) {
  if (field == nullptr || field->name != change.field) return false;
  return written || stops_reading(change.kind);
}

bool is_stopped(const FieldRule& rule, Side side, const Accepted& accepted, const SchemaChange& change) {
  return std::ranges::any_of(rule.side[side].paths, [&](const Path& path) {
    return hits(change, accepted(path), allows(rule.direction, side));
  });
}

bool is_stopped(const RowsRule& rows, Side side, const ObjectDescription& accepted, const SchemaChange& change) {
  const Path& list = rows.side[side].path;
  if (hits(change, accepted.field_around(list), true)) return true;
  const Accepted in_row = [&](const Path& path) { return accepted.row_field_at(list, path); };
  return std::ranges::any_of(rows.fields,
                             [&](const FieldRule& rule) { return is_stopped(rule, side, in_row, change); });
}

}  // namespace

std::set<std::string> stopped_by(const ObjectMapping& mapping, Side side, const ObjectDescription& accepted,
                                 const std::vector<SchemaChange>& narrowings) {
  std::set<std::string> names;
  const Accepted in_record = [&](const Path& path) { return accepted.field_around(path); };
  for (const SchemaChange& change : narrowings) {
    for (const FieldRule& rule : mapping.fields) {
      if (is_stopped(rule, side, in_record, change)) names.insert(rule.name);
    }
    for (const RowsRule& rows : mapping.rows) {
      if (is_stopped(rows, side, accepted, change)) names.insert(rows.name);
    }
  }
  return names;
}

ObjectMapping without_fields(const ObjectMapping& mapping, const std::set<std::string>& names) {
  ObjectMapping without = mapping;
  without.fields.clear();
  without.match.clear();
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    if (names.contains(mapping.fields[i].name)) continue;
    for (const MatchKey& key : mapping.match) {
      if (key.field == i) without.match.push_back({key.kind, without.fields.size()});
    }
    without.fields.push_back(mapping.fields[i]);
  }
  std::erase_if(without.rows, [&](const RowsRule& rows) { return names.contains(rows.name); });
  if (without.match.size() < mapping.match.size()) without.on_create = {OnCreate::ignore, OnCreate::ignore};
  return without;
}

}  // namespace counterpart
