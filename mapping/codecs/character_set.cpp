#include "mapping/codecs/character_set.h"

#include <algorithm>
#include <unicode/uniset.h>

namespace counterpart::codecs {

struct CharacterSet::Set {
  icu::UnicodeSet characters;
};

std::optional<CharacterSet> CharacterSet::parse(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto pattern = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  auto set = std::make_shared<Set>(icu::UnicodeSet(pattern, 0, nullptr, status));
  if (U_FAILURE(status) || set->characters.isEmpty()) return std::nullopt;
  set->characters.freeze();
  CharacterSet made;
  made.set_ = std::move(set);
  made.text_ = text;
  return made;
}

std::optional<OutsideCharacter> CharacterSet::first_outside(std::string_view text) const {
  const auto whole = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  const std::int32_t at = set_->characters.span(whole, 0, USET_SPAN_CONTAINED);
  if (at >= whole.length()) return std::nullopt;
  OutsideCharacter outside;
  icu::UnicodeString(whole.char32At(at)).toUTF8String(outside.character);
  outside.place = whole.countChar32(0, at) + 1;
  return outside;
}

std::vector<std::string> CharacterSet::first_characters(std::int32_t most) const {
  std::vector<std::string> characters;
  for (std::int32_t i = 0; i < std::min(most, set_->characters.size()); ++i) {
    icu::UnicodeString(set_->characters.charAt(i)).toUTF8String(characters.emplace_back());
  }
  return characters;
}

}  // namespace counterpart::codecs
