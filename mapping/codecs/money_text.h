#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace counterpart::codecs {

/// An amount's text taken apart: "-€1,234.56" is the number "-1,234.56" of the currency "€".
struct MoneyText {
  std::string number;
  std::string currency;  ///< as it is spelled; "" where none is
};

/// The number is the first digits, with the marks between them, one decimal mark right before and a minus somewhere
/// before; the currency, what stands on one side of it. nullopt where there is no number, or something on both sides.
std::optional<MoneyText> take_money_apart(std::string_view text, char decimal_mark);

}  // namespace counterpart::codecs
