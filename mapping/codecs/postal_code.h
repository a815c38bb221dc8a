#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart::codecs {

/// A postal code at the front of a text.
struct PostalCode {
  std::string code;  ///< as it is written: in upper case, with the space that belongs there
  std::size_t size;  ///< so many bytes of the text
};

/// The code that follows one of the patterns, where white space or nothing comes after it. A pattern is 9 for a digit,
/// A for a letter, a space that may be missing, or a character as it stands; several are separated by |, longer ones
/// first.
std::optional<PostalCode> leading_postal_code(std::string_view text, std::string_view patterns);

}  // namespace counterpart::codecs
