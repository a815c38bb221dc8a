#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ports/http_client.h"

namespace counterpart::hook {

/// The header's value; nullptr where it is missing, empty, or there twice: with two, another party
/// might have looked at the other one.
const std::string* only_header(const HttpHeaders& headers, std::string_view name);

/// The text without its prefix; nullopt where it does not begin so.
std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix);

/// The values of the parts of that name in a header `t=1614265330,v1=5257a8…`, spaces around them aside.
std::vector<std::string_view> parts_of(std::string_view header, std::string_view name);

}  // namespace counterpart::hook
