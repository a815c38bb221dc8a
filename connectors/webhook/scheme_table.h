#pragma once

#include "connectors/webhook/hook.h"
#include "mapping/config/table.h"

namespace counterpart {

/// How a configuration or a definition writes a scheme: its name alone, or a map with `type` and what belongs to it.
/// Gives nothing where the type cannot be understood: what the rest means for secrets is not judged then.
config::Type<HookScheme> hook_scheme_type();

/// How a definition or a scheme writes what a body is: json, form, xml, or {type: form, json: FIELD}.
config::Type<BodyFormat> body_format_type();

}  // namespace counterpart
