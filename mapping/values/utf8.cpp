#include "mapping/values/utf8.h"

#include <cstdint>
#include <unicode/utf8.h>

namespace counterpart {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = valid_character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::size_t valid_character_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  UChar32 character = 0;
  std::size_t at = 0;
  U8_NEXT(bytes, at, text.size(), character);
  return character < 0 ? 0 : at;
}

}  // namespace counterpart
