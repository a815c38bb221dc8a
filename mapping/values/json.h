#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mapping/values/native.h"

namespace counterpart {

/// What a JSON text may cost at most.
struct JsonLimits {
  std::size_t bytes = 8 * 1024 * 1024;
  std::size_t depth = 64;  ///< nested arrays and objects
};

/// A JSON text that was refused: what and where (byte offset, 1-based line and column).
class JsonError : public std::runtime_error {
 public:
  JsonError(std::string what, std::size_t offset, std::size_t line, std::size_t column);
  std::size_t offset() const { return offset_; }
  std::size_t line() const { return line_; }
  std::size_t column() const { return column_; }

 private:
  std::size_t offset_, line_, column_;
};

/// The one door for JSON from outside: RFC 8259, valid UTF-8, no byte order mark, no U+0000, no
/// duplicate keys, nothing after the value, depth and size limited. Throws JsonError.
Native parse_json(std::string_view text, const JsonLimits& limits = {});

/// Compact JSON, any depth, numbers as they were written.
std::string print_json(const Native& value);

}  // namespace counterpart
