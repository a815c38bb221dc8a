#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counterpart::codecs {

/// A character of a text that is not in a set.
struct OutsideCharacter {
  std::string character;   ///< in UTF-8
  std::int32_t place = 0;  ///< in the text, counted from 1
};

/// Characters that a text may consist of; written as ICU and Java write sets: '[A-Za-z0-9 -]', '[[:L:]]'. Immutable,
/// copies are cheap.
class CharacterSet {
 public:
  /// nullopt where the text is no set, or an empty one.
  static std::optional<CharacterSet> parse(std::string_view text);

  /// The first character of the text that is not in the set.
  std::optional<OutsideCharacter> first_outside(std::string_view text) const;

  /// Its first characters, in UTF-8, so many at most.
  std::vector<std::string> first_characters(std::int32_t most) const;

  /// As it was written.
  const std::string& text() const { return text_; }

 private:
  struct Set;
  std::shared_ptr<const Set> set_;
  std::string text_;
};

}  // namespace counterpart::codecs
