#pragma once

#include <string_view>

namespace counterpart {

/// True if the text is UTF-8 as databases and JSON take it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace counterpart
