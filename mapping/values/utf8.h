#pragma once

#include <cstddef>
#include <string_view>

namespace counterpart {

/// True if the text is UTF-8 as databases and JSON take it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

/// How many bytes the first character takes; 0 where the text does not begin with one that is well-formed in that
/// sense.
std::size_t valid_character_size(std::string_view text);

/// True for the control characters of ASCII, DEL among them: in a header, a log line or a message they forge another.
constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace counterpart
