#pragma once

#include "mapping/values/native.h"

namespace counterpart::tryton {

/// The prices of a sale's line: `base_price` before the discount, `discount_rate` (a fraction), and `unit_price`
/// after it. Tryton holds the two prices with four digits and works the rate out of them; a line without a base price
/// has no rate, and is read as if its price were the base.
///
/// Adds both prices to `values` where one of the three changed; `before` is nullptr for a new line. Throws Unsuitable
/// where they contradict each other, or where Tryton cannot hold the rate exactly.
void add_prices(const Native* before, const Native& after, Native& values);

}  // namespace counterpart::tryton
