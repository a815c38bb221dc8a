#pragma once

#include <string_view>

namespace counterpart {

/// The release, as --version and /healthz tell it.
inline constexpr std::string_view kVersion = COUNTERPART_VERSION;

}  // namespace counterpart
