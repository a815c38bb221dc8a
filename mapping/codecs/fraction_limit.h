#pragma once

#include <optional>
#include <string>

#include "mapping/codecs/argument_words.h"
#include "mapping/codecs/codec.h"
#include "mapping/values/decimal.h"

namespace counterpart::codecs {

/// How many digits after the decimal mark a side holds, and whether it rounds what has more.
struct FractionLimit {
  std::optional<unsigned> digits;    ///< nullopt: any number
  std::optional<Rounding> rounding;  ///< nullopt: what has more is not holdable

  /// The number as it is held: rounded, where that is said.
  Decimal held(const Decimal& value) const { return digits && rounding ? value.rounded(*digits, *rounding) : value; }
  /// True if it has more digits than are held.
  bool is_passed_by(const Decimal& value) const { return digits && value.scale() > *digits; }
};

/// half_up or half_even, where it is among the arguments. Throws SpecificationError where both are.
std::optional<Rounding> take_rounding(ArgumentWords& words);

/// The limit that the arguments say, as in (2) or (2, half_up). Throws SpecificationError.
FractionLimit take_fraction_limit(ArgumentWords& words);

/// "'0.125' has 3 digits after the decimal mark, and `limit`"; `rounding` is the codec that rounds.
Problem too_many_digits(const Decimal& value, const std::string& limit, const std::string& rounding);

}  // namespace counterpart::codecs
