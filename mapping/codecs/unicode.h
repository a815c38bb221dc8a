#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace counterpart::codecs {

/// The text in Unicode normal form C.
std::string to_nfc(std::string_view text);

/// Without the Unicode white space at both ends.
std::string_view trimmed(std::string_view text);

/// Runs of white space as one space, none at the ends.
std::string collapsed(std::string_view text);

/// True if there is a white space or a control character in it.
bool has_space_or_control(std::string_view text);

/// How many characters (code points) there are.
std::size_t length_of(std::string_view text);

/// A to Z in lower case and everything else as it is, whatever the locale.
std::string ascii_lower(std::string_view text);

/// For comparing words without regard to case (Unicode case folding).
std::string folded(std::string_view text);

/// The first letter of each word in upper case, the others in lower, in any language alike.
std::string title_case(std::string_view text);

/// In upper case, in any language alike.
std::string upper_case(std::string_view text);

}  // namespace counterpart::codecs
