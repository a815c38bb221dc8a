#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/schema/description.h"

namespace counterpart {

/// What may happen to a field of an object between two looks at it.
enum class SchemaChangeKind : std::uint8_t {
  added,
  removed,
  type_changed,
  shortened,  ///< it holds fewer characters
  lengthened,
  required,      ///< it must be filled now
  not_required,  ///< it need not be filled any more
  options_added,
  options_removed,
  read_only,  ///< it cannot be written any more
  writable,
};
std::string_view name_of(SchemaChangeKind kind);

/// True for what takes away from what the field could hold or do: it is not to be gone on with unseen.
bool narrows(SchemaChangeKind kind);

struct SchemaChange {
  SchemaChangeKind kind = SchemaChangeKind::added;
  std::string field;  ///< FieldDescription::name
  std::string what;   ///< in words: "holds 20 characters instead of 40"
  bool operator==(const SchemaChange&) const = default;
};

/// What is different now, field by field in the order of `now`, then the fields that are gone. Nothing where one of the
/// two does not tell its fields.
std::vector<SchemaChange> changes_between(const ObjectDescription& before, const ObjectDescription& now);

/// Those of them that narrow.
std::vector<SchemaChange> narrowings_between(const ObjectDescription& before, const ObjectDescription& now);

/// `now`, but each field that is narrower than it was accepted, or gone, as it was: so long it is not gone on with.
ObjectDescription accepted_after(const ObjectDescription& accepted, const ObjectDescription& now);

}  // namespace counterpart
