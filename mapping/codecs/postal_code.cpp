#include "mapping/codecs/postal_code.h"

#include <algorithm>

#include "mapping/codecs/digits.h"

namespace counterpart::codecs {
namespace {

char upper_ascii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::optional<PostalCode> follow_pattern(std::string_view text, std::string_view pattern) {
  PostalCode found{"", 0};
  for (const char mark : pattern) {
    const char c = found.size < text.size() ? upper_ascii(text[found.size]) : '\0';
    const bool fits = mark == '9' ? is_digit(c) : mark == 'A' ? is_capital(c) : c == mark;
    if (!fits && mark != ' ') return std::nullopt;
    found.code += mark == ' ' ? ' ' : c;
    if (fits) ++found.size;
  }
  const bool ends = found.size == text.size() || text[found.size] == ' ';
  return ends ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace

std::optional<PostalCode> leading_postal_code(std::string_view text, std::string_view patterns) {
  while (!patterns.empty()) {
    const std::size_t end = std::min(patterns.find('|'), patterns.size());
    if (auto found = follow_pattern(text, patterns.substr(0, end))) return found;
    patterns.remove_prefix(std::min(end + 1, patterns.size()));
  }
  return std::nullopt;
}

}  // namespace counterpart::codecs
