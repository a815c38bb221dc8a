#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Spelled {
  const char* codec;
  const char* text;
  const char* read;
};

TEST(NumberCodecs, ReadTheirSpellings) {
  const Spelled cases[] = {
      {"decimal", "1234.56", "number 1234.56"},
      {"decimal", " -1234.50 ", "number -1234.5"},
      {"decimal", "+7", "number 7"},
      {"decimal", "007.10", "number 7.1"},
      {"decimal", "1.5e3", "number 1500"},
      {"decimal", ".5", "number 0.5"},
      {"decimal(de)", "1.234,56", "number 1234.56"},
      {"decimal(de)", "1234,56", "number 1234.56"},
      {"decimal(de)", "1.234", "number 1234"},
      {"decimal(de)", "-12.345.678,9", "number -12345678.9"},
      {"decimal(de)", ",50", "number 0.5"},
      {"decimal(de)", "0,00", "number 0"},
      {"decimal(en)", "1,234.56", "number 1234.56"},
      {"decimal(en)", "1234.56", "number 1234.56"},
      {"number(de)", "1.234,56", "number 1234.56"},
      {"integer", "42", "number 42"},
      {"integer", "42.00", "number 42"},
  };

  for (const Spelled& it : cases) EXPECT_EQ(read(codec(it.codec), it.text), it.read) << it.codec << " " << it.text;
}

TEST(NumberCodecs, RefuseWhatIsNotTheirs) {
  const Spelled cases[] = {
      {"decimal", "1,5", "problem: '1,5' is no number like 1234.56"},
      {"decimal", "1 000", "problem: '1 000'"},
      {"decimal", "--1", "problem: '--1'"},
      {"decimal", "1.", "problem: '1.'"},
      {"decimal", ".", "problem: '.'"},
      {"decimal", "-", "problem: '-'"},
      {"decimal", "1.2.3", "problem: '1.2.3'"},
      {"decimal", "NaN", "problem: 'NaN'"},
      {"decimal", "0x10", "problem: '0x10'"},
      {"decimal(de)", "1234.56", "problem: '1234.56' is no number like 1234,56"},
      {"decimal(de)", "12.34,5", "problem: '12.34,5'"},
      {"decimal(de)", "1.23", "problem: '1.23'"},
      {"decimal(de)", "1234.567", "problem: '1234.567'"},
      {"decimal(de)", ".123", "problem: '.123'"},
      {"decimal(de)", "1..234", "problem: '1..234'"},
      {"decimal(de)", "1,234.5", "problem: '1,234.5'"},
      {"decimal(de)", "1,5e3", "problem: '1,5e3'"},
      {"decimal(en)", "1.234,56", "problem: '1.234,56'"},
      {"integer", "12.5", "problem: '12.5' is no whole number"},
      {"integer", "zwölf", "problem: 'zwölf' is no number like 1234.56"},
  };

  for (const Spelled& it : cases) {
    EXPECT_THAT(read(codec(it.codec), it.text), StartsWith(it.read)) << it.codec << " " << it.text;
  }
  EXPECT_THAT(read(codec("decimal"), Native(true)), StartsWith("problem: 'true'"));
  EXPECT_THAT(read(codec("decimal"), std::string(500, '9')), StartsWith("problem: "));
}

TEST(NumberCodecs, AllReadJsonNumbers) {
  for (const char* name : {"decimal", "decimal(de)", "decimal(en)", "decimal(de, grouped)", "number", "number(de)"}) {
    EXPECT_EQ(read(codec(name), number("12345678901234567890.10")), "number 12345678901234567890.1") << name;
  }
  EXPECT_EQ(read(codec("integer"), number("1e3")), "number 1000");
  EXPECT_EQ(read(codec("integer(text)"), number("5")), "number 5");
}

