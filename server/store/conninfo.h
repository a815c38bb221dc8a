#pragma once

#include <string>
#include <string_view>

namespace counterpart::store {

/// A libpq connection string or URI with a parameter added, in the spelling of its kind; one that is
/// there already stays.
std::string with_parameter(const std::string& conninfo, std::string_view key, std::string_view value);

/// A value quoted for a connection string of the key=value kind.
std::string quoted_for_conninfo(std::string_view value);

}  // namespace counterpart::store
