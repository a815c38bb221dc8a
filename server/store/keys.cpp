#include "server/store/keys.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/hex.hpp>
#include <iterator>
#include <openssl/evp.h>

#include "mapping/values/utf8.h"

namespace counterpart::store {

namespace {

constexpr std::size_t kKeyBytesMax = 200;
constexpr std::size_t kKeptCharacters = 64;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string hex;
  boost::algorithm::hex_lower(digest.begin(), digest.begin() + length, std::back_inserter(hex));
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
  if (std::ranges::any_of(id, is_control)) return "holds a control character";
  if (!is_utf8(id)) return "is no valid UTF-8";
  return std::nullopt;
}

std::string bounded_key(std::string text) {
  if (text.size() <= kKeyBytesMax) return text;
  return std::string(first_characters(text, kKeptCharacters)) + "#" + sha256_hex(text);
}

}  // namespace counterpart::store
