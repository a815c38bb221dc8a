#include "connectors/tryton/prices.h"

#include "connectors/tryton/objects.h"
#include "connectors/tryton/spelling.h"
#include "connectors/tryton/unsuitable.h"
#include "mapping/values/decimal.h"

namespace counterpart::tryton {
namespace {

constexpr unsigned kDigits = 4;  // of Tryton's prices, and of its discount rate

std::optional<Decimal> number_in(const Native& line, const char* name) {
  const Native* value = line.member(name);
  if (is_blank(value)) return std::nullopt;
  auto number = Decimal::parse(value->plain());
  if (!number) throw Unsuitable(std::string("'") + name + "' takes a number, not '" + value->plain() + "'");
  return number;
}

Decimal within_limits(const std::optional<Decimal>& result) {
  if (!result) throw Unsuitable("the line's price has too many digits");
  return *result;
}

/// `price` less the discount, as Tryton rounds prices.
Decimal discounted(const Decimal& price, const Decimal& rate) {
  const Decimal rest = within_limits(Decimal::subtract(Decimal(1), rate));
  return within_limits(Decimal::multiply(price, rest)).rounded(kDigits, Rounding::half_even);
}

/// The rate that Tryton will tell; none of a price of nothing.
std::optional<Decimal> told_rate(const Decimal& price, const Decimal& net) {
  const auto share = Decimal::divide(net, price);
  if (!share) return std::nullopt;
  return within_limits(Decimal::subtract(Decimal(1), *share)).rounded(kDigits, Rounding::half_even);
}

/// The price after the discount.
Decimal net_price(const Decimal& price, const Decimal& rate) {
  const Decimal net = discounted(price, rate);
  if (told_rate(price, net) != rate)
    throw Unsuitable("Tryton cannot hold a price of " + price.print() + " less a discount_rate of " + rate.print() +
                     " exactly: its prices and rates have four digits; change the discount");
  return net;
}

void send(const char* name, const std::optional<Decimal>& number, Native& values) {
  values.set(name, number ? tagged_decimal(number->print()).value() : Native());
}

}  // namespace

void add_prices(const Native* before, const Native& after, Native& values) {
  const bool net_changed = is_changed("unit_price", before, after);
  const bool rest_changed = is_changed("base_price", before, after) || is_changed("discount_rate", before, after);
  if (!net_changed && !rest_changed) return;
  const auto price = number_in(after, "base_price");
  const auto rate = number_in(after, "discount_rate");
  const auto net = number_in(after, "unit_price");
  if (rest_changed && price) {
    const Decimal worked_out = rate ? net_price(*price, *rate) : *price;
    if (net_changed && net && *net != worked_out)
      throw Unsuitable("base_price and discount_rate make a unit_price of " + worked_out.print() + ", not " +
                       net->print() + "; map two of the three");
    send("unit_price", worked_out, values);
    // Without a base price Tryton tells no rate, with one it tells 0: blank and 0 stay two things.
    send("base_price", rate ? price : std::nullopt, values);
    return;
  }
  if (rest_changed && rate) throw Unsuitable("a line with a discount_rate needs its base_price");
  if (!net) throw Unsuitable("a line needs its price: base_price before the discount, or unit_price after it");
  send("unit_price", net, values);
  if (rest_changed) send("base_price", std::nullopt, values);
}

}  // namespace counterpart::tryton
