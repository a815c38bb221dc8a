#pragma once

#include <cstdint>
#include <string_view>

namespace counterpart::codecs {

enum class VatCheck : std::uint8_t {
  right,      ///< form and check digits are those of its country
  no_rule,    ///< of a country without a rule here
  bad_form,   ///< not as many digits, or not the letters, that its country gives
  bad_digits  ///< of the form, but the check digits are others
};

/// Judges a VAT id in normal form: of the EU's states (Greece as EL, Northern Ireland as XI), CH, GB and NO. Rules: the
/// states' own, as the European Commission's VIES describes the forms, and python-stdnum the check digits.
VatCheck check_vat_id(std::string_view normal);

}  // namespace counterpart::codecs
