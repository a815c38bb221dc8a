#include "mapping/values/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace counterpart {
namespace {

using Coefficient = Decimal::Coefficient;

/// Products before normalising reach 128 digits, alignments 104.
constexpr unsigned kPowerMax = 2 * Decimal::kDigitsMax;
/// So many digits always fit 64 bits.
constexpr std::size_t kFastDigits = 18;
/// Exponents are counted no further: no text is long enough to make up for one.
constexpr std::int64_t kExponentMax = 1'000'000'000'000'000;

const Coefficient& power_of_ten(unsigned exponent) {
  static const auto powers = [] {
    std::array<Coefficient, kPowerMax + 1> made;
    made[0] = 1;
    for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * 10;
    return made;
  }();
  return powers[exponent];
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

/// A number as written, before any arithmetic: ±integer.fraction × 10^exponent.
struct Notation {
  bool negative = false;
  std::string_view integer;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

std::optional<std::int64_t> read_exponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || count_digits(text) != text.size()) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char digit : text) {
    if (exponent < kExponentMax) exponent = exponent * 10 + (digit - '0');
  }
  return negative ? -exponent : exponent;
}

std::optional<Notation> read_notation(std::string_view text) {
  Notation notation;
  notation.negative = text.starts_with('-');
  if (notation.negative) text.remove_prefix(1);
  notation.integer = text.substr(0, count_digits(text));
  if (notation.integer.empty()) return std::nullopt;
  text.remove_prefix(notation.integer.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    notation.fraction = text.substr(0, count_digits(text));
    if (notation.fraction.empty()) return std::nullopt;
    text.remove_prefix(notation.fraction.size());
  }
  if (text.empty()) return notation;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  const auto exponent = read_exponent(text.substr(1));
  if (!exponent) return std::nullopt;
  notation.exponent = *exponent;
  return notation;
}

std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string_view without_trailing_zeros(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

std::uint64_t to_integer(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Coefficient to_coefficient(std::string_view digits) {
  if (digits.size() <= kFastDigits) return to_integer(digits);
  Coefficient value = 0;
  while (!digits.empty()) {
    const std::string_view chunk = digits.substr(0, kFastDigits);
    value = value * power_of_ten(static_cast<unsigned>(chunk.size())) + to_integer(chunk);
    digits.remove_prefix(chunk.size());
  }
  return value;
}

bool fits_64_bits(const Coefficient& value) {
  return value <= std::numeric_limits<std::int64_t>::max() && value >= std::numeric_limits<std::int64_t>::min();
}

std::string print_integer(const Coefficient& value) {
  return fits_64_bits(value) ? std::to_string(static_cast<std::int64_t>(value)) : value.str();
}

int digits_of(const Coefficient& value) {
  return static_cast<int>(Coefficient(abs(value)).str().size());
}

/// Without its last `digits`; `more`: there would be others behind them.
Coefficient half_to_even(const Coefficient& value, unsigned digits, bool more) {
  const Coefficient& unit = power_of_ten(digits);
  Coefficient result;
  Coefficient dropped;
  divide_qr(value, unit, result, dropped);
  const int order = Coefficient(dropped * 2).compare(unit);
  const bool is_up = order > 0 || (order == 0 && (more || result % 2 != 0));
  return is_up ? Coefficient(result + 1) : result;
}

}  // namespace

Decimal::Decimal(std::int64_t integer) : coefficient_(integer) {}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const auto notation = read_notation(text);
  if (!notation) return std::nullopt;

  // Only significant digits are kept; everything is measured before the first multiplication.
  std::string_view fraction = without_trailing_zeros(notation->fraction);
  std::string_view integer = without_leading_zeros(notation->integer);
  std::int64_t exponent = notation->exponent - static_cast<std::int64_t>(fraction.size());
  if (integer.empty()) fraction = without_leading_zeros(fraction);
  if (fraction.empty()) {
    const std::string_view shorter = without_trailing_zeros(integer);
    exponent += static_cast<std::int64_t>(integer.size() - shorter.size());
    integer = shorter;
  }
  const std::size_t digits = integer.size() + fraction.size();
  if (digits == 0) return Decimal();
  if (digits > kDigitsMax || exponent < -std::int64_t{kScaleMax}) return std::nullopt;
  if (exponent > 0 && digits + static_cast<std::uint64_t>(exponent) > kDigitsMax) return std::nullopt;

  Coefficient value = to_coefficient(integer);
  if (!fraction.empty()) {
    value = value * power_of_ten(static_cast<unsigned>(fraction.size())) + to_coefficient(fraction);
  }
  if (exponent > 0) value *= power_of_ten(static_cast<unsigned>(exponent));
  Decimal result;
  result.coefficient_ = notation->negative ? Coefficient(-value) : value;
  result.scale_ = exponent < 0 ? static_cast<unsigned>(-exponent) : 0;
  return result;
}

