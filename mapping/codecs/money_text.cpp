#include "mapping/codecs/money_text.h"

#include <algorithm>

#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kMinuses[] = {"-", "\u2212"};

/// Takes a minus off one end; true if there was one.
bool take_minus(std::string_view& text) {
  for (const std::string_view minus : kMinuses) {
    const bool first = text.starts_with(minus);
    if (!first && !text.ends_with(minus)) continue;
    first ? text.remove_prefix(minus.size()) : text.remove_suffix(minus.size());
    text = trimmed(text);
    return true;
  }
  return false;
}

/// A mark that begins a number (.50), and is no abbreviation's (Rs.50).
bool is_leading_mark(std::string_view text, std::size_t at, char decimal_mark) {
  if (text[at] != decimal_mark) return false;
  const std::string_view before = text.substr(0, at);
  if (before.empty() || trimmed(before).size() < before.size()) return true;
  return before.ends_with(kMinuses[0]) || before.ends_with(kMinuses[1]);
}

}  // namespace

std::optional<MoneyText> take_money_apart(std::string_view text, char decimal_mark) {
  constexpr std::string_view kDigits = "0123456789";
  std::size_t first = text.find_first_of(kDigits);
  if (first == std::string_view::npos) return std::nullopt;
  if (first > 0 && is_leading_mark(text, first - 1, decimal_mark)) --first;
  const std::size_t after_number = std::min(text.find_first_not_of("0123456789.,", first), text.size());
  const std::size_t end = text.substr(0, after_number).find_last_of(kDigits) + 1;
  std::string_view before = trimmed(text.substr(0, first));
  const std::string_view after = trimmed(text.substr(end));
  const bool negative = take_minus(before);
  if (!before.empty() && !after.empty()) return std::nullopt;
  return MoneyText{(negative ? "-" : "") + std::string(text.substr(first, end - first)),
                   std::string(before.empty() ? after : before)};
}

}  // namespace counterpart::codecs
