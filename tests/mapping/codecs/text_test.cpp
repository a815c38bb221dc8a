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

TEST(TextCodec, CountsBytesWhereTold) {
  EXPECT_EQ(written(codec("text(5, bytes)"), std::string("Köln")), "\"Köln\"");
  EXPECT_EQ(written(codec("text(4, bytes)"), std::string("Köln")),
            "problem: the text has 5 bytes, and only 4 are allowed there");
}

TEST(TextCodec, CutsWhereToldAndNoCharacterInTwo) {
  const std::pair<const char*, const char*> cases[] = {
      {"abcdef", "\"abcd\""},     {"abc def", "\"abc\""},        {"abcd", "\"abcd\""}, {"äöüäöü", "\"äöüä\""},
      {"abcg\u0308h", "\"abc\""}, {"👍🏽👍🏽x", "\"👍🏽👍🏽\""}, {"      x", "null"},
  };
  for (const auto& [text, kept] : cases) {
    EXPECT_EQ(written(codec("text(4, truncate)"), std::string(text)), kept) << text;
  }
  EXPECT_EQ(written(codec("text(4, bytes, truncate)"), std::string("aäöü")), "\"aä\"");
}

TEST(TextCodec, OfWhatWasCutAnEditIsNotGuessedInto) {
  const CodecPtr four = codec("text(4, truncate)");
  const Value whole = std::string("abcdef");

  EXPECT_EQ(show(four->put(whole, std::string("abcd")).value()), "text abcdef") << "nobody edited";
  EXPECT_FALSE(four->put(whole, std::string("abxd")).has_value());
  EXPECT_EQ(show(four->put(whole, Blank{}).value()), "blank");
  EXPECT_EQ(show(four->put(std::string("abcd"), std::string("abxd")).value()), "text abxd");
}

TEST(TextCodec, NamesTheCharacterThatIsNotAllowed) {
  const CodecPtr some = codec("text('[A-Za-z0-9 -]')");

  EXPECT_EQ(written(some, std::string("Anna 7")), "\"Anna 7\"");
  EXPECT_EQ(written(some, std::string("Jörg #7")),
            "problem: character 2 of 'Jörg #7', 'ö', is not allowed there ([A-Za-z0-9 -])");
  EXPECT_EQ(written(some, std::string("👍")),
            "problem: character 1 of '👍', '👍', is not allowed there ([A-Za-z0-9 -])");
  EXPECT_EQ(read(some, "Jörg"), "text Jörg") << "what is there already is read";
  EXPECT_EQ(written(codec("text(9, '[[:L:][:N:]]')"), std::string("Jörg7")), "\"Jörg7\"");
}

RC_GTEST_PROP(TextCodec, HoldsWhatItCuts, ()) {
  const std::string text = codecs::to_nfc(*any_text());
  for (const char* name : {"text(5, truncate)", "text(5, bytes, truncate)"}) {
    holds(codec(name), text.empty() ? Value(Blank{}) : Value(text));
  }
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

TEST(BooleanCodec, TakesBlankForOneOfThemWhereTold) {
  const CodecPtr marked = codec("boolean('X','')");

  EXPECT_EQ(read(marked, "x"), "boolean true");
  EXPECT_EQ(read(marked, ""), "boolean false");
  EXPECT_EQ(read(marked, Native()), "boolean false");
  EXPECT_EQ(written(marked, true), "\"X\"");
  EXPECT_EQ(written(marked, false), "\"\"");
  EXPECT_EQ(show(marked->narrow(Blank{})), "boolean false");
  EXPECT_EQ(show(marked->put(Blank{}, false).value()), "blank") << "nobody edited";
}

RC_GTEST_PROP(BooleanCodec, HoldsBoth, (bool value)) {
  for (const char* name :
       {"boolean", "boolean('ja','nein')", "boolean(Ä, a\u0308b)", "boolean(1,0)", "boolean('X','')"}) {
    holds(codec(name), value);
  }
}

}  // namespace
}  // namespace counterpart::testing
