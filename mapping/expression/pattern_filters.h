#pragma once

#include "mapping/expression/filters.h"
#include "mapping/expression/pattern.h"
#include "mapping/values/native.h"

/// Filters on texts that look for a pattern. Numbers and true/false are printed first; lists and objects are refused.
/// What each does stands at class Expression.
namespace counterpart::filters {

Native regex_replace(const Native& input, const Pattern& pattern, Arguments arguments);
Native regex_search(const Native& input, const Pattern& pattern, Arguments arguments);
Native regex_match(const Native& input, const Pattern& pattern, Arguments arguments);

}  // namespace counterpart::filters
