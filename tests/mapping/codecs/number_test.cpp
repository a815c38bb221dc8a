#include "support.h"

namespace counterpart::testing {
namespace {

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
  for (const char* name : {"integer", "decimal", "decimal(de)", "decimal(en)", "decimal(de, grouped)", "number(en)"}) {
    is_stable(codec(name), raw);
  }
}

}  // namespace
}  // namespace counterpart::testing
