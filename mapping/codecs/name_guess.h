#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "mapping/values/value.h"

namespace counterpart::codecs {

// Names written in one text, here NFC and with single spaces.

/// "Title Given Family".
std::string joined_name(const PersonName& name);

/// The titles at the front and what is after them. `all`: nothing need be after them; else the last word stays a name.
std::pair<std::string, std::string> split_titles(std::string_view text, bool all);

/// The title, given and family name of a text, by the words' places: the last word, the particles before it and what
/// stands after it (Jr., MBA, geb. …) are the family name. One comma that is not before such a suffix turns the order:
/// "Family, Given". joined_name() of it is the text again, but for that comma.
PersonName guess_name(const std::string& text);

/// True if a comma turns the order of this text.
bool reads_family_first(const std::string& text);

}  // namespace counterpart::codecs
