#include "mapping/codecs/specification.h"

#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Specification, IsANameWithArgumentsBareOrQuoted) {
  const auto specification = codecs::parse_specification("  datetime ( 'dd.MM. ''yy' , \"Europe/Berlin\",de ) ");

  EXPECT_EQ(specification.name, "datetime");
  ASSERT_EQ(specification.arguments.size(), 3u);
  EXPECT_EQ(specification.arguments[0].text, "dd.MM. 'yy");
  EXPECT_EQ(specification.arguments[0].column, 13u);
  EXPECT_EQ(specification.arguments[1].text, "Europe/Berlin");
  EXPECT_EQ(specification.arguments[2].text, "de");
}

TEST(Specification, EmptyParenthesesAreNoArguments) {
  EXPECT_EQ(refusal("text()"), "");
  EXPECT_EQ(codecs::parse_specification("text( )").arguments.size(), 0u);
}

TEST(Specification, IsRefusedWithTheColumn) {
  struct Case {
    const char* specification;
    const char* refusal;
  };
  const Case cases[] = {
      {"", "0: expected the name of a codec"},
      {"(de)", "0: expected the name of a codec"},
      {"text(", "5: expected an argument"},
      {"text(4", "6: expected ',' or ')'"},
      {"text(4,)", "7: expected an argument"},
      {"text(4) x", "8: nothing may follow the codec 'text'"},
      {"date('dd.MM.yyyy)", "5: this quote is not closed"},
      {"text(4, 5)", "8: '5' is a second length"},
      {"text(4, bytes, truncate, '[a]', x)", "32: 'text' has too many arguments: write text, text(40)"},
      {"text(truncate)", "5: 'truncate' follows a length"},
      {"text('[a')", "5: '[a' is no set of characters"},
      {"text(many)", "5: 'many' is no number of characters"},
      {"text(0)", "5: '0' is no number of characters"},
      {"email(x)", "6: 'email' has too many arguments"},
      {"phone", "0: the region is missing: write phone(DE)"},
      {"phone(XX)", "6: 'XX' is no region"},
      {"phone(DE, nice)", "10: 'nice' is not known here: write one of national, international"},
      {"decimal(fr)", "8: 'fr' is not known here: write decimal, decimal(de)"},
      {"decimal(de, en)", "12: 'en' is one too many"},
      {"decimal(grouped)", "8: 'grouped' follows de or en"},
      {"decimal(half_up)", "8: 'half_up' follows a number of digits"},
      {"decimal(2, half_up, half_even)", "20: 'half_even' is one too many"},
      {"decimal(41)", "8: '41' is more than 40"},
      {"decimal(99999999999)", "8: '99999999999' is more than 40"},
      {"number(2, 3)", "10: '3' is one too many"},
      {"number(de, grouped)", "11: 'grouped' is not known here: write number, number(de)"},
      {"money(fr)", "6: 'fr' is not known here: write money, money(de)"},
      {"money(text)", "6: 'text' is not known here"},
      {"money_parts(symbol, name)", "20: 'name' is one too many"},
      {"boolean(ja)", "8: the word for false is missing"},
      {"boolean(ja, JA)", "12: the words for true and false must differ"},
      {"boolean(' ja', nein)", "8: a word must not start or end with white space"},
      {"boolean('', '')", "12: the words for true and false must differ"},
      {"full_name(given)", "10: 'given' is not known here"},
      {"address_block", "0: the country is missing: write address_block(DE)"},
      {"address_block(JP)", "14: how addresses of 'JP' are written is not known: write one of AT, BE,"},
      {"address_block(DE, xx)", "18: there is no locale 'xx'"},
      {"address_parts(region, region)", "22: 'region' is one too many"},
      {"address_parts(de, en)", "18: 'en' is one too many"},
      {"option", "0: the table is missing"},
      {"option(status)", "7: there is no table 'status'"},
      {"options", "0: the table is missing: write options(table)"},
      {"options(status)", "8: there is no table 'status'"},
      {"list(/)", "5: '/' is no separator: write ';'"},
      {"list(';;')", "5: ';;' is no separator"},
      {"list('a;')", "5: 'a;' is no separator"},
      {"list(';', number)", "10: 'list' has too many arguments"},
  };

  for (const Case& it : cases) EXPECT_THAT(refusal(it.specification), StartsWith(it.refusal)) << it.specification;
}

