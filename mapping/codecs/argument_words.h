#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/codecs/specification.h"

namespace counterpart::codecs {

/// A specification's arguments where their order does not matter: each maker takes the words that it knows, and what
/// is left over is refused, as are two words of one choice. `usage` shows what is right.
class ArgumentWords {
 public:
  ArgumentWords(const Specification& specification, std::string_view usage);

  /// The index of the one of `words` that is among the arguments; nullopt where none is. Throws where two are.
  std::optional<std::size_t> take(std::span<const std::string_view> words);

  /// The argument that is a whole number, at most `most`; nullopt where none is. Throws where two are, or above it.
  std::optional<unsigned> take_number(unsigned most);

  /// Throws for the argument taken last: "'grouped' " and why.
  [[noreturn]] void refuse_taken(std::string_view why) const;

  /// Throws where an argument was not taken.
  void finish() const;

 private:
  [[noreturn]] void refuse(const Argument& argument, std::string_view why) const;

  std::vector<Argument> left_;
  Argument taken_;
  std::string usage_;
};

}  // namespace counterpart::codecs
