#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mapping/values/value.h"

namespace counterpart::codecs {

/// An instant in ISO 8601 with seconds and fraction optional and an offset (Z, +01:00, +0100, +01)
/// required, years 0001 to 9999; what is finer than microseconds is dropped.
std::optional<Instant> parse_iso_instant(std::string_view text);

/// "2026-12-31T22:30:00Z", with six fraction digits where there is a fraction; nullopt outside the years
/// 0001 to 9999.
std::optional<std::string> print_iso_instant(Instant instant);

}  // namespace counterpart::codecs
