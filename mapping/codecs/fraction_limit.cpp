#include "mapping/codecs/fraction_limit.h"

#include "mapping/codecs/single.h"

namespace counterpart::codecs {

std::optional<Rounding> take_rounding(ArgumentWords& words) {
  constexpr std::string_view kRoundings[] = {"half_up", "half_even"};
  const auto taken = words.take(kRoundings);
  if (!taken) return std::nullopt;
  return *taken == 0 ? Rounding::half_up : Rounding::half_even;
}

FractionLimit take_fraction_limit(ArgumentWords& words) {
  FractionLimit limit;
  limit.digits = words.take_number(Decimal::kScaleMax);
  limit.rounding = take_rounding(words);
  if (limit.rounding && !limit.digits) words.refuse_taken("follows a number of digits");
  return limit;
}

Problem too_many_digits(const Decimal& value, const std::string& limit, const std::string& rounding) {
  return {shown(Native(value.print())) + " has " + std::to_string(value.scale()) +
              " digits after the decimal mark, and " + limit,
          "round it in the record, or let it be rounded: " + rounding};
}

}  // namespace counterpart::codecs
