#include "mapping/codecs/number_text.h"

#include <algorithm>

#include "mapping/codecs/digits.h"

namespace counterpart::codecs {
namespace {

/// Digits with group marks, all of them or none: "1234" or "1.234", never "12.34".
std::optional<std::string> without_groups(std::string_view digits, char mark) {
  constexpr std::size_t kGroup = 3;
  std::string result;
  if (digits.starts_with(mark)) return std::nullopt;
  const bool grouped = mark != '\0' && digits.find(mark) != std::string_view::npos;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool mark_due = grouped && (digits.size() - i) % (kGroup + 1) == 0;
    if (mark_due != (mark != '\0' && digits[i] == mark)) return std::nullopt;
    if (mark_due) continue;
    if (!is_digit(digits[i])) return std::nullopt;
    result += digits[i];
  }
  return result;
}

/// The number in plain notation, which Decimal reads.
std::optional<std::string> plain_of(std::string_view text, const NumberSpelling& spelling) {
  std::string result;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') result = "-";
    text.remove_prefix(1);
  }
  const std::size_t mark = text.find(spelling.decimal_mark);
  const auto whole = without_groups(text.substr(0, mark), spelling.group_mark);
  const bool has_fraction = mark != std::string_view::npos;
  const auto fraction = without_groups(has_fraction ? text.substr(mark + 1) : std::string_view("0"), '\0');
  if (!whole || !fraction || fraction->empty() || (whole->empty() && !has_fraction)) return std::nullopt;
  const std::size_t first = std::min(whole->find_first_not_of('0'), whole->size());
  result += first == whole->size() ? "0" : whole->substr(first);
  return has_fraction ? result + "." + *fraction : result;
}

}  // namespace

std::optional<Decimal> read_number(std::string_view text, const NumberSpelling& spelling) {
  const auto plain = plain_of(text, spelling);
  if (plain) return Decimal::parse(*plain);
  const bool is_plain = spelling.group_mark == '\0' && spelling.decimal_mark == '.';
  return is_plain ? Decimal::parse(text) : std::nullopt;  // with an exponent
}

std::string spell_number(const Decimal& value, const NumberSpelling& spelling, unsigned least_fraction) {
  constexpr std::size_t kGroup = 3;
  const std::string plain = value.print();
  const std::size_t mark = std::min(plain.find('.'), plain.size());
  const std::size_t first = plain[0] == '-' ? 1 : 0;
  std::string result = plain.substr(0, first);
  for (std::size_t i = first; i < mark; ++i) {
    if (spelling.grouped && i != first && (mark - i) % kGroup == 0) result += spelling.group_mark;
    result += plain[i];
  }
  std::string fraction = plain.substr(std::min(mark + 1, plain.size()));
  if (fraction.size() < least_fraction) fraction.append(least_fraction - fraction.size(), '0');
  return fraction.empty() ? result : result + spelling.decimal_mark + fraction;
}

}  // namespace counterpart::codecs
