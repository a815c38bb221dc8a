#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mapping/values/decimal.h"

namespace counterpart::codecs {

/// How a number is spelled as text.
struct NumberSpelling {
  char decimal_mark = '.';
  char group_mark = '\0';  ///< '\0': no grouping
  bool grouped = false;    ///< printed with grouping
};

/// The languages whose spellings are known, as arguments name them: in the order of kNumberSpellings.
inline constexpr std::string_view kNumberLocales[] = {"de", "en"};
inline constexpr NumberSpelling kNumberSpellings[] = {{',', '.', false}, {'.', ',', false}};

/// The number of a text without white space around it; nullopt where it is none in this spelling.
std::optional<Decimal> read_number(std::string_view text, const NumberSpelling& spelling);

/// The number as text, with zeros up to so many digits after the decimal mark.
std::string spell_number(const Decimal& value, const NumberSpelling& spelling, unsigned least_fraction = 0);

}  // namespace counterpart::codecs
