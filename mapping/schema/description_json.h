#pragma once

#include "mapping/schema/description.h"
#include "mapping/values/native.h"

namespace counterpart {

/// {"fields": [{"name", "type", "label", "required", "read_only", "custom", "max_length", "options"}],
///  "users_add_fields"}; max_length and users_add_fields are null where they are not told.
Native to_native(const ObjectDescription& description);

/// What to_native() has written; members that are missing, or of another kind, count as not told.
ObjectDescription description_from(const Native& native);

}  // namespace counterpart
