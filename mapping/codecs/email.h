#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace counterpart::codecs {

/// Where the @ of an address is: exactly one, something on both sides, no white space or control
/// character; nullopt where it is no address.
std::optional<std::size_t> at_sign_of(std::string_view address);

}  // namespace counterpart::codecs
