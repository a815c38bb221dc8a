#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart {

/// Where what lies in the middle goes: 0.125 is 0.13 of hundredths (away from zero), or 0.12 (to the even digit).
enum class Rounding : std::uint8_t { half_up, half_even };

/// An exact decimal: coefficient × 10^-scale. At most 64 significant digits and scale 0…40, so
/// that hostile input stays cheap. Always kept without trailing zeros in the fraction: 1.50 == 1.5.
class Decimal {
 public:
  using Coefficient = boost::multiprecision::cpp_int;

  static constexpr unsigned kDigitsMax = 64;
  static constexpr unsigned kScaleMax = 40;

  Decimal() = default;  ///< zero
  explicit Decimal(std::int64_t integer);

  /// Plain or JSON notation ("-12.50", "1e3"; leading zeros are let pass); nullopt where it is no
  /// number or over the limits. White space, "+5", ".5" and "5." are no numbers.
  static std::optional<Decimal> parse(std::string_view text);

  /// Plain notation without exponent or trailing zeros: "-12.5".
  std::string print() const;

  unsigned scale() const { return scale_; }
  bool is_integer() const { return scale_ == 0; }
  bool is_negative() const { return coefficient_ < 0; }
  bool is_zero() const { return coefficient_ == 0; }

  /// Sum, difference, product; nullopt where the limits are passed.
  static std::optional<Decimal> add(const Decimal& a, const Decimal& b);
  static std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);
  static std::optional<Decimal> multiply(const Decimal& a, const Decimal& b);

  /// Digits that a quotient which does not come out is rounded to, as Python's decimals are.
  static constexpr unsigned kQuotientDigits = 28;

  /// The quotient, to at most 28 significant digits (and kScaleMax decimal places), half to even; nullopt where the
  /// limits are passed or `b` is zero.
  static std::optional<Decimal> divide(const Decimal& a, const Decimal& b);

  /// Rounded to so many fraction digits; half away from zero, as invoices are, unless told else.
  Decimal rounded(unsigned fraction_digits, Rounding rounding = Rounding::half_up) const;
  /// Rounded up or down to so many fraction digits: towards plus and minus infinity.
  Decimal ceiling(unsigned fraction_digits) const;
  Decimal floor(unsigned fraction_digits) const;

  bool operator==(const Decimal&) const = default;
  std::strong_ordering operator<=>(const Decimal& other) const;

 private:
  static std::optional<Decimal> make(Coefficient coefficient, unsigned scale);
  void drop_trailing_zeros();

  Coefficient coefficient_ = 0;
  unsigned scale_ = 0;
};

}  // namespace counterpart
