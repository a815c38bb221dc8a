#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "connectors/ports/http_client.h"
#include "mapping/values/value.h"

namespace counterpart {

/// What a system may ask us to wait at most; more is taken for this.
inline constexpr std::chrono::hours kRetryAfterMost{24};

/// An HTTP date in RFC 9110's preferred form ("Sun, 06 Nov 1994 08:49:37 GMT"); nullopt where it is none.
std::optional<Instant> parse_http_date(std::string_view text);

/// How long an answer's Retry-After asks to wait, in seconds or until a date; nullopt where it does not say, or
/// not intelligibly. A date is measured by the answer's own Date where it has one, since the two clocks may
/// differ. Pace and connectors both go by this, so that none calls inside a time that the other keeps.
std::optional<std::chrono::seconds> retry_after(const HttpHeaders& headers, Instant now);

}  // namespace counterpart