TEST(Specification, OfAnUnknownCodecListsTheKnownOnes) {
  EXPECT_THAT(refusal(" datum"), StartsWith("1: there is no codec 'datum'"));
  EXPECT_THAT(refusal(" datum"), HasSubstr("address_block, address_parts, boolean, code, country, currency, date"));
}

TEST(Codecs, TreatBlankSpellingsAsBlank) {
  const ValueTable table{{{"a", "b"}}};
  const TableLookup tables = [&](std::string_view) { return &table; };

  for (const char* name : {"email",
                           "phone(DE)",
                           "integer",
                           "decimal(de)",
                           "number",
                           "boolean",
                           "boolean(ja,nein)",
                           "date",
                           "date('d. MMMM yyyy', de)",
                           "datetime",
                           "datetime(epoch_s)",
                           "country",
                           "country(de)",
                           "language",
                           "currency(symbol)",
                           "percent",
                           "url",
                           "datetime('dd.MM.yyyy HH:mm', 'Europe/Berlin')",
                           "option(table)",
                           "options(table)",
                           "options(table, ';')",
                           "list",
                           "list(',')",
                           "money",
                           "money(de)",
                           "address_block(DE)",
                           "vat_id",
                           "full_name",
                           "full_name('family, given')"}) {
    const CodecPtr it = codec(name, Side::left, tables);

    EXPECT_EQ(read(it, Native()), "blank") << name;
    EXPECT_EQ(read(it, ""), "blank") << name;
    EXPECT_EQ(read(it, " \t\u00a0\n"), "blank") << name;
    EXPECT_EQ(written(it, Blank{}), "null") << name;
    EXPECT_EQ(show(it->narrow(Blank{})), "blank") << name;
    EXPECT_EQ(it->arity(), 1u) << name;
  }
}

TEST(Codecs, RefuseValuesOfAnotherKindAndListsAndObjects) {
  const ValueTable table{{{"a", "b"}}};
  const TableLookup tables = [&](std::string_view) { return &table; };

  for (const char* name :
       {"text", "email", "phone(DE)", "integer", "decimal(de)", "boolean", "date", "datetime", "option(table)",
        "vat_id", "options(table, ';')", "list(',')", "money(de)", "money_parts", "address_parts", "address_block(DE)",
        "name_parts", "full_name", "full_name('family, given')"}) {
    const CodecPtr it = codec(name, Side::left, tables);
    const Value foreign = it->kind() == "date" ? Value(true) : Value(day(2026, 1, 1));

    EXPECT_THAT(written(it, foreign), StartsWith("problem: a ")) << name;
    EXPECT_THAT(written(it, Unknown{}), StartsWith("problem: a value of the kind unknown")) << name;
    EXPECT_THAT(read(it, Native(Native::Array{Native("a")})), StartsWith("problem: ")) << name;
    EXPECT_THAT(read(it, Native(Native::Object{{"a", Native("b")}})), StartsWith("problem: ")) << name;
  }
}

TEST(Codecs, TellTheKindOfTheirValues) {
  EXPECT_EQ(codec("email")->kind(), codec("text")->kind());
  EXPECT_EQ(codec("integer")->kind(), codec("decimal(de)")->kind());
  EXPECT_EQ(codec("name_parts")->kind(), codec("full_name")->kind());
  EXPECT_EQ(codec("address_parts")->kind(), codec("address_block(DE)")->kind());
  EXPECT_EQ(codec("money")->kind(), codec("money_parts")->kind());
  EXPECT_NE(codec("money")->kind(), codec("number")->kind());
  EXPECT_EQ(codec("list")->kind(), "list");
  EXPECT_NE(codec("date")->kind(), codec("datetime")->kind());
}

TEST(Codecs, ShortenLongValuesInProblemsBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ä";

  const Parsed parsed = codec("integer")->parse(text);

  EXPECT_THAT(std::get<Problem>(parsed).what, StartsWith("'ää"));
  EXPECT_LT(std::get<Problem>(parsed).what.size(), 110u);
  EXPECT_THAT(std::get<Problem>(parsed).what, HasSubstr("ä…' is no number"));
}

}  // namespace
}  // namespace counterpart::testing
