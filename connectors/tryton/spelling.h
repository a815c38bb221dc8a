#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/values/native.h"
#include "mapping/values/value.h"

namespace counterpart::tryton {

/// What JSON has no type for: how Tryton spells it, and how a record does.

/// Whether there is no value: none at all, null, or an empty text.
bool is_blank(const Native* value);

/// An id as JSON number; nullopt for a text that cannot be one.
std::optional<Native> id_number(std::string_view id);

/// {"__class__": "datetime", "year": …}, UTC.
Native tagged(Instant instant);
/// nullopt where it is none.
std::optional<Instant> instant_of(const Native& tagged);
/// From seconds since 1970: "1795225000.123088".
std::optional<Instant> instant_of_stamp(std::string_view stamp);

/// {"__class__": "Decimal", "decimal": "12.5"} of a number in plain notation; nullopt where it is none.
std::optional<Native> tagged_decimal(std::string_view number);
/// The text "12.50" of what Tryton tells, as it has it; of a number in scientific notation, plainly.
Native plain_decimal(const Native& tagged);

/// {"__class__": "date", …} of "2026-11-22"; nullopt where it is none.
std::optional<Native> tagged_date(std::string_view iso);
/// The text "2026-11-22".
Native plain_date(const Native& tagged);

/// What stands for a tax without a rate.
inline constexpr const char* kFixedTax = "fixed";
/// "0.19 + 0.07", and back.
std::string joined_rates(const std::vector<std::string>& rates);
std::set<std::string> rates_of(std::string_view joined);

}  // namespace counterpart::tryton
