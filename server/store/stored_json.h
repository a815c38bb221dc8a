#pragma once

#include <map>
#include <string>
#include <string_view>

#include "mapping/reconcile/reconcile.h"
#include "mapping/values/native.h"

namespace counterpart::store {

/// JSON that we stored ourselves. Throws Failure (refused) where it cannot be read.
Native parse_stored(std::string_view text);

/// A link's activity as its column holds it, and back.
Native activity_to_native(const std::map<std::string, Activity>& activity);
std::map<std::string, Activity> activity_from_native(const Native& native);

/// Instants as our statements take and give them.
std::int64_t micros_of(Instant instant);
Instant instant_of(std::int64_t micros);

}  // namespace counterpart::store
