#include "mapping/codecs/unicode.h"

#include <algorithm>
#include <stdexcept>
#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace counterpart::codecs {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

struct Step {
  UChar32 character;
  std::size_t end;  ///< of the character's bytes
};

// ICU's macro narrows to uint8_t inside.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
Step next(std::string_view text, std::size_t at) {
  auto end = static_cast<std::int32_t>(at);
  UChar32 character = 0;
  U8_NEXT_OR_FFFD(text.data(), end, static_cast<std::int32_t>(text.size()), character);
  return {character, static_cast<std::size_t>(end)};
}
#pragma GCC diagnostic pop

}  // namespace

std::string to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  std::string result;
  icu::StringByteSink<std::string> sink(&result);
  if (U_SUCCESS(status)) {
    nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
  }
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot normalise a text: " + std::string(u_errorName(status)));
  return result;
}

std::string_view trimmed(std::string_view text) {
  std::size_t first = text.size();
  std::size_t last = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const Step step = next(text, at);
    if (!u_isUWhiteSpace(step.character)) {
      if (first == text.size()) first = at;
      last = step.end;
    }
    at = step.end;
  }
  return text.substr(first, last - first);
}

std::string collapsed(std::string_view text) {
  std::string result;
  bool gap = false;
  for (std::size_t at = 0; at < text.size();) {
    const Step step = next(text, at);
    if (u_isUWhiteSpace(step.character)) {
      gap = true;
    } else {
      if (gap && !result.empty()) result += ' ';
      gap = false;
      result += text.substr(at, step.end - at);
    }
    at = step.end;
  }
  return result;
}

bool has_space_or_control(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Step step = next(text, at);
    if (u_isUWhiteSpace(step.character) || u_iscntrl(step.character)) return true;
    at = step.end;
  }
  return false;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string folded(std::string_view text) {
  const std::string normal = to_nfc(text);
  std::string result;
  icu::UnicodeString::fromUTF8(normal).foldCase().toUTF8String(result);
  return to_nfc(result);
}

std::string title_case(std::string_view text) {
  std::string result;
  auto title = icu::UnicodeString::fromUTF8(std::string(text));
  title.toTitle(nullptr, icu::Locale::getRoot()).toUTF8String(result);
  return to_nfc(result);
}

std::string upper_case(std::string_view text) {
  std::string result;
  icu::UnicodeString::fromUTF8(std::string(text)).toUpper(icu::Locale::getRoot()).toUTF8String(result);
  return to_nfc(result);
}

}  // namespace counterpart::codecs
