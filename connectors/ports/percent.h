#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace counterpart {

/// Percent-decodes; nullopt where malformed or with NUL.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace counterpart
