#include "mapping/codecs/unicode.h"
#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

TEST(TextCodec, ComposesCharacters) {
  EXPECT_EQ(read(codec("text"), "Mu\u0308ller"), "text Müller");
}

TEST(TextCodec, KeepsWhiteSpace) {
  EXPECT_EQ(read(codec("text"), "  Anna "), "text   Anna ");
  EXPECT_EQ(read(codec("text"), " "), "text  ");
  EXPECT_EQ(read(codec("text"), ""), "blank");
  EXPECT_EQ(read(codec("text"), Native()), "blank");
}

TEST(TextCodec, TakesNumbersAsWrittenButNoBooleans) {
  EXPECT_EQ(read(codec("text"), number("0012.50")), "text 0012.50");
  EXPECT_EQ(read(codec("text"), Native(true)), "problem: 'true' is no text");
}

TEST(TextCodec, CountsCharactersNotBytesAndOnlyWhenPrinting) {
  const CodecPtr four = codec("text(4)");

  EXPECT_EQ(written(four, std::string("äöü👍")), "\"äöü👍\"");
  EXPECT_EQ(written(four, std::string("Köln!")), "problem: the text has 5 characters, and only 4 are allowed there");
  EXPECT_EQ(read(four, "Köln!"), "text Köln!");
}

RC_GTEST_PROP(TextCodec, HoldsEveryText, ()) {
  const std::string text = codecs::to_nfc(*any_text());
  holds(codec("text"), text.empty() ? Value(Blank{}) : Value(text));
  is_stable(codec("text"), Native(*any_text()));
}

TEST(EmailCodec, FoldsTheDomainOnly) {
  EXPECT_EQ(read(codec("email"), "Anna.Schmidt@Example.COM"), "text Anna.Schmidt@example.com");
  EXPECT_EQ(read(codec("email"), "jo\u0308rg@Mu\u0308nchen.DE"), "text jörg@münchen.de");
  EXPECT_EQ(written(codec("email"), std::string("Anna@example.com")), "\"Anna@example.com\"");
}

TEST(EmailCodec, RefusesWhatIsNoAddress) {
  for (const char* text : {"anna", "@example.com", "anna@", "a@b@c", "anna @example.com", " anna@example.com",
                           "anna@example.com\n", "anna@exa\u00a0mple.com", "an\x01na@example.com"}) {
    EXPECT_THAT(read(codec("email"), text), StartsWith("problem: ")) << text;
    EXPECT_THAT(written(codec("email"), std::string(text)), StartsWith("problem: ")) << text;
  }
  EXPECT_EQ(read(codec("email"), number("5")), "problem: '5' is no e-mail address");
}

RC_GTEST_PROP(EmailCodec, HoldsEveryAddress, ()) {
  const auto word = text_of({"a", "B", "ß", "e\u0301", "ı", ".", "+", "-", "中"}, 10);
  const Native raw("x" + *word + "@" + "y" + *word);
  const Parsed parsed = codec("email")->parse(raw);
  RC_ASSERT(std::holds_alternative<Value>(parsed));
  holds(codec("email"), value_of(parsed));
  is_stable(codec("email"), raw);
  is_stable(codec("email"), Native(*any_text()));
}

TEST(VatIdCodec, ReadsEverySpellingAsOne) {
  for (const char* text : {"DE123456789", "de 123 456 789", "DE-123.456/789", " DE\u00a0123456789 "}) {
    EXPECT_EQ(read(codec("vat_id"), text), "text DE123456789") << text;
  }
  EXPECT_EQ(read(codec("vat_id"), "ATU 12345678"), "text ATU12345678");
  EXPECT_EQ(read(codec("vat_id"), "IE1+23456W"), "text IE1+23456W");
  EXPECT_EQ(written(codec("vat_id"), std::string("de 123456789")), "\"DE123456789\"");
}

TEST(VatIdCodec, RefusesWhatIsNone) {
  for (const char* text :
       {"123456789", "D1234", "DE1", "DE12345678901234", "DE123456789ß", "Dé123456", "-", "keine", "none"}) {
    EXPECT_THAT(read(codec("vat_id"), text), StartsWith("problem: ")) << text;
  }
  EXPECT_THAT(read(codec("vat_id"), number("123456789")), StartsWith("problem: "));
  EXPECT_THAT(written(codec("vat_id"), std::string("123456789")), StartsWith("problem: "));
}

RC_GTEST_PROP(VatIdCodec, HoldsEveryId, ()) {
  const std::string body = *text_of({"A", "z", "0", "9", "+", "*", " ", ".", "-", "/"}, 13);
  is_stable(codec("vat_id"), Native("fr" + body));
  const Parsed parsed = codec("vat_id")->parse("fr12" + body.substr(0, 11));
  RC_ASSERT(std::holds_alternative<Value>(parsed));
  holds(codec("vat_id"), value_of(parsed));
}

TEST(BooleanCodec, IsJsonOrItsName) {
  EXPECT_EQ(read(codec("boolean"), Native(true)), "boolean true");
  EXPECT_EQ(read(codec("boolean"), Native(false)), "boolean false");
  EXPECT_EQ(read(codec("boolean"), "true"), "boolean true");
  EXPECT_EQ(read(codec("boolean"), "false"), "boolean false");
  EXPECT_EQ(read(codec("boolean"), "ja"), "problem: 'ja' is no true or false");
  EXPECT_EQ(read(codec("boolean"), number("1")), "problem: '1' is no true or false");
  EXPECT_EQ(written(codec("boolean"), true), "true");
  EXPECT_EQ(written(codec("boolean"), false), "false");
}

TEST(BooleanCodec, HasWordsOfItsOwn) {
  const CodecPtr german = codec("boolean('ja','nein')");

  EXPECT_EQ(read(german, "ja"), "boolean true");
  EXPECT_EQ(read(german, " NEIN "), "boolean false");
  EXPECT_EQ(read(german, Native(true)), "boolean true");
  EXPECT_EQ(read(german, "vielleicht"), "problem: 'vielleicht' is no 'ja' or 'nein'");
  EXPECT_EQ(written(german, true), "\"ja\"");
  EXPECT_EQ(written(german, false), "\"nein\"");
  EXPECT_EQ(read(codec("boolean(1, 0)"), number("0")), "boolean false");
}

RC_GTEST_PROP(BooleanCodec, HoldsBoth, (bool value)) {
  for (const char* name : {"boolean", "boolean('ja','nein')", "boolean(Ä, a\u0308b)", "boolean(1,0)"}) {
    holds(codec(name), value);
  }
}

}  // namespace
}  // namespace counterpart::testing
