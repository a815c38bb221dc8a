#include "mapping/values/decimal.h"

#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "tests/mapping/values/printing.h"

namespace counterpart {
namespace {

Decimal number(std::string_view text) {
  const auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal());
}

std::string printed(const std::optional<Decimal>& number) {
  return number ? number->print() : "nothing";
}

std::string digits(std::size_t count, char digit = '9') {
  return std::string(count, digit);
}

TEST(Decimal, reads_and_prints) {
  const std::pair<std::string, std::string> cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0"},
      {"0e999999999", "0"},
      {"0e-999999999", "0"},
      {"7", "7"},
      {"-7", "-7"},
      {"100", "100"},
      {"12.50", "12.5"},
      {"-12.50", "-12.5"},
      {"0.1", "0.1"},
      {"-0.05", "-0.05"},
      {"0.000100", "0.0001"},
      {"007.5", "7.5"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"1.5e1", "15"},
      {"1.25e1", "12.5"},
      {"1.20e2", "120"},
      {"12000e-2", "120"},
      {"12345e-2", "123.45"},
      {"120e-1", "12"},
      {"5e-1", "0.5"},
      {"1e-40", "0." + digits(39, '0') + "1"},
      {"100e-42", "0." + digits(39, '0') + "1"},
      {"1e63", "1" + digits(63, '0')},
      {"0.1e64", "1" + digits(63, '0')},
      {digits(64), digits(64)},
      {"-" + digits(64), "-" + digits(64)},
      {digits(24) + "." + digits(40), digits(24) + "." + digits(40)},
      {"1." + digits(500, '0'), "1"},
      {"1" + digits(500, '0') + "e-500", "1"},
      {digits(500, '0') + "1", "1"},
      {"0." + digits(500, '0') + "1e501", "1"},
      {"999999999999999999", "999999999999999999"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775808"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"-9223372036854775809", "-9223372036854775809"},
      {"18446744073709551616", "18446744073709551616"},
      {"12345678901234567890.10", "12345678901234567890.1"},
      {"0.1234567890123456789", "0.1234567890123456789"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(printed(Decimal::parse(text)), expected) << text;
    EXPECT_EQ(printed(Decimal::parse(expected)), expected) << "printing is stable";
  }
}

TEST(Decimal, refuses_what_is_no_number) {
  for (const char* text : {"",    "-",   "+5",  ".5",  "5.",  "-.5", "1e", "1e+",   "e5",    "1.e5",  " 1", "1 ",
                           "1,5", "1_0", "0x1", "NaN", "inf", "--1", "1-", "1.2.3", "1e5.0", "1e5e5", "½",  "１"}) {
    EXPECT_EQ(Decimal::parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Decimal::parse(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Decimal, refuses_what_is_over_the_limits_without_computing_it) {
  const std::string cases[] = {
      "1e999999999",
      "-1e999999999",
      "1e-999999999",
      "1e99999999999999999999999999",
      "1e-99999999999999999999999999",
      "1e64",
      "1e-41",
      digits(65),
      "0." + digits(41),
      digits(25) + "." + digits(40),
      "1" + digits(64, '0'),
      digits(8'000'000),
      "0." + digits(8'000'000, '1'),
      digits(63) + "e2",
  };
  for (const std::string& text : cases) EXPECT_EQ(Decimal::parse(text), std::nullopt) << text.substr(0, 80);
}

TEST(Decimal, equal_values_are_equal_however_written) {
  for (const char* text : {"1.5", "1.50", "15e-1", "0.15e1", "01.5"}) EXPECT_EQ(number(text), number("1.5")) << text;
  EXPECT_EQ(number("-0"), Decimal());
  EXPECT_EQ(number("1000"), Decimal(1000));
  EXPECT_NE(number("1.5"), number("1.51"));
}

TEST(Decimal, knows_what_it_is) {
  EXPECT_TRUE(number("5.00").is_integer());
  EXPECT_FALSE(number("5.01").is_integer());
  EXPECT_EQ(number("5.010").scale(), 2U);
  EXPECT_TRUE(number("-0.1").is_negative());
  EXPECT_FALSE(number("-0.0").is_negative());
  EXPECT_TRUE(number("0.0").is_zero());
}

TEST(Decimal, orders_by_value) {
  const char* const ascending[] = {"-1e30",
                                   "-12.5",
                                   "-12.49",
                                   "-0.001",
                                   "0",
                                   "0.0009",
                                   "0.001",
                                   "1",
                                   "1.0001",
                                   "9.99",
                                   "10",
                                   "10.5",
                                   "99999999999999999999",
                                   "1e30"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      EXPECT_EQ(number(ascending[i]) <=> number(ascending[j]), i <=> j) << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(Decimal, adds_subtracts_and_multiplies_exactly) {
  const struct {
    std::string a, b, sum, difference, product;
  } cases[] = {
      {"0.1", "0.2", "0.3", "-0.1", "0.02"},
      {"1.5", "1.5", "3", "0", "2.25"},
      {"1000000000000000000", "1000000000000000000", "2000000000000000000", "0", "1" + digits(36, '0')},
      {"9223372036854775807", "1", "9223372036854775808", "9223372036854775806", "9223372036854775807"},
      {"-2.5", "4", "1.5", "-6.5", "-10"},
      {"0.25", "0.75", "1", "-0.5", "0.1875"},
      {"19.99", "3", "22.99", "16.99", "59.97"},
      {digits(64), "1", "nothing", digits(63) + "8", digits(64)},
      {"1e40", "1e-40", "nothing", "nothing", "1"},
      {"1e-40", "1e-40", "0." + digits(39, '0') + "2", "0", "nothing"},
      {"1e32", "1e32", "2" + digits(32, '0'), "0", "nothing"},
      {"2e-40", "5e-1", "0.5" + digits(38, '0') + "2", "-0.4" + digits(38) + "8", "0." + digits(39, '0') + "1"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(printed(Decimal::add(number(c.a), number(c.b))), c.sum) << c.a << " + " << c.b;
    EXPECT_EQ(printed(Decimal::subtract(number(c.a), number(c.b))), c.difference) << c.a << " - " << c.b;
    EXPECT_EQ(printed(Decimal::multiply(number(c.a), number(c.b))), c.product) << c.a << " * " << c.b;
  }
}

TEST(Decimal, rounds_half_away_from_zero) {
  const struct {
    const char* text;
    unsigned to;
    const char* rounded;
  } cases[] = {
      {"2.345", 2, "2.35"},   {"2.344999", 2, "2.34"},
      {"-2.345", 2, "-2.35"}, {"-2.344", 2, "-2.34"},
      {"0.5", 0, "1"},        {"-0.5", 0, "-1"},
      {"0.4", 0, "0"},        {"-0.4", 0, "0"},
      {"1.5", 0, "2"},        {"2.5", 0, "3"},
      {"9.995", 2, "10"},     {"1.005", 2, "1.01"},
      {"12", 2, "12"},        {"1.10", 5, "1.1"},
      {"0.005", 2, "0.01"},   {"99999999999999999999.5", 0, "100000000000000000000"},
  };
  for (const auto& c : cases) EXPECT_EQ(number(c.text).rounded(c.to).print(), c.rounded) << c.text << " to " << c.to;
}

TEST(Decimal, rounds_half_to_the_even_digit_where_told_so) {
  const struct {
    const char* text;
    unsigned to;
    const char* rounded;
  } cases[] = {
      {"2.345", 2, "2.34"},  {"2.355", 2, "2.36"},  {"-2.345", 2, "-2.34"}, {"-2.355", 2, "-2.36"},
      {"2.3451", 2, "2.35"}, {"2.3549", 2, "2.35"}, {"0.5", 0, "0"},        {"1.5", 0, "2"},
      {"-0.5", 0, "0"},      {"99.995", 2, "100"},  {"1.1", 5, "1.1"},      {"0.005", 2, "0"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(number(c.text).rounded(c.to, Rounding::half_even).print(), c.rounded) << c.text << " to " << c.to;
  }
}

class RandomDecimal {
 public:
  /// Up to so many digits before and after the point: with half of the limits no result is over them.
  Decimal make(int digits_max) {
    std::string text = pick(2) == 0 ? "-" : "";
    for (int i = pick(digits_max) + 1; i > 0; --i) text += static_cast<char>('0' + pick(10));
    if (const int fraction = pick(digits_max + 1); fraction > 0) {
      text += '.';
      for (int i = fraction; i > 0; --i) text += static_cast<char>('0' + pick(10));
    }
    return number(text);
  }

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

 private:
  std::mt19937 random_{4711};
};

TEST(Decimal, obeys_the_laws_of_arithmetic) {
  RandomDecimal random;
  const auto add = [](const Decimal& x, const Decimal& y) { return Decimal::add(x, y).value(); };
  const auto subtract = [](const Decimal& x, const Decimal& y) { return Decimal::subtract(x, y).value(); };
  const auto multiply = [](const Decimal& x, const Decimal& y) { return Decimal::multiply(x, y).value(); };
  for (int i = 0; i < 3'000; ++i) {
    const int size = i % 2 == 0 ? 4 : 10;
    const Decimal a = random.make(size);
    const Decimal b = random.make(size);
    const Decimal c = random.make(size);

    ASSERT_EQ(number(a.print()), a);
    ASSERT_EQ(add(a, b), add(b, a));
    ASSERT_EQ(multiply(a, b), multiply(b, a));
    ASSERT_EQ(add(add(a, b), c), add(a, add(b, c)));
    ASSERT_EQ(multiply(multiply(a, b), c), multiply(a, multiply(b, c)));
    ASSERT_EQ(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)));
    ASSERT_EQ(subtract(add(a, b), b), a);
    ASSERT_EQ(subtract(a, a), Decimal());
    ASSERT_EQ(a < b, subtract(a, b).is_negative());
    ASSERT_EQ(a == b, subtract(a, b).is_zero());
  }
}

TEST(Decimal, agrees_with_64_bit_integers) {
  RandomDecimal random;
  for (int i = 0; i < 3'000; ++i) {
    const std::int64_t a = random.pick(2'000'000'000) - 1'000'000'000;
    const std::int64_t b = random.pick(2'000'000'000) - 1'000'000'000;

    ASSERT_EQ(Decimal::add(Decimal(a), Decimal(b)), Decimal(a + b));
    ASSERT_EQ(Decimal::multiply(Decimal(a), Decimal(b)), Decimal(a * b));
    ASSERT_EQ(Decimal(a) <=> Decimal(b), a <=> b);
    ASSERT_EQ(Decimal(a).print(), std::to_string(a));
  }
}

TEST(Decimal, rounding_moves_by_at_most_half_a_unit) {
  RandomDecimal random;
  for (int i = 0; i < 3'000; ++i) {
    const Decimal value = random.make(10);
    const auto to = static_cast<unsigned>(random.pick(11));
    const Decimal rounded = value.rounded(to);
    const Decimal half_unit = number("5e-" + std::to_string(to + 1));
    const Decimal moved = Decimal::subtract(rounded, value).value();

    ASSERT_LE(rounded.scale(), to);
    ASSERT_LE(moved, half_unit) << value.print() << " to " << to;
    ASSERT_GE(moved, Decimal::subtract(Decimal(), half_unit).value()) << value.print() << " to " << to;
    ASSERT_EQ(rounded.rounded(to), rounded);
  }
}

TEST(Decimal, divides_to_28_digits_half_to_even) {
  struct Case {
    const char* a;
    const char* b;
    const char* quotient;
  };
  const Case cases[] = {
      {"6", "3", "2"},
      {"0", "-7", "0"},
      {"-1", "8", "-0.125"},
      {"1", "3", "0.3333333333333333333333333333"},
      {"2", "-3", "-0.6666666666666666666666666667"},
      {"1e30", "7", "142857142857142857142857142900"},
      {"1", "7e20", "0.0000000000000000000014285714285714285714"},
      {"12345678901234567890123456785", "10", "1234567890123456789012345678"},
      {"12345678901234567890123456775", "10", "1234567890123456789012345678"},
      {"123456789012345678901234567850000000001", "100000000000", "1234567890123456789012345679"},
      {"1e-40", "3", "0"},
      {"2e-40", "3", "0.0000000000000000000000000000000000000001"},
      {"1e-40", "2", "0"},
      {"1e63", "1e-1", "nothing"},
      {"1", "0", "nothing"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(printed(Decimal::divide(number(c.a), number(c.b))), c.quotient) << c.a << " / " << c.b;
}

TEST(Decimal, division_is_undone_by_multiplication_where_it_comes_out) {
  RandomDecimal random;
  for (int i = 0; i < 3'000; ++i) {
    const Decimal a = random.make(10);
    const Decimal b = random.make(10);
    if (b.is_zero()) continue;

    ASSERT_EQ(Decimal::divide(Decimal::multiply(a, b).value(), b), a) << a.print() << " * " << b.print();
  }
}

TEST(Decimal, rounds_up_and_down) {
  struct Case {
    const char* text;
    unsigned to;
    const char* up;
    const char* down;
  };
  const Case cases[] = {
      {"2.345", 2, "2.35", "2.34"}, {"-2.345", 2, "-2.34", "-2.35"}, {"2.3", 2, "2.3", "2.3"},
      {"9.99", 1, "10", "9.9"},     {"-0.4", 0, "0", "-1"},          {"7", 0, "7", "7"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(number(c.text).ceiling(c.to).print(), c.up) << c.text;
    EXPECT_EQ(number(c.text).floor(c.to).print(), c.down) << c.text;
  }
}

}  // namespace
}  // namespace counterpart
