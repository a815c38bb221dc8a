#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/codecs/codec.h"

namespace counterpart::codecs {

/// One argument of a codec's specification, unquoted.
struct Argument {
  std::string text;
  std::size_t column = 0;
};

/// A codec's specification taken apart: name(arguments).
struct Specification {
  std::string name;
  std::size_t column = 0;  ///< of the name
  std::vector<Argument> arguments;
};

/// A specification that was refused; make_codec() turns it into a CodecError.
class SpecificationError : public std::runtime_error {
 public:
  SpecificationError(const std::string& what, std::size_t column) : std::runtime_error(what), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

/// Takes a specification apart. Throws SpecificationError.
Specification parse_specification(std::string_view text);

/// Throws where there are more arguments than `most`; `usage` shows what is right.
void limit_arguments(const Specification& specification, std::size_t most, std::string_view usage);

/// The index of the word that the argument is. Throws where it is none of them.
std::size_t word_of(const Argument& argument, std::span<const std::string_view> words);

}  // namespace counterpart::codecs
