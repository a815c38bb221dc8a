#include "mapping/values/utf8.h"

#include <cstdint>
#include <unicode/utf8.h>

namespace counterpart {

bool is_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0) return false;
  }
  return true;
}

}  // namespace counterpart
