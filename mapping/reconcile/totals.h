#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mapping/reconcile/reconcile.h"
#include "mapping/values/decimal.h"

namespace counterpart {

/// What a document's lines add up to, in the currency's minor unit.
struct Sums {
  Decimal discount;  ///< what the discounts take off
  Decimal net;       ///< after discounts
  Decimal tax;
  Decimal gross;
  bool operator==(const Sums&) const = default;
};

/// "net 100.00, tax 19.00, gross 119.00", with the discount where there is one.
std::string describe(const Sums& sums, unsigned digits);

/// Adds up the rows that a record shows on that side; nullopt where there are none told. A Problem where a row's value
/// cannot be read.
std::variant<std::optional<Sums>, Problem> add_up(const RowsRule& rule, Side side, const Shown& record);

/// Whether the sums that the record itself tells are those of its rows; the Problem shows both.
std::optional<Problem> check_own_totals(const ObjectMapping& mapping, Side side, const Shown& record);

/// Whether the rows of both sides add up to the same; the Problem shows both. Of rows that are all on both sides: where
/// one is held for a person, or left to one side by a direction, they need not.
std::optional<Problem> compare_totals(const ObjectMapping& mapping, const Both<Shown>& records, FieldStates& state);

}  // namespace counterpart
