#pragma once

#include "mapping/expression/filters.h"
#include "mapping/values/native.h"

/// Filters on texts. Numbers and true/false are printed first; lists and objects are refused.
/// What each does stands at class Expression.
namespace counterpart::filters {

Native trim(const Native& input, Arguments arguments);
Native lower(const Native& input, Arguments arguments);
Native upper(const Native& input, Arguments arguments);
Native title(const Native& input, Arguments arguments);
Native capitalize(const Native& input, Arguments arguments);
Native replace(const Native& input, Arguments arguments);
Native cut(const Native& input, Arguments arguments);
Native truncate(const Native& input, Arguments arguments);
Native padleft(const Native& input, Arguments arguments);
Native padright(const Native& input, Arguments arguments);
Native startswith(const Native& input, Arguments arguments);
Native endswith(const Native& input, Arguments arguments);
Native urlencode(const Native& input, Arguments arguments);
Native base64(const Native& input, Arguments arguments);

}  // namespace counterpart::filters
