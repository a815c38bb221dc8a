#include "connectors/ports/random.h"

#include <string_view>

namespace counterpart {

std::string Random::hex_id() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(16, '0');
  std::uint64_t rest = bits();
  for (char& digit : id) {
    digit = kDigits[rest & 0xF];
    rest >>= 4;
  }
  return id;
}

}  // namespace counterpart
