#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <variant>

#include "mapping/values/decimal.h"

namespace counterpart {

/// A point in time, UTC, microseconds since 1970.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// A calendar day; never midnight somewhere.
using Date = std::chrono::year_month_day;

/// Not there because the system did not tell: changes nothing.
struct Unknown {
  bool operator==(const Unknown&) const = default;
};

/// Empty, which is a value.
struct Blank {
  bool operator==(const Blank&) const = default;
};

/// A person's name in parts, each NFC and trimmed. What stands after a name (Jr., MBA) is part of the family name.
struct PersonName {
  std::string given;
  std::string family;
  std::string title = {};  ///< all that stands before: "Prof. Dr."
  bool operator==(const PersonName&) const = default;
};

/// An amount of a currency, as it is told: with more digits than the currency's coins, too.
struct Money {
  Decimal amount;
  std::string currency;  ///< ISO 4217: EUR
  bool operator==(const Money&) const = default;
};

/// Some of several texts, none twice; never none of them, which is Blank. Their order tells nothing.
struct TextSet {
  std::set<std::string> items;
  bool operator==(const TextSet&) const = default;
};

/// Where somebody lives or works, in parts, each NFC and trimmed, "" where it is not told; never all of them.
struct PostalAddress {
  std::string street;  ///< all that stands before the city, one line or several: "c/o Byron\nMusterstr. 12"
  std::string postal_code;
  std::string city;
  std::string country;      ///< ISO 3166: DE
  std::string region = {};  ///< where the country writes it: IL
  bool operator==(const PostalAddress&) const = default;
};

/// A field's canonical typed value (engine: two spellings of one value are never a change).
/// Integers are decimals of scale 0; options, e-mails, phones and VAT ids are texts in normal form.
using Value =
    std::variant<Unknown, Blank, std::string, Decimal, bool, Date, Instant, PersonName, Money, TextSet, PostalAddress>;

inline bool is_unknown(const Value& value) {
  return std::holds_alternative<Unknown>(value);
}
inline bool is_blank(const Value& value) {
  return std::holds_alternative<Blank>(value);
}

/// For people: `explain`, history, messages. "" for blank, "(unknown)"; dates and instants ISO 8601.
std::string describe(const Value& value);

}  // namespace counterpart
