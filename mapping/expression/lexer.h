#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/expression/path.h"

namespace counterpart {

/// A piece of an expression's text.
struct Token {
  enum class Kind : std::uint8_t { number, text, path, keyword, symbol, end };
  Kind kind;
  std::size_t column;
  std::string text;  ///< keyword or symbol as written, number's digits, text's content, path's text
  Path path;

  bool is(Kind wanted, std::string_view spelled) const { return kind == wanted && text == spelled; }
};

/// The whole text as tokens, the last of kind `end`. Throws ExpressionError.
std::vector<Token> read_tokens(std::string_view text);

}  // namespace counterpart
