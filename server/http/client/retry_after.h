#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "connectors/ports/http_client.h"
#include "mapping/values/value.h"

namespace counterpart::http {

/// What a system may ask us to wait at most; more is taken for this.
inline constexpr std::chrono::seconds kRetryAfterMost{3600};

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110's preferred form).
std::optional<Instant> parse_http_date(std::string_view text);

/// How long the answer's Retry-After asks to wait, in seconds or until a date; nullopt where it does
/// not say, or not intelligibly. A date is measured by the answer's own Date where it has one, since
/// the two clocks may differ.
std::optional<std::chrono::seconds> retry_after(const HttpResponse& response, Instant now);

}  // namespace counterpart::http
