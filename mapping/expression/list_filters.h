#pragma once

#include "mapping/expression/filters.h"
#include "mapping/values/native.h"

/// Filters on lists and on texts as lists of characters.
/// What each does stands at class Expression.
namespace counterpart::filters {

Native length(const Native& input, Arguments arguments);
Native split(const Native& input, Arguments arguments);
Native join(const Native& input, Arguments arguments);
Native first(const Native& input, Arguments arguments);
Native last(const Native& input, Arguments arguments);

}  // namespace counterpart::filters
