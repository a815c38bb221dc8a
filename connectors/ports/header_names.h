#pragma once

#include <string_view>

namespace counterpart {

/// Equal as names of headers are: ASCII case does not matter.
bool equal_names(std::string_view a, std::string_view b);

}  // namespace counterpart
