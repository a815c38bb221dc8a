#include "mapping/reconcile/match.h"

#include <gmock/gmock.h>
#include <stdexcept>

namespace counterpart {

void PrintTo(const KeyValue& key, std::ostream* out) {
  *out << name_of(key.kind) << " " << key.normal << " (" << key.spelled << ")";
}

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FieldSide side_of(std::string_view path, std::string_view specification, Side side) {
  auto made = make_codec(specification, side, {});
  if (auto* error = std::get_if<CodecError>(&made)) throw std::runtime_error(error->what);
  return {{Path::parse(path)}, std::string(path), std::get<CodecPtr>(made), std::nullopt};
}

FieldRule field(std::string_view left, std::string_view left_codec, std::string_view right,
                std::string_view right_codec) {
  FieldRule rule;
  rule.name = left;
  rule.side = {side_of(left, left_codec, Side::left), side_of(right, right_codec, Side::right)};
  return rule;
}

/// A company by VAT id first, then by e-mail.
ObjectMapping companies() {
  ObjectMapping mapping;
  mapping.fields = {field("name", "text", "name", "text"), field("mail", "email", "contact.email", "text(20)"),
                    field("vat", "text", "vat_id", "vat_id")};
  mapping.match = {{KeyKind::vat_id, 2}, {KeyKind::email, 1}};
  return mapping;
}

Record record(Native fields) {
  Record result;
  result.id = "7";
  result.fields = std::move(fields);
  return result;
}

TEST(NormaliseKey, OfAnEmailFoldsAsciiCaseAndWritesTheDomainInALabels) {
  struct Case {
    const char* text;
    const char* normal;
  };
  const Case cases[] = {
      {"Anna.Schmidt@Example.COM", "anna.schmidt@example.com"},
      {"  anna@example.com ", "anna@example.com"},
      {"anna@Bücher.example", "anna@xn--bcher-kva.example"},
      {"anna@BU\u0308CHER.example", "anna@xn--bcher-kva.example"},
      {"anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"},
      {"anna@straße.de", "anna@xn--strae-oqa.de"},  // not strasse.de: another owner
      {"anna@example.com.", "anna@example.com"},
      {"anna@r3---x.example", "anna@r3---x.example"},
      {"anna@my_host.example", "anna@my_host.example"},
      {"Jo\u0308rg@example.com", "jörg@example.com"},
      {"JÖRG@example.com", "jÖrg@example.com"},
      {"Straße@example.com", "straße@example.com"},
  };

  for (const Case& it : cases) EXPECT_EQ(normalise_key(KeyKind::email, it.text), it.normal) << it.text;
}

TEST(NormaliseKey, NeverMakesOnePersonOfTwo) {
  EXPECT_NE(normalise_key(KeyKind::email, "mıke@example.com"), normalise_key(KeyKind::email, "mike@example.com"));
  EXPECT_NE(normalise_key(KeyKind::email, "MİKE@example.com"), normalise_key(KeyKind::email, "mike@example.com"));
  EXPECT_NE(normalise_key(KeyKind::email, "\u212Aai@example.com"), "");
  EXPECT_NE(normalise_key(KeyKind::email, "straße@example.com"), normalise_key(KeyKind::email, "strasse@example.com"));
}

TEST(NormaliseKey, OfWhatIsNoAddressIsEmpty) {
  for (const char* text : {"", " ", "anna", "anna@", "@example.com", "a@b@c", "an na@example.com", "anna@a..b",
                           "anna@.", "anna@\u0301x.example"}) {
    EXPECT_EQ(normalise_key(KeyKind::email, text), "") << text;
  }
  EXPECT_EQ(normalise_key(KeyKind::email, "anna@" + std::string(64, 'a') + ".example"), "");
}

TEST(NormaliseKey, OfAVatIdIsItsNormalForm) {
  EXPECT_EQ(normalise_key(KeyKind::vat_id, " de 123.456-789 "), "DE123456789");
  EXPECT_EQ(normalise_key(KeyKind::vat_id, "123456789"), "");
  EXPECT_EQ(normalise_key(KeyKind::vat_id, "DE1"), "");
  EXPECT_EQ(normalise_key(KeyKind::vat_id, "none"), "");
  EXPECT_EQ(normalise_key(KeyKind::vat_id, ""), "");
}

TEST(MatchKeys, AreInTheMappingsOrderAndSpelledForTheOtherSide) {
  const Record left = record(Native::Object{{"name", "Muster"}, {"mail", "Info@Muster.DE"}, {"vat", "de 136695976"}});

  EXPECT_THAT(match_keys(companies(), Side::left, left),
              ElementsAre(KeyValue{KeyKind::vat_id, "DE136695976", "DE136695976"},
                          KeyValue{KeyKind::email, "info@muster.de", "Info@muster.de"}));
}

TEST(MatchKeys, OfTheRightAreSpelledForTheLeft) {
  const Record right =
      record(Native::Object{{"contact", Native::Object{{"email", "Info@Muster.de"}}}, {"vat_id", "DE 136.695.976"}});

  EXPECT_THAT(match_keys(companies(), Side::right, right),
              ElementsAre(KeyValue{KeyKind::vat_id, "DE136695976", "DE136695976"},
                          KeyValue{KeyKind::email, "info@muster.de", "Info@Muster.de"}));
}

TEST(MatchKeys, LeaveOutWhatIsBlankUnknownOrUnreadable) {
  EXPECT_THAT(match_keys(companies(), Side::left, record(Native::Object{{"mail", ""}})), IsEmpty());
  EXPECT_THAT(match_keys(companies(), Side::left, record(Native::Object{{"mail", "info(at)muster.de"}, {"vat", "-"}})),
              IsEmpty());
  EXPECT_THAT(match_keys(companies(), Side::right, record(Native::Object{{"contact", Native()}})), IsEmpty());
}

TEST(MatchKeys, AreSpelledInNormalFormWhereTheOtherSideCannotHoldThem) {
  const Record left = record(Native::Object{{"mail", "Anna.Long.Name@Example.COM"}});

  EXPECT_THAT(match_keys(companies(), Side::left, left),
              ElementsAre(KeyValue{KeyKind::email, "anna.long.name@example.com", "anna.long.name@example.com"}));
}

TEST(MatchKeys, NameEachKeyOnce) {
  ObjectMapping mapping = companies();
  mapping.match.push_back({KeyKind::email, 1});

  EXPECT_EQ(match_keys(mapping, Side::left, record(Native::Object{{"mail", "info@muster.de"}})).size(), 1u);
}

const std::vector<KeyValue> kKeys{{KeyKind::vat_id, "DE123456789", "DE123456789"},
                                  {KeyKind::email, "info@muster.de", "info@muster.de"}};

TEST(DecideMatch, LinksTheOnlyFreeCandidate) {
  const MatchResult result = decide_match(kKeys, {{}, {{"12", false}}});

  EXPECT_EQ(result.verdict, MatchVerdict::link);
  EXPECT_EQ(result.id, "12");
  EXPECT_EQ(result.reason, "one record has this email");
}

TEST(DecideMatch, TrustsTheFirstKeyThatFindsAnything) {
  const MatchResult result = decide_match(kKeys, {{{"3", false}}, {{"12", false}, {"13", false}}});

  EXPECT_EQ(result.verdict, MatchVerdict::link);
  EXPECT_EQ(result.id, "3");
}

TEST(DecideMatch, IsAmbiguousForSeveralOrALinkedOne) {
  const MatchResult several = decide_match(kKeys, {{}, {{"12", false}, {"13", true}}});
  EXPECT_EQ(several.verdict, MatchVerdict::ambiguous);
  EXPECT_EQ(several.id, "");
  EXPECT_EQ(several.reason, "2 records have this email");

  const MatchResult linked = decide_match(kKeys, {{{"3", true}}, {{"12", false}}});
  EXPECT_EQ(linked.verdict, MatchVerdict::ambiguous);
  EXPECT_EQ(linked.id, "");
  EXPECT_EQ(linked.reason, "the record with this vat_id is linked to another already");
}

TEST(DecideMatch, CountsARecordFoundTwiceOnce) {
  EXPECT_EQ(decide_match(kKeys, {{{"3", false}, {"3", false}}, {}}).verdict, MatchVerdict::link);
}

TEST(DecideMatch, FindsNothingWhereNothingIs) {
  EXPECT_EQ(decide_match(kKeys, {{}, {}}).verdict, MatchVerdict::none);
  EXPECT_EQ(decide_match(kKeys, {}).verdict, MatchVerdict::none);
  EXPECT_EQ(decide_match({}, {}).reason, "the record has no match key");
}

}  // namespace
}  // namespace counterpart
