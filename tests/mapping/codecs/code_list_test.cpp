// Countries, languages and currencies: codes of a standard, spelled as a system likes.
#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

struct CodeCase {
  const char* codec;
  const char* raw;
  const char* read;
};

TEST(CountryCodec, ReadsCodesAndNames) {
  const CodeCase cases[] = {
      {"country", "DE", "text DE"},
      {"country", " de ", "text DE"},
      {"country", "DEU", "text DE"},
      {"country", "Deutschland", "text DE"},
      {"country", "Germany", "text DE"},
      {"country", "österreich", "text AT"},
      {"country", "O\u0308STERREICH", "text AT"},
      {"country", "USA", "text US"},
      {"country", "United States", "text US"},
      {"country", "UK", "text GB"},
      {"country", "Vereinigtes  Königreich", "text GB"},
      {"country", "Türkei", "text TR"},
      {"country(fr)", "Allemagne", "text DE"},
      {"country(fr)", "Deutschland", "text DE"},
      {"country(alpha3)", "AT", "text AT"},
      {"country", "", "blank"},
      {"country", "Allemagne", "problem: 'Allemagne' is no country that is known"},
      {"country", "XX", "problem: 'XX' is no country that is known"},
      {"country", "D", "problem: 'D' is no country that is known"},
  };
  for (const CodeCase& it : cases) EXPECT_EQ(read(codec(it.codec), it.raw), it.read) << it.codec << " " << it.raw;
}

TEST(CountryCodec, WritesAsItsSideDoes) {
  EXPECT_EQ(written(codec("country"), std::string("AT")), "\"AT\"");
  EXPECT_EQ(written(codec("country(alpha3)"), std::string("AT")), "\"AUT\"");
  EXPECT_EQ(written(codec("country(de)"), std::string("AT")), "\"Österreich\"");
  EXPECT_EQ(written(codec("country(en)"), std::string("AT")), "\"Austria\"");
  EXPECT_THAT(written(codec("country"), std::string("Austria")), StartsWith("problem: "));
}

TEST(LanguageCodec, ReadsAndWritesCodesAndNames) {
  EXPECT_EQ(read(codec("language"), "de"), "text de");
  EXPECT_EQ(read(codec("language"), "DEU"), "text de");
  EXPECT_EQ(read(codec("language"), "deutsch"), "text de");
  EXPECT_EQ(read(codec("language"), "German"), "text de");
  EXPECT_EQ(read(codec("language(fr)"), "allemand"), "text de");
  EXPECT_EQ(written(codec("language(de)"), std::string("fr")), "\"Französisch\"");
  EXPECT_EQ(written(codec("language(alpha3)"), std::string("fr")), "\"fra\"");
}

TEST(CurrencyCodec, ReadsCodesSymbolsAndNames) {
  const CodeCase cases[] = {
      {"currency", "EUR", "text EUR"},
      {"currency", "€", "text EUR"},
      {"currency", "euro", "text EUR"},
      {"currency", "$", "text USD"},
      {"currency", "US-Dollar", "text USD"},
      {"currency", "Schweizer Franken", "text CHF"},
      {"currency", "£", "text GBP"},
      {"currency", "zł", "problem: 'zł' is no currency that is known"},
      {"currency(symbol, pl)", "zł", "text PLN"},
      {"currency", "DEM", "problem: 'DEM' is no currency that is known"},
      {"currency", "kr", "problem: 'kr' is no currency that is known"},
  };
  for (const CodeCase& it : cases) EXPECT_EQ(read(codec(it.codec), it.raw), it.read) << it.codec << " " << it.raw;
}

TEST(CurrencyCodec, WritesAsItsSideDoes) {
  EXPECT_EQ(written(codec("currency"), std::string("EUR")), "\"EUR\"");
  EXPECT_EQ(written(codec("currency(symbol)"), std::string("EUR")), "\"€\"");
  EXPECT_EQ(written(codec("currency(symbol)"), std::string("CHF")), "\"CHF\"") << "it has no symbol";
  EXPECT_EQ(written(codec("currency(name, de)"), std::string("USD")), "\"US-Dollar\"");
}

TEST(CodeLists, AreGoneThroughOneByOne) {
  for (const char* name :
       {"country", "country(alpha3)", "country(de)", "country(en)", "country(fr)", "country(ja)", "language",
        "language(alpha3)", "language(de)", "language(en)", "currency", "currency(symbol)", "currency(symbol, de)",
        "currency(symbol, sv)", "currency(name, de)", "currency(name, en)"}) {
    const CodecPtr it = codec(name);
    const std::vector<Value> all = it->values();
    EXPECT_GT(all.size(), 100U) << name;
    for (const Value& value : all) {
      EXPECT_EQ(show(it->parse(native_of(it->print(value)))), show(value)) << name;
    }
  }
}

TEST(CodeLists, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(refusal("country(xx)"), StartsWith("8: there is no locale 'xx'"));
  EXPECT_THAT(refusal("country(de, en)"), StartsWith("12: 'country' has too many arguments"));
  EXPECT_THAT(refusal("currency(sign)"), StartsWith("9: 'sign' is not known here: write one of symbol, name"));
}

}  // namespace
}  // namespace counterpart::testing
