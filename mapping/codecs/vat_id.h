#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace counterpart::codecs {

/// A VAT id's normal form: upper case, without white space and . - /, two letters of the country (EL for Greece) and 2
/// to 13 letters, digits, + or *, one digit at least, without a Swiss MWST or Norwegian MVA at the end; nullopt where
/// it is none. Check digits are not looked at.
std::optional<std::string> normal_vat_id(std::string_view text);

}  // namespace counterpart::codecs
