#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct MoneyCase {
  const char* codec;
  const char* text;
  const char* shown;
};

Money money(std::string_view amount, const char* currency) {
  return {decimal(amount), currency};
}

Native pair_of(Native amount, Native currency) {
  return Native(Native::Array{std::move(amount), std::move(currency)});
}

TEST(MoneyCodec, ReadsAmountsWithTheirCurrency) {
  const MoneyCase cases[] = {
      {"money", "1234.56 EUR", "money 1234.56 EUR"},
      {"money", "EUR 1234.56", "money 1234.56 EUR"},
      {"money", "eur1234.56", "money 1234.56 EUR"},
      {"money", "12 Euro", "money 12 EUR"},
      {"money(de)", "1.234,56 €", "money 1234.56 EUR"},
      {"money(de)", " 1.234,56\u00a0€ ", "money 1234.56 EUR"},
      {"money(de)", "-1.234,56 €", "money -1234.56 EUR"},
      {"money(de)",
       "\u2212"
       "5,00 EUR",
       "money -5 EUR"},
      {"money(de)", ",50 €", "money 0.5 EUR"},
      {"money(de)", "100 Schweizer Franken", "money 100 CHF"},
      {"money(en)", "€1,234.56", "money 1234.56 EUR"},
      {"money(en)", "-€1,234.56", "money -1234.56 EUR"},
      {"money(en)", "€-5", "money -5 EUR"},
      {"money(en)", "CHF 1,234.50", "money 1234.5 CHF"},
      {"money(en)", "$0.125", "money 0.125 USD"},
  };

  for (const MoneyCase& it : cases) EXPECT_EQ(read(codec(it.codec), it.text), it.shown) << it.codec << " " << it.text;
}

TEST(MoneyCodec, RefusesWhatIsNoAmountOfACurrency) {
  const MoneyCase cases[] = {
      {"money(de)", "1.234,56", "problem: '1.234,56' is an amount without a currency"},
      {"money(de)", "€", "problem: '€' is no amount like 1234,56"},
      {"money(de)", "€1,234.56", "problem: '€1,234.56' is no amount like 1234,56"},
      {"money(en)", "1.234,56 €", "problem: '1.234,56 €' is no amount like 1234.56"},
      {"money(en)", "EUR 5 EUR", "problem: 'EUR 5 EUR' is no amount"},
      {"money(en)", "5 or 6 EUR", "problem: 'or 6 EUR' is no currency that is known"},
      {"money(de)", "1 234,50 EUR", "problem: '234,50 EUR' is no currency that is known"},
      {"money(en)", "--5 EUR", "problem: '--5 EUR' is no amount like 1234.56"},
      {"money(en)", "100 kr", "problem: 'kr' is no currency that is known"},
      {"money(en)", "100 DEM", "problem: 'DEM' is no currency that is known"},
  };

  for (const MoneyCase& it : cases) {
    EXPECT_THAT(read(codec(it.codec), it.text), StartsWith(it.shown)) << it.codec << " " << it.text;
  }
  EXPECT_EQ(read(codec("money"), number("5")), "problem: '5' is an amount without a currency");
}

TEST(MoneyCodec, PrintsWithTheCurrencysDigits) {
  EXPECT_EQ(written(codec("money"), money("1234.5", "EUR")), "\"1234.50 EUR\"");
  EXPECT_EQ(written(codec("money(de)"), money("-1234.5", "EUR")), "\"-1.234,50 €\"");
  EXPECT_EQ(written(codec("money(de, code)"), money("1234.5", "EUR")), "\"1.234,50 EUR\"");
  EXPECT_EQ(written(codec("money(de, name)"), money("1", "CHF")), "\"1,00 Schweizer Franken\"");
  EXPECT_EQ(written(codec("money(en)"), money("-1234.5", "EUR")), "\"-€1,234.50\"");
  EXPECT_EQ(written(codec("money(en)"), money("5", "CHF")), "\"CHF 5.00\"") << "it has no symbol";
  EXPECT_EQ(written(codec("money(en, code)"), money("-5", "EUR")), "\"-EUR 5.00\"");
  EXPECT_EQ(written(codec("money(en)"), money("500", "JPY")), "\"¥500\"");
  EXPECT_EQ(written(codec("money(de)"), money("1.5", "KWD")), "\"1,500 KWD\"");
  EXPECT_EQ(written(codec("money(de, 4)"), money("0.125", "EUR")), "\"0,1250 €\"");
  EXPECT_THAT(written(codec("money"), money("5", "DEM")), StartsWith("problem: 'DEM' is no currency"));
}

TEST(MoneyCodec, RefusesDigitsThatTheCurrencyHasNot) {
  const Printed refused = codec("money(de)")->print(money("0.125", "EUR"));

  ASSERT_TRUE(std::holds_alternative<Problem>(refused));
  EXPECT_EQ(std::get<Problem>(refused).what,
            "'0.125' has 3 digits after the decimal mark, and amounts of EUR have 2 there");
  EXPECT_THAT(std::get<Problem>(refused).remedy, HasSubstr("money with half_up, or give the digits, as money(4)"));
  EXPECT_THAT(written(codec("money_parts"), money("0.5", "JPY")), StartsWith("problem: '0.5' has 1 digits"));
}