TEST(NumberCodecs, PrintTheirSpelling) {
  const Value value = decimal("-1234567.5");

  EXPECT_EQ(written(codec("decimal"), value), "\"-1234567.5\"");
  EXPECT_EQ(written(codec("decimal(de)"), value), "\"-1234567,5\"");
  EXPECT_EQ(written(codec("decimal('de', grouped)"), value), "\"-1.234.567,5\"");
  EXPECT_EQ(written(codec("decimal(en, grouped)"), value), "\"-1,234,567.5\"");
  EXPECT_EQ(written(codec("number"), value), "-1234567.5");
  EXPECT_EQ(written(codec("number(de)"), value), "-1234567.5");
  EXPECT_EQ(written(codec("decimal(de, grouped)"), decimal("-123")), "\"-123\"");
  EXPECT_EQ(written(codec("integer"), decimal("12")), "12");
  EXPECT_EQ(written(codec("integer(text)"), decimal("12")), "\"12\"");
  EXPECT_EQ(written(codec("integer"), value), "problem: '-1234567.5' is no whole number");
  EXPECT_THAT(std::get<Problem>(codec("integer")->print(value)).remedy, HasSubstr("number(0, half_up)"));
}

TEST(NumberCodecs, PrintTheirDigitsAndRefuseMore) {
  EXPECT_EQ(written(codec("decimal(2)"), decimal("12.5")), "\"12.50\"");
  EXPECT_EQ(written(codec("decimal(de, 2)"), decimal("-3")), "\"-3,00\"");
  EXPECT_EQ(written(codec("decimal(de, grouped, 3)"), decimal("1234.5")), "\"1.234,500\"");
  EXPECT_EQ(written(codec("number(2)"), decimal("12.5")), "12.5");
  EXPECT_EQ(written(codec("number(0)"), decimal("12")), "12");
  EXPECT_EQ(read(codec("decimal(2)"), "12.345"), "number 12.345") << "it is what the system holds";

  const Printed refused = codec("decimal(2)")->print(decimal("12.345"));
  ASSERT_TRUE(std::holds_alternative<Problem>(refused));
  EXPECT_EQ(std::get<Problem>(refused).what, "'12.345' has 3 digits after the decimal mark, and only 2 are held there");
  EXPECT_EQ(std::get<Problem>(refused).remedy, "round it in the record, or let it be rounded: decimal(2, half_up)");
  EXPECT_THAT(written(codec("number(0)"), decimal("0.5")), StartsWith("problem: '0.5' has 1 digits"));
}

TEST(NumberCodecs, RoundWhereToldSo) {
  const CodecPtr it = codec("decimal(de, 2, half_up)");

  EXPECT_EQ(written(it, decimal("12.345")), "\"12,35\"");
  EXPECT_EQ(show(it->narrow(decimal("12.345"))), "number 12.35");
  EXPECT_EQ(written(codec("number(2, half_even)"), decimal("12.345")), "12.34");
  EXPECT_EQ(show(it->put(decimal("12.345"), decimal("12.35")).value()), "number 12.345") << "nobody edited";
  EXPECT_EQ(show(it->put(decimal("12.345"), decimal("12.36")).value()), "number 12.36");
}

RC_GTEST_PROP(NumberCodecs, HoldEveryDecimalRounded, ()) {
  const Decimal value = *any_decimal();
  const Decimal edit = *any_decimal();
  for (const char* name : {"decimal(2, half_up)", "decimal(de, 0, half_even)", "decimal(en, grouped, 7, half_even)",
                           "number(2, half_even)", "number(3, half_up)"}) {
    holds(codec(name), value);
    puts(codec(name), value, edit);
  }
  for (const char* name : {"decimal(4)", "decimal(de, 4)", "decimal(en, grouped, 4)", "number(4)"}) {
    holds(codec(name), value.rounded(4));
  }
}

RC_GTEST_PROP(NumberCodecs, HoldEveryDecimal, ()) {
  const Decimal value = *any_decimal();
  for (const char* name : {"decimal", "decimal(de)", "decimal(en)", "decimal(de, grouped)", "decimal(en, grouped)",
                           "number", "number(de)"}) {
    holds(codec(name), value);
  }
  holds(codec("integer"), value.rounded(0));
  holds(codec("integer(text)"), value.rounded(0));
}

RC_GTEST_PROP(NumberCodecs, AreStable, ()) {
  const Native raw(*text_of({"1", "20", "345", "0", ".", ",", "-", "+", " ", "e"}, 8));
  for (const char* name : {"integer", "decimal", "decimal(de)", "decimal(en)", "decimal(de, grouped)", "number(en)",
                           "decimal(de, 1, half_up)", "number(1, half_even)"}) {
    is_stable(codec(name), raw);
  }
}

}  // namespace
}  // namespace counterpart::testing
