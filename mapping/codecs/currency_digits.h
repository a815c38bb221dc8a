#pragma once

#include <string>

namespace counterpart::codecs {

/// How many digits after the decimal mark amounts of a currency (ISO 4217) have: 2 of EUR, 0 of JPY, 3 of KWD.
unsigned currency_digits(const std::string& code);

}  // namespace counterpart::codecs
