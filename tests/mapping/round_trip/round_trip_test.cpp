// What comes back of the values of a field that goes both ways.
#include "mapping/round_trip/round_trip.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <stdexcept>

#include "mapping/round_trip/sample_values.h"

namespace counterpart {
namespace {

using ::testing::HasSubstr;

const std::map<std::string, ValueTable, std::less<>>& tables() {
  static const std::map<std::string, ValueTable, std::less<>> all = {
      {"forms", {{{"limited", "GmbH"}, {"stock", "AG"}, {"partnership", "KG"}}}},
      {"cities", {{{"limited", "Berlin"}, {"m", "München"}}}},
      {"fairs", {{{"fair", "Messe"}, {"exhibition", "Messe"}, {"news", "Nachrichten"}}}},  // one right for two lefts
      {"legacy", {{{"stock", "AG"}, {"stock", "A.G."}, {"limited", "GmbH"}}}},             // one left for two rights
  };
  return all;
}

const ValueTable* table_called(std::string_view name) {
  const auto found = tables().find(name);
  return found == tables().end() ? nullptr : &found->second;
}

FieldSide side_with(CodecPtr codec, const std::string& clean) {
  FieldSide side;
  side.codec = std::move(codec);
  for (std::size_t i = 0; i < side.codec->arity(); ++i) {
    side.paths.push_back(Path::parse("at.p" + std::to_string(i)));
    side.name += (i == 0 ? "" : " + ") + side.paths.back().text();
  }
  if (!clean.empty()) side.clean = Expression::parse(clean);
  return side;
}

CodecPtr codec_of(const std::string& specification, Side side) {
  auto made = make_codec(specification, side, table_called);
  if (const auto* error = std::get_if<CodecError>(&made)) throw std::runtime_error(specification + ": " + error->what);
  return std::get<CodecPtr>(made);
}

FieldRule field(const Both<std::string>& as, const Both<std::string>& clean = {}) {
  FieldRule rule;
  rule.name = "field";
  for (const Side side : kSides) rule.side[side] = side_with(codec_of(as[side], side), clean[side]);
  return rule;
}

RoundTripReport tried(const FieldRule& rule, std::uint64_t seed = 1) {
  RoundTrip trip(rule);
  trip.try_generated(seed);
  return trip.report();
}

std::string refutation(const RoundTripReport& report) {
  return report.counter_example ? describe(*report.counter_example) : "";
}

struct Pair {
  const char* left;
  const char* right;
};

TEST(RoundTrip, OfTypesThatHoldTheSameValuesComesBack) {
  const Pair pairs[] = {
      {"text", "text"},
      {"text(40)", "text"},
      {"text(40, bytes)", "text"},
      {"text('[A-Z0-9]')", "text"},
      {"text(3, '[x-z]')", "text"},
      {"email", "email"},
      {"phone(DE)", "phone(DE, national)"},
      {"phone(AT)", "phone(DE, international)"},
      {"integer", "integer(text)"},
      {"integer", "decimal(de)"},
      {"number", "decimal(de, grouped)"},
      {"number(2)", "decimal(en, 3)"},
      {"number", "percent(sign, de)"},
      {"percent(fraction, text)", "percent(fraction)"},
      {"date", "date('dd.MM.yyyy')"},
      {"date('d. MMMM yyyy', de)", "date('d/M/yyyy')"},
      {"datetime", "datetime"},
      {"country", "country(de)"},
      {"country", "text(2)"},
      {"currency(name, de)", "currency(symbol)"},
      {"url", "url"},
      {"vat_id", "vat_id(unchecked)"},
      {"registration", "registration"},
      {"option(forms)", "text"},
      {"option(forms, pass)", "option(forms, pass)"},
      {"options(forms)", "options(forms, ';')"},
      {"list", "list(', ')"},
      {"list(';')", "options(forms, pass)"},
      {"money", "money(de)"},
      {"money_parts(de)", "money(en)"},
      {"name_parts(title)", "name_parts(title)"},
      {"address_parts(region)", "address_parts(region, de)"},
  };

  for (const auto& [left, right] : pairs) {
    const RoundTripReport report = tried(field({left, right}));
    EXPECT_EQ(refutation(report), "") << left << " and " << right;
    EXPECT_TRUE(report.carried.left && report.carried.right) << left << " and " << right;
  }
}

TEST(RoundTrip, OfWhatOneSideNarrowsAndTheOtherKeepsComesBack) {
  const Pair pairs[] = {
      {"text", "text(40, truncate)"},
      {"text(5, truncate)", "text(8, truncate)"},
      {"number", "decimal(2, half_up)"},
      {"number(1, half_even)", "number(2, half_up)"},
      {"datetime", "datetime(seconds)"},
      {"datetime(epoch_ms)", "datetime(epoch_s)"},
      {"datetime", "datetime('dd.MM.yyyy HH:mm', 'Europe/Berlin')"},
      {"datetime('yyyy-MM-dd HH:mm:ss', 'America/New_York')", "datetime('dd.MM.yyyy HH:mm', 'Europe/Berlin')"},
      {"boolean", "boolean('X','')"},
      {"url", "url(bare)"},
      {"registration", "registration(number)"},
      {"option(fairs)", "option(fairs)"},
      {"option(legacy)", "option(legacy)"},
      {"option(forms)", "option(forms, default='stock')"},
      {"options(fairs)", "options(fairs, ';')"},
      {"name_parts", "full_name"},
      {"name_parts(title)", "full_name"},
      {"name_parts", "full_name('family, given')"},
      {"full_name", "full_name('family, given')"},
      {"name_parts", "name_parts(title)"},
      {"address_parts", "address_block(DE)"},
      {"address_parts", "address_parts(region)"},
      {"address_block(DE, de)", "address_block(FR)"},
      {"money_parts", "money(de, half_up)"},
  };

  for (const auto& [left, right] : pairs) EXPECT_EQ(refutation(tried(field({left, right}))), "") << left << right;
}

TEST(RoundTrip, OfAFewValuesIsProved) {
  const std::pair<Pair, bool> pairs[] = {
      {{"boolean", "boolean('ja','nein')"}, true},
      {{"option(forms)", "option(forms)"}, true},
      {{"country", "country(alpha3)"}, true},
      {{"options(fairs)", "options(fairs)"}, true},
      {{"option(forms)", "text"}, false},
      {{"option(forms, pass)", "option(forms, pass)"}, false},
      {{"text", "text"}, false},
  };

  for (const auto& [pair, proved] : pairs) {
    EXPECT_EQ(tried(field({pair.left, pair.right})).proved, proved) << pair.left << " and " << pair.right;
  }
}

struct Refuted {
  Both<std::string> as;
  Both<std::string> clean;
  const char* example;
};

TEST(RoundTrip, ThatLosesAValueIsRefutedWithIt) {
  const Refuted cases[] = {
      {{"email", "text"},
       {},
       "right 'Ada.Lovelace@EXAMPLE.org' is written on the left as 'Ada.Lovelace@EXAMPLE.org', and comes back as "
       "'Ada.Lovelace@example.org'"},
      {{"phone(DE)", "text"},
       {},
       "right '0049 30 901820' is written on the left as '+4930901820', and comes back as '+4930901820'"},
      {{"text", "url"},
       {},
       "left 'HTTPS://Example.com/' is written on the right as 'https://example.com', and comes back as "
       "'https://example.com'"},
      {{"vat_id", "text"},
       {},
       "right 'de 136 695 976' is written on the left as 'DE136695976', and comes back as 'DE136695976'"},
      {{"text", "text"},
       {"value | lower", ""},
       "right 'Wert' is written on the left as 'Wert', and comes back as 'wert'"},
      {{"text", "text"},
       {"", "value | trim"},
       "left '  spaces around  ' is written on the right as '  spaces around  ', and comes back as 'spaces around'"},
      {{"text", "text"},
       {"", "value | replace('#', '')"},
       "left '#1' is written on the right as '#1', and comes back as '1'"},
      {{"text", "text"}, {"'0' ~ value", ""}, "right 'a' is written on the left as 'a', and comes back as '0a'"},
  };

  for (const Refuted& one : cases) {
    EXPECT_EQ(refutation(tried(field(one.as, one.clean))), one.example) << one.as.left << " and " << one.as.right;
  }
}

TEST(RoundTrip, OfCleaningOnBothSidesComesBack) {
  for (const char* clean : {"value | trim", "value | lower", "value | replace('#', '') | trim"}) {
    EXPECT_EQ(refutation(tried(field({"text", "text"}, {clean, clean}))), "") << clean;
  }
  // One that changes again what it has changed already is no cleaning.
  EXPECT_EQ(refutation(tried(field({"text", "text"}, {"'0' ~ value", "'0' ~ value"}))),
            "left 'a' is written on the right as '0a', and comes back as '00a'");
}

TEST(RoundTrip, BetweenDifferentKindsIsRefuted) {
  const std::pair<Pair, const char*> cases[] = {
      {{"date", "money"},
       "left '2024-02-29' cannot be written on the right: a value of the kind date cannot be written as one of the "
       "kind "
       "money"},
      {{"date", "datetime"}, "left '2024-02-29' cannot be written on the right: a value of the kind date"},
      {{"text", "number"}, "cannot be written on the right: a value of the kind text"},
      {{"full_name", "text"}, "left 'Dr. Ada Lovelace' cannot be written on the right: a value of the kind name"},
      {{"boolean", "option(forms)"}, "left 'false' cannot be written on the right: a value of the kind boolean"},
  };

  for (const auto& [pair, example] : cases) {
    EXPECT_THAT(refutation(tried(field({pair.left, pair.right}))), HasSubstr(example)) << pair.left;
  }
}

TEST(RoundTrip, OfATablesRowNeedsASpellingOnTheOtherSide) {
  EXPECT_EQ(refutation(tried(field({"option(forms)", "option(cities)"}))),
            "left 'partnership' cannot be written on the right: 'partnership' is not in the table 'cities'");
  EXPECT_EQ(refutation(tried(field({"country", "option(cities)"}))),
            "right 'Berlin' cannot be written on the left: 'limited' is no country that is known");
}

TEST(RoundTrip, OfWhatOnlyTheOtherSideCannotHoldIsCountedAndRefutesNothing) {
  const RoundTripReport report = tried(field({"text", "text(5)"}));

  EXPECT_EQ(refutation(report), "");
  EXPECT_GT(report.not_held, 0U);
  EXPECT_GT(report.tried, 50U);
}

TEST(RoundTrip, SaysWhereNothingCouldBeCarried) {
  const RoundTripReport report = tried(field({"email", "phone(DE)"}));

  EXPECT_EQ(refutation(report), "") << "both are texts: who knows";
  EXPECT_FALSE(report.carried.left);
  EXPECT_FALSE(report.carried.right);
}

/// Texts of which a side shows the first letter.
class FirstLetter : public Codec {
 public:
  Parsed parse(const Native& raw) const override { return Value(raw.plain()); }
  Printed print(const Value& value) const override {
    return is_blank(value) ? Native() : Native(std::get<std::string>(narrow(value)));
  }
  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? value : Value(text->substr(0, 1));
  }
  std::string_view kind() const override { return "text"; }
};

/// The same, of which nobody knows what an edit means.
class UndecidedLetter final : public FirstLetter {
 public:
  std::optional<Value> put(const Value&, const Value&) const override { return std::nullopt; }
};

/// Writes what it cannot read.
class Unreadable final : public FirstLetter {
 public:
  Parsed parse(const Native&) const override { return Problem{"this cannot be read", ""}; }
};

TEST(RoundTrip, OfWhatASideNarrowsAndDoesNotPutBackIsRefuted) {
  const auto with_right = [](CodecPtr codec) {
    FieldRule rule = field({"country", "text"});
    rule.side.right = side_with(std::move(codec), "");
    return refutation(tried(rule));
  };

  EXPECT_EQ(with_right(std::make_shared<FirstLetter>()),
            "left 'AD' is written on the right as 'A', and cannot come back: the left cannot hold what is read there");
  EXPECT_EQ(with_right(std::make_shared<UndecidedLetter>()),
            "left 'AD' is written on the right as 'A', and cannot come back: what else the left holds is at stake");
  EXPECT_EQ(with_right(std::make_shared<Unreadable>()),
            "left 'AD' is written on the right as 'A', and cannot come back: this cannot be read");
}

TEST(RoundTrip, TriesWhatASideHolds) {
  struct Held {
    const char* raw;
    std::size_t tried, not_held;
    const char* refutation;
  };
  const Held cases[] = {
      {"+4930901820", 1, 0, ""},
      {"030 901820", 1, 0, ""},
      {"nobody knows", 0, 0, ""},  // no value there: the engine sets the record aside
      {"112", 0, 0, ""},
  };
  for (const auto& [raw, number, not_held, refuted] : cases) {
    const FieldRule rule = field({"phone(DE)", "phone(DE, national)"});
    RoundTrip trip(rule);
    trip.try_held(Side::left, Native(raw));
    EXPECT_EQ(trip.report().tried, number) << raw;
    EXPECT_EQ(trip.report().not_held, not_held) << raw;
    EXPECT_EQ(refutation(trip.report()), refuted) << raw;
  }

  const FieldRule rule = field({"email", "text"});
  RoundTrip trip(rule);
  trip.try_held(Side::right, Native("Ada@Example.org"));
  trip.try_held(Side::right, Native("Bert@Example.org"));
  EXPECT_EQ(trip.report().tried, 2U);
  EXPECT_EQ(refutation(trip.report()),
            "right 'Ada@Example.org' is written on the left as 'Ada@Example.org', and comes back as 'Ada@example.org'");

  trip.try_held(Side::right, Native("nobody"));
  EXPECT_EQ(trip.report().not_held, 1U);
}

TEST(RoundTrip, IsDecidedByTheSeedAlone) {
  const FieldRule rule = field({"text", "text(12)"});

  EXPECT_EQ(tried(rule, 7).tried, tried(rule, 7).tried);
  EXPECT_EQ(tried(rule, 7).not_held, tried(rule, 7).not_held);
  for (const char* kind : {"text", "number", "date", "instant", "name", "money", "list", "address"}) {
    EXPECT_EQ(sample_values(kind, 7), sample_values(kind, 7)) << kind;
    EXPECT_NE(sample_values(kind, 7), sample_values(kind, 8)) << kind;
  }
  EXPECT_TRUE(sample_values("unheard of", 7).empty());
}

TEST(Samples, AreMostlyReadByTheirCodecAndReachItsLimits) {
  for (const char* specification :
       {"email", "phone(DE)", "phone(US, national)", "vat_id", "registration", "url", "url(bare)", "full_name",
        "full_name('family, given')", "address_block(DE)", "percent(sign)", "list", "list(';')", "options(forms)",
        "options(forms, '; ')", "text(40)", "text(3, '[x-z]')"}) {
    const CodecPtr codec = codec_of(specification, Side::right);
    const std::vector<Native> samples = codec->samples();
    const auto reads = [&](const Native& raw) { return std::holds_alternative<Value>(codec->parse(raw)); };
    EXPECT_GE(2 * std::ranges::count_if(samples, reads), static_cast<std::ptrdiff_t>(samples.size())) << specification;
    EXPECT_GE(samples.size(), 5U) << specification;
  }
  EXPECT_TRUE(codec_of("text", Side::left)->samples().empty()) << "it has no limits";
}

}  // namespace
}  // namespace counterpart
