#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mapping/codecs/character_set.h"
#include "mapping/expression/pattern.h"
#include "mapping/values/decimal.h"
#include "mapping/values/value.h"

namespace counterpart {

/// Characters that values may consist of.
struct AllowedCharacters {
  std::string name;  ///< as it was written: "latin", "[A-Z]"
  codecs::CharacterSet set;

  /// One of the words ascii, latin1, latin, sepa, digits, or a set as codecs::CharacterSet has it; nullopt for
  /// anything else.
  static std::optional<AllowedCharacters> parse(std::string_view text);
};

/// What a whole value must look like.
struct RequiredPattern {
  std::string text;
  std::shared_ptr<const Pattern> whole;

  /// Throws PatternError.
  static RequiredPattern parse(const std::string& text);
};

/// The least or greatest number or day.
struct ValueBound {
  std::string text;
  std::variant<Decimal, Date> value;

  /// 100, -0.5, 2000-01-31; nullopt for anything else.
  static std::optional<ValueBound> parse(const std::string& text);
};

/// What a mapping asks of the values that are written to one side of a field. What is not set asks nothing.
struct ValueRules {
  std::optional<std::size_t> min_length;  ///< characters
  std::optional<std::size_t> max_length;
  std::optional<AllowedCharacters> characters;
  std::optional<RequiredPattern> pattern;
  std::optional<ValueBound> min;
  std::optional<ValueBound> max;
  bool required = false;
  std::vector<std::string> options;  ///< as they are written; empty: any
};

}  // namespace counterpart
