#pragma once

#include <string>
#include <string_view>

#include "mapping/values/native.h"

namespace counterpart::commands {

/// The member as text; "" where there is none.
std::string text(const Native& row, std::string_view name);

/// "name=value name=value" of an object's members that are not null; else its JSON. Control
/// characters are shown as '?', for it goes to a terminal.
std::string one_line(const Native& value);

}  // namespace counterpart::commands