TEST(MoneyCodec, RoundsWhereToldSo) {
  const CodecPtr up = codec("money(de, half_up)");

  EXPECT_EQ(written(up, money("0.125", "EUR")), "\"0,13 €\"");
  EXPECT_EQ(written(up, money("0.125", "KWD")), "\"0,125 KWD\"");
  EXPECT_EQ(written(codec("money(de, half_even)"), money("0.125", "EUR")), "\"0,12 €\"");
  EXPECT_EQ(written(codec("money(1, half_even)"), money("0.25", "EUR")), "\"0.2 EUR\"");
  EXPECT_EQ(show(up->put(money("0.125", "EUR"), money("0.13", "EUR")).value()), "money 0.125 EUR") << "nobody edited";
  EXPECT_EQ(show(up->put(money("0.125", "EUR"), money("0.13", "USD")).value()), "money 0.13 USD");
}

TEST(MoneyParts, AreTwoPaths) {
  const CodecPtr it = codec("money_parts");

  EXPECT_EQ(it->arity(), 2u);
  EXPECT_EQ(read(it, pair_of(number("1234.50"), "EUR")), "money 1234.5 EUR");
  EXPECT_EQ(read(it, pair_of("1234.50", "€")), "money 1234.5 EUR");
  EXPECT_EQ(read(codec("money_parts(de)"), pair_of("1.234,50", "euro")), "money 1234.5 EUR");
  EXPECT_EQ(read(it, pair_of(Native(), "EUR")), "blank") << "a system gives every record its currency";
  EXPECT_EQ(read(it, Native()), "blank");
  EXPECT_EQ(written(it, money("1234.5", "EUR")), R"([1234.5,"EUR"])");
  EXPECT_EQ(written(codec("money_parts(text)"), money("1234.5", "EUR")), R"(["1234.50","EUR"])");
  EXPECT_EQ(written(codec("money_parts(de, symbol)"), money("1234.5", "EUR")), R"(["1234,50","€"])");
  EXPECT_EQ(written(it, Blank{}), "null");
}

TEST(MoneyParts, RefuseOtherShapes) {
  const CodecPtr it = codec("money_parts");

  EXPECT_EQ(read(it, pair_of(number("5"), "")), "problem: '5' is an amount without a currency");
  EXPECT_EQ(read(it, pair_of("5,00", "EUR")), "problem: '5,00' is no amount like 1234.56");
  EXPECT_EQ(read(it, pair_of(number("5"), "kr")), "problem: 'kr' is no currency that is known");
  EXPECT_THAT(read(it, Native("5 EUR")), StartsWith("problem: '5 EUR' is no pair of amount and currency"));
}

constexpr const char* kRounding[] = {"money(half_up)",
                                     "money(de, half_up)",
                                     "money(en, half_even)",
                                     "money(de, code, half_even)",
                                     "money(en, name, half_up)",
                                     "money(4, half_up)",
                                     "money_parts(half_up)",
                                     "money_parts(text, half_even)",
                                     "money_parts(de, symbol, half_up)"};

rc::Gen<Value> any_money() {
  static const std::vector<Value> currencies = codec("currency")->values();
  const auto code =
      rc::gen::oneOf(rc::gen::elementOf(std::vector<Value>{std::string("EUR"), std::string("JPY"), std::string("KWD")}),
                     rc::gen::elementOf(currencies));
  return rc::gen::map(rc::gen::pair(any_decimal(), code), [](const std::pair<Decimal, Value>& it) {
    return Value(Money{it.first, std::get<std::string>(it.second)});
  });
}

RC_GTEST_PROP(MoneyCodecs, HoldEveryAmountOfEveryCurrency, ()) {
  const Value value = *any_money();
  const Value edit = *any_money();
  for (const char* name : kRounding) {
    holds(codec(name), value);
    puts(codec(name), value, edit);
  }
  const Value whole = Money{std::get<Money>(value).amount.rounded(0), std::get<Money>(value).currency};
  for (const char* name : {"money", "money(de)", "money(en)", "money_parts", "money_parts(en, name)"}) {
    holds(codec(name), whole);
    puts(codec(name), whole, edit);
  }
}

RC_GTEST_PROP(MoneyCodecs, AreStable, ()) {
  const auto spelling = text_of({"1", "20", "345", "0", ".", ",", "-", " ", "€", "EUR", "$", "JPY", "CHF"}, 8);
  const std::string text = *spelling;
  for (const char* name : kRounding) {
    is_stable(codec(name), codec(name)->arity() == 1 ? Native(text) : pair_of(text, *spelling));
  }
}

TEST(MoneyCodecs, HoldEveryCurrency) {
  for (const char* name : {"money", "money(de)", "money(en)", "money(de, name)", "money(en, name)", "money(en, code)",
                           "money_parts(de, symbol)"}) {
    for (const Value& currency : codec("currency")->values()) {
      const Value value = money("-1234567", std::get<std::string>(currency).c_str());
      EXPECT_EQ(show(codec(name)->parse(native_of(codec(name)->print(value)))), show(value)) << name;
    }
  }
}

}  // namespace
}  // namespace counterpart::testing
