#pragma once

#include "server/config/drafts.h"

/// The keys of every section: what they are called, hold, default to and mean.
namespace counterpart::drafts {

/// The whole file. `connectors` only shape the schema of `systems`.
config::Table<Top> top_table(const NamedKinds& connectors);

/// One system's keys: those of every system and those of its connector; without a kind only the former.
config::Table<System> system_table(const ConnectorKind* kind);

config::Table<Sync> sync_table();
config::Table<Object> object_table();
config::Table<Field> field_table();
config::Type<Verify> verify_type();
/// `validate`: rules for both sides, or a map with rules for each.
config::Type<Both<std::optional<Validate>>> validate_type();

// The words of a field row, as written.
config::Type<Conflict> conflict_type();
config::Type<Initial> initial_type();
config::Type<Forbidden> against_direction_type();

}  // namespace counterpart::drafts
