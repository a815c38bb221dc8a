#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mapping/values/native.h"

namespace counterpart {

/// What a JSON text may cost at most.
struct JsonLimits {
  std::size_t bytes = std::size_t{8} * 1024 * 1024;
  std::size_t depth = 64;  ///< nested arrays and objects; trees are walked recursively, so keep it below a thousand
};

/// A JSON text that was refused: what and where (byte offset, 1-based line and column, the latter in
/// characters). what() says both and holds nothing of the text itself, so it may be logged.
class JsonError : public std::runtime_error {
 public:
  JsonError(const std::string& what, std::size_t offset, std::size_t line, std::size_t column);
  std::size_t offset() const { return offset_; }
  std::size_t line() const { return line_; }
  std::size_t column() const { return column_; }

 private:
  std::size_t offset_, line_, column_;
};

/// The one door for JSON from outside: RFC 8259, valid UTF-8, no byte order mark, no U+0000, no
/// duplicate keys, no lone surrogates, nothing after the value, depth and size limited, numbers
/// below 1e309. Throws JsonError. Cost grows no faster than n log n, whatever the text.
Native parse_json(std::string_view text, const JsonLimits& limits = {});

/// Compact JSON, numbers as they were written. Recursive: for trees of some thousand levels, far
/// deeper than parse_json() makes.
std::string print_json(const Native& value);

}  // namespace counterpart
