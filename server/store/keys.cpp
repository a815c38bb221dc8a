#include "server/store/keys.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

namespace counterpart::store {

namespace {

constexpr std::size_t kKeyBytesMax = 200;
constexpr std::size_t kKeptCharacters = 64;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// How many bytes the well-formed UTF-8 character at the front has; 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), is_continuation)) return 0;
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool too_high = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || too_high ? 0 : length;
}

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 15U];
  }
  return hex;
}

/// The first characters, none cut in two: PostgreSQL's left(text, n), for migration 0002 does the same.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size() && count > 0) {
    ++end;
    while (end < text.size() && is_continuation(text[end])) ++end;
    --count;
  }
  return text.substr(0, end);
}

}  // namespace

std::optional<std::string> fault_of_id(std::string_view id) {
  if (id.empty()) return "is empty";
  if (id.size() > kIdBytesMax) return "is longer than " + std::to_string(kIdBytesMax) + " bytes";
  while (!id.empty()) {
    const auto first = static_cast<unsigned char>(id.front());
    if (first < 0x20 || first == 0x7f) return "holds a control character";
    const std::size_t length = character_length(id);
    if (length == 0) return "is no valid UTF-8";
    id.remove_prefix(length);
  }
  return std::nullopt;
}

std::string bounded_key(std::string text) {
  if (text.size() <= kKeyBytesMax) return text;
  return std::string(first_characters(text, kKeptCharacters)) + "#" + sha256_hex(text);
}

}  // namespace counterpart::store
