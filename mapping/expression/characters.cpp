#include "mapping/expression/characters.h"

#include <algorithm>
#include <stdexcept>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/stringoptions.h>

namespace counterpart {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// The character that these bytes are; all white space has at most three.
char32_t decode(std::string_view character) {
  const auto bits = [&](std::size_t at, unsigned mask) {
    return static_cast<char32_t>(static_cast<unsigned char>(character[at]) & mask);
  };
  switch (character.size()) {
    case 1:
      return bits(0, 0xFF);
    case 2:
      return bits(0, 0x1F) << 6U | bits(1, 0x3F);
    case 3:
      return bits(0, 0x0F) << 12U | bits(1, 0x3F) << 6U | bits(2, 0x3F);
    default:
      return U'\uFFFD';
  }
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

using CaseMapping = void (*)(const char*, std::uint32_t, icu::StringPiece, icu::ByteSink&, icu::Edits*, UErrorCode&);

std::string map_case(std::string_view text, std::uint32_t options, CaseMapping mapping) {
  std::string result;
  icu::StringByteSink<std::string> sink(&result, static_cast<std::int32_t>(text.size()));
  UErrorCode error = U_ZERO_ERROR;
  mapping("", options, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, error);
  if (U_FAILURE(error)) throw std::runtime_error(std::string("ICU case mapping failed: ") + u_errorName(error));
  return result;
}

void to_title(const char* locale, std::uint32_t options, icu::StringPiece text, icu::ByteSink& sink, icu::Edits* edits,
              UErrorCode& error) {
  icu::CaseMap::utf8ToTitle(locale, options, nullptr, text, sink, edits, error);
}

std::string map_ascii(std::string_view text, char first, char last, int shift) {
  std::string result(text);
  for (char& c : result) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return result;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

std::size_t first_character_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto next = std::find_if_not(text.begin() + 1, text.end(), continues);
  return static_cast<std::size_t>(next - text.begin());
}

std::size_t last_character_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    ++size;
    if (!continues(text[text.size() - size])) break;
  }
  return size;
}

std::size_t offset_of_character(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += first_character_size(text.substr(at));
  return at;
}

bool begins_with_space(std::string_view text) {
  return !text.empty() && is_space(decode(text.substr(0, first_character_size(text))));
}

std::string_view trimmed(std::string_view text) {
  while (begins_with_space(text)) text.remove_prefix(first_character_size(text));
  while (!text.empty()) {
    const std::size_t size = last_character_size(text);
    if (!is_space(decode(text.substr(text.size() - size)))) break;
    text.remove_suffix(size);
  }
  return text;
}

std::string lower_case(std::string_view text) {
  if (is_ascii(text)) return map_ascii(text, 'A', 'Z', 'a' - 'A');
  return map_case(text, 0, icu::CaseMap::utf8ToLower);
}

std::string upper_case(std::string_view text) {
  if (is_ascii(text)) return map_ascii(text, 'a', 'z', 'A' - 'a');
  return map_case(text, 0, icu::CaseMap::utf8ToUpper);
}

std::string capitalized(std::string_view text) {
  const std::string_view first = text.substr(0, first_character_size(text));
  // Lowered as a whole, for a final sigma depends on what stands before it.
  const std::string rest = lower_case(text).substr(lower_case(first).size());
  if (is_ascii(first)) return upper_case(first) + rest;
  return map_case(first, U_TITLECASE_WHOLE_STRING | U_TITLECASE_NO_BREAK_ADJUSTMENT, to_title) + rest;
}

}  // namespace counterpart