std::string Decimal::print() const {
  std::string text = print_integer(coefficient_);
  if (scale_ == 0) return text;
  const std::size_t sign = text.front() == '-' ? 1 : 0;
  if (text.size() - sign <= scale_) text.insert(sign, scale_ + 1 - (text.size() - sign), '0');
  text.insert(text.size() - scale_, 1, '.');
  return text;
}

std::optional<Decimal> Decimal::make(Coefficient coefficient, unsigned scale) {
  Decimal result;
  result.coefficient_ = std::move(coefficient);
  result.scale_ = scale;
  result.drop_trailing_zeros();
  if (result.scale_ > kScaleMax || abs(result.coefficient_) >= power_of_ten(kDigitsMax)) return std::nullopt;
  return result;
}

void Decimal::drop_trailing_zeros() {
  Coefficient quotient;
  Coefficient remainder;
  while (scale_ > 0) {
    divide_qr(coefficient_, power_of_ten(1), quotient, remainder);
    if (remainder != 0) return;
    coefficient_.swap(quotient);
    --scale_;
  }
}

std::optional<Decimal> Decimal::add(const Decimal& a, const Decimal& b) {
  if (a.scale_ == b.scale_) return make(a.coefficient_ + b.coefficient_, a.scale_);
  if (a.scale_ < b.scale_) return add(b, a);
  return make(a.coefficient_ + b.coefficient_ * power_of_ten(a.scale_ - b.scale_), a.scale_);
}

std::optional<Decimal> Decimal::subtract(const Decimal& a, const Decimal& b) {
  Decimal negated = b;
  negated.coefficient_ = -negated.coefficient_;
  return add(a, negated);
}

std::optional<Decimal> Decimal::multiply(const Decimal& a, const Decimal& b) {
  return make(a.coefficient_ * b.coefficient_, a.scale_ + b.scale_);
}

std::optional<Decimal> Decimal::divide(const Decimal& a, const Decimal& b) {
  if (b.is_zero()) return std::nullopt;
  // One digit more than is kept, or two; what is beyond them only decides whether a half is one.
  const int wanted = static_cast<int>(kQuotientDigits) + 1;
  const int shift = wanted + digits_of(b.coefficient_) - digits_of(a.coefficient_);
  const Coefficient numerator = abs(a.coefficient_) * power_of_ten(static_cast<unsigned>(std::max(shift, 0)));
  const Coefficient denominator = abs(b.coefficient_) * power_of_ten(static_cast<unsigned>(std::max(-shift, 0)));
  Coefficient quotient;
  Coefficient rest;
  divide_qr(numerator, denominator, quotient, rest);
  int scale = static_cast<int>(a.scale_) - static_cast<int>(b.scale_) + shift;
  const int digits = digits_of(quotient);
  const int surplus = std::max({digits - static_cast<int>(kQuotientDigits), scale - static_cast<int>(kScaleMax), 0});
  if (surplus > digits) return Decimal();
  quotient = half_to_even(quotient, static_cast<unsigned>(surplus), rest != 0);
  scale -= surplus;
  if (scale < 0) quotient *= power_of_ten(static_cast<unsigned>(-scale));
  if (a.is_negative() != b.is_negative()) quotient = -quotient;
  return make(std::move(quotient), static_cast<unsigned>(std::max(scale, 0)));
}

Decimal Decimal::rounded(unsigned fraction_digits, Rounding rounding) const {
  if (scale_ <= fraction_digits) return *this;
  const Coefficient& unit = power_of_ten(scale_ - fraction_digits);
  Decimal result;
  Coefficient remainder;
  divide_qr(coefficient_, unit, result.coefficient_, remainder);
  const Coefficient twice = abs(remainder) * 2;
  const bool stays = rounding == Rounding::half_even && twice == unit && result.coefficient_ % 2 == 0;
  if (twice >= unit && !stays) result.coefficient_ += is_negative() ? -1 : 1;
  result.scale_ = fraction_digits;
  result.drop_trailing_zeros();
  return result;
}

Decimal Decimal::floor(unsigned fraction_digits) const {
  if (scale_ <= fraction_digits) return *this;
  Decimal result;
  Coefficient remainder;
  divide_qr(coefficient_, power_of_ten(scale_ - fraction_digits), result.coefficient_, remainder);
  if (remainder < 0) result.coefficient_ -= 1;
  result.scale_ = fraction_digits;
  result.drop_trailing_zeros();
  return result;
}

Decimal Decimal::ceiling(unsigned fraction_digits) const {
  Decimal mirrored = *this;
  mirrored.coefficient_ = -mirrored.coefficient_;
  mirrored = mirrored.floor(fraction_digits);
  mirrored.coefficient_ = -mirrored.coefficient_;
  return mirrored;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  const auto order = [](const Coefficient& a, const Coefficient& b) { return a.compare(b) <=> 0; };
  if (scale_ == other.scale_) return order(coefficient_, other.coefficient_);
  if (scale_ < other.scale_) return order(coefficient_ * power_of_ten(other.scale_ - scale_), other.coefficient_);
  return order(coefficient_, other.coefficient_ * power_of_ten(scale_ - other.scale_));
}

}  // namespace counterpart
