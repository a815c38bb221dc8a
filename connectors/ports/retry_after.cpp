#include "connectors/ports/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace counterpart {
namespace {

using std::chrono::seconds;

/// A number of exactly these digits.
std::optional<int> number(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end || text.front() == '-') return std::nullopt;
  return value;
}

std::optional<unsigned> month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* found = std::ranges::find(kMonths, name);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

}  // namespace

std::optional<Instant> parse_http_date(std::string_view text) {
  constexpr std::string_view kShape = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != kShape.size() || !text.ends_with(" GMT") || text.substr(3, 2) != ", ") return std::nullopt;
  if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':') return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto in = month(text.substr(8, 3));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day || !in || !year || !hour || !minute || !second) return std::nullopt;
  const Date date{std::chrono::year(*year), std::chrono::month(*in), std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

std::optional<seconds> retry_after(const HttpHeaders& headers, Instant now) {
  const std::string* text = find_header(headers, "retry-after");
  if (text == nullptr || text->empty()) return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  constexpr seconds kMost = kRetryAfterMost;
  constexpr std::size_t kDigitsMost = 6;
  if (std::ranges::all_of(*text, is_digit)) {
    return text->size() > kDigitsMost ? kMost : std::min(seconds(number(*text).value_or(0)), kMost);
  }
  const auto until = parse_http_date(*text);
  if (!until) return std::nullopt;
  const std::string* date = find_header(headers, "date");
  const Instant from = date == nullptr ? now : parse_http_date(*date).value_or(now);
  return std::clamp(std::chrono::ceil<seconds>(*until - from), seconds(0), kMost);
}

}  // namespace counterpart
