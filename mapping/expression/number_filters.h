#pragma once

#include <cstddef>
#include <string_view>

#include "mapping/expression/filters.h"
#include "mapping/values/native.h"

/// Filters on numbers and on values of any kind.
/// What each does stands at class Expression.
namespace counterpart::filters {

Native abs(const Native& input, Arguments arguments);
Native round(const Native& input, Arguments arguments);
Native integer(const Native& input, Arguments arguments);
Native decimal(const Native& input, Arguments arguments);
Native string(const Native& input, Arguments arguments);
Native json(const Native& input, Arguments arguments);
Native default_to(const Native& input, Arguments arguments);

/// An argument that counts something: a whole number from 0; `what` begins the message where it is none.
std::size_t whole_number(const Native& value, std::string_view what);

}  // namespace counterpart::filters
