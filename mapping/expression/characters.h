#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace counterpart {

/// UTF-8 texts as sequences of characters (code points).

/// How many characters a text has.
std::size_t count_characters(std::string_view text);

/// Bytes of the first character; 0 for the empty text.
std::size_t first_character_size(std::string_view text);

/// Bytes of the last character; 0 for the empty text.
std::size_t last_character_size(std::string_view text);

/// The byte offset after so many characters, or the whole size.
std::size_t offset_of_character(std::string_view text, std::size_t count);

/// True if the text begins with white space in Python's sense (no-break spaces included).
bool begins_with_space(std::string_view text);

/// The text without white space at both ends.
std::string_view trimmed(std::string_view text);

/// Case mappings of Unicode, independent of any locale.
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);

/// The first character in title case, the rest in lower case.
std::string capitalized(std::string_view text);

}  // namespace counterpart
