#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "mapping/expression/held.h"
#include "mapping/values/native.h"

namespace counterpart {

class Pattern;

using Arguments = std::span<const Held>;

/// A filter of the fixed table.
struct Filter {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
  bool sees_null;  ///< else null passes through untouched
  Native (*apply)(const Native& input, Arguments arguments);
  /// Instead of `apply`, where the first argument is a pattern: compiled at load, and none of `arguments`.
  Native (*apply_pattern)(const Native& input, const Pattern& pattern, Arguments arguments) = nullptr;
};

inline constexpr std::size_t kFilterArgumentsMax = 4;

/// The filter of that name, or nullptr.
const Filter* find_filter(std::string_view name);

/// The known filter whose name is nearest, for messages; "" where none is near.
std::string_view nearest_filter(std::string_view name);

}  // namespace counterpart
