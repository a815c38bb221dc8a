#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart::codecs {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/// Takes `least` to `most` ASCII digits off the front of `text`; nullopt where there are fewer.
inline std::optional<int> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  int value = 0;
  std::size_t count = 0;
  while (count < most && count < text.size() && is_digit(text[count])) {
    value = value * 10 + (text[count++] - '0');
  }
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

/// Takes one of these characters off the front of `text`.
inline bool take_one_of(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// A number that is not negative, with leading zeros to at least `width` digits.
inline std::string padded(long long value, std::size_t width) {
  std::string digits = std::to_string(value);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

}  // namespace counterpart::codecs
