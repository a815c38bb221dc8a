#pragma once

#include <optional>

#include "mapping/codecs/codec.h"
#include "mapping/schema/description.h"
#include "mapping/schema/value_rules.h"

namespace counterpart {

/// Why a value may not be written, by what the mapping asks of it; nullopt: it may. `spelled`: as it would be sent;
/// `value`: what it stands for. The problem names the rule, and the length or character that breaks it. Of a blank only
/// `required` is asked.
std::optional<Problem> violation_of(const ValueRules& rules, const Native& spelled, const Value& value);

/// The same by what the system itself says of its field: required, max_length, options.
std::optional<Problem> violation_of(const FieldDescription& field, const Native& spelled);

}  // namespace counterpart
