#pragma once

#include <string_view>

namespace counterpart {

/// Without the blanks (space, tab) around it: optional white space of RFC 9110 §5.6.3.
std::string_view without_blanks(std::string_view value);

/// May not stand in a header's value (RFC 9110 §5.5): a control character other than the tab.
bool is_control(char c);

}  // namespace counterpart
