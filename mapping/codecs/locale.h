#pragma once

#include <string>
#include <string_view>

#include "mapping/codecs/specification.h"

namespace counterpart::codecs {

inline constexpr std::string_view kDefaultLocale = "en";

/// The locale an argument names, e.g. "de". Throws SpecificationError where ICU has no data for it.
std::string known_locale(const Argument& argument);

}  // namespace counterpart::codecs
