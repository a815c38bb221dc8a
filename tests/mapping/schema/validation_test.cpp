#include "mapping/schema/validation.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace counterpart {
namespace {

using testing::HasSubstr;

std::string what(const std::optional<Problem>& problem) {
  return problem ? problem->what : "may be written";
}

std::string broken(const ValueRules& rules, const Native& spelled, const Value& value = Unknown{}) {
  return what(violation_of(rules, spelled, value));
}

ValueRules rules(const std::function<void(ValueRules&)>& set) {
  ValueRules made;
  set(made);
  return made;
}

Native number(const char* text) {
  return Native(Native::Number{text});
}

TEST(ValueRules, NameTheRuleAndTheLengthOrCharacterThatBreaksIt) {
  struct Case {
    const char* rule;
    std::function<void(ValueRules&)> set;
    Native spelled;
    const char* expected;
  };
  const auto characters = [](const char* text) {
    return [text](ValueRules& r) { r.characters = AllowedCharacters::parse(text); };
  };
  const auto pattern = [](const char* text) {
    return [text](ValueRules& r) { r.pattern = RequiredPattern::parse(text); };
  };
  const Case cases[] = {
      {"max_length counts characters, not bytes", [](ValueRules& r) { r.max_length = 4; }, "Köln", "may be written"},
      {"one too many", [](ValueRules& r) { r.max_length = 4; }, "Köln!",
       "'Köln!' has 5 characters, and 4 are allowed there (max_length)"},
      {"each of a list", [](ValueRules& r) { r.max_length = 2; }, Native(Native::Array{"ab", "abc"}),
       "'abc' has 3 characters, and 2 are allowed there (max_length)"},
      {"min_length", [](ValueRules& r) { r.min_length = 2; }, "a",
       "'a' has 1 character, and at least 2 are asked for (min_length)"},
      {"min_length says nothing of a blank", [](ValueRules& r) { r.min_length = 2; }, Native(), "may be written"},
      {"ascii", characters("ascii"), "Zoe-1", "may be written"},
      {"outside ascii", characters("ascii"), "Zoë",
       "character 3 of 'Zoë', 'ë', is not allowed there (characters: ascii)"},
      {"latin1 holds western letters", characters("latin1"), "Zoë", "may be written"},
      {"but no Polish ones", characters("latin1"), "Łódź",
       "character 1 of 'Łódź', 'Ł', is not allowed there (characters: latin1)"},
      {"latin holds those, and the euro", characters("latin"), "Łódź – 5 €", "may be written"},
      {"but no Greek ones", characters("latin"), "AΩ",
       "character 2 of 'AΩ', 'Ω', is not allowed there (characters: latin)"},
      {"sepa", characters("sepa"), "Invoice 12/3, paid (EUR) - it's + fine: ok?.", "may be written"},
      {"outside sepa", characters("sepa"), "a&b", "character 2 of 'a&b', '&', is not allowed there (characters: sepa)"},
      {"digits", characters("digits"), "12a", "character 3 of '12a', 'a', is not allowed there (characters: digits)"},
      {"a set of one's own", characters("[A-Z]"), "Ab",
       "character 2 of 'Ab', 'b', is not allowed there (characters: [A-Z])"},
      {"a pattern", pattern("[0-9]{5}"), "10115", "may be written"},
      {"of which the whole must be one", pattern("[0-9]{5}"), "101150",
       "'101150' does not look as it must (pattern: [0-9]{5})"},
      {"in each of its branches", pattern("a|b"), "bc", "'bc' does not look as it must (pattern: a|b)"},
      {"options", [](ValueRules& r) { r.options = {"A", "B"}; }, "B", "may be written"},
      {"no option", [](ValueRules& r) { r.options = {"A", "B"}; }, "C", "'C' is none of the options (options: A, B)"},
      {"required", [](ValueRules& r) { r.required = true; }, Native(),
       "it would be blank, and must be filled (required)"},
      {"an empty list is blank", [](ValueRules& r) { r.required = true; }, Native(Native::Array{}),
       "it would be blank, and must be filled (required)"},
      {"nothing is asked", [](ValueRules&) {}, "x", "may be written"},
  };
  for (const Case& each : cases) EXPECT_EQ(broken(rules(each.set), each.spelled), each.expected) << each.rule;
}

TEST(ValueRules, BoundsAreComparedByWhatAValueStandsForNotByItsSpelling) {
  struct Case {
    const char* min;
    const char* max;
    Native spelled;
    Value value;
    const char* expected;
  };
  using namespace std::chrono;
  const Date day = year(2026) / 3 / 1;
  const Case cases[] = {
      {"0", nullptr, "1.234,56", *Decimal::parse("1234.56"), "may be written"},
      {"0", nullptr, number("0"), *Decimal::parse("0"), "may be written"},
      {"0", nullptr, number("-0.01"), *Decimal::parse("-0.01"), "'-0.01' is less than allowed (min: 0)"},
      {nullptr, "100", "100,50", *Decimal::parse("100.5"), "'100,50' is more than allowed (max: 100)"},
      {nullptr, "100", "100,50 EUR", Money{*Decimal::parse("100.5"), "EUR"},
       "'100,50 EUR' is more than allowed (max: 100)"},
      {"5", nullptr, "12", std::string("12"), "may be written"},
      {"5", nullptr, "many", std::string("many"), "'many' is no number (min: 5)"},
      {"2000-01-01", nullptr, "31.12.1999", Date(year(1999) / 12 / 31),
       "'31.12.1999' is less than allowed (min: 2000-01-01)"},
      {"2000-01-01", "2026-03-01", "01.03.2026", day, "may be written"},
      {nullptr, "2026-03-01", "x", Instant(sys_days(day) + hours(23)), "may be written"},
      {nullptr, "2026-03-01", "x", Instant(sys_days(day) + hours(24)), "'x' is more than allowed (max: 2026-03-01)"},
      {"2000-01-01", nullptr, "x", std::string("x"), "'x' is no date (min: 2000-01-01)"},
      {"5", nullptr, Native(), Blank{}, "may be written"},
  };
  for (const Case& each : cases) {
    const ValueRules asked = rules([&](ValueRules& r) {
      if (each.min != nullptr) r.min = ValueBound::parse(each.min);
      if (each.max != nullptr) r.max = ValueBound::parse(each.max);
    });
    EXPECT_EQ(broken(asked, each.spelled, each.value), each.expected);
  }
}

TEST(ValueRules, OfWhatIsNoSetPatternOrBoundNothingIsMade) {
  EXPECT_FALSE(AllowedCharacters::parse("klingon"));
  EXPECT_FALSE(AllowedCharacters::parse("[a"));
  EXPECT_THROW(RequiredPattern::parse("("), PatternError);
  EXPECT_FALSE(ValueBound::parse("much"));
  EXPECT_FALSE(ValueBound::parse("2026-02-30"));
}

TEST(SystemsOwnRules, AreLengthOptionsAndBeingRequired) {
  FieldDescription field;
  field.name = "status";
  EXPECT_EQ(what(violation_of(field, Native())), "may be written");

  field.required = true;
  EXPECT_EQ(what(violation_of(field, "")), "it would be blank, and must be filled (required)");

  field.max_length = 3;
  EXPECT_EQ(what(violation_of(field, "abcd")), "'abcd' has 4 characters, and 3 are allowed there (max_length)");
  EXPECT_EQ(what(violation_of(field, number("12345"))), "may be written") << "a number has no length";

  field.options = {"on", "off", "12345"};
  EXPECT_EQ(what(violation_of(field, "up")), "'up' is none of the options (options: on, off, 12345)");
  EXPECT_EQ(what(violation_of(field, Native(Native::Array{"on", "up"}))),
            "'up' is none of the options (options: on, off, 12345)");
  EXPECT_EQ(what(violation_of(field, number("12345"))), "may be written");
}

TEST(SystemsOwnRules, OfManyOptionsTheMessageShowsSome) {
  FieldDescription field;
  for (int i = 0; i < 30; ++i) field.options.push_back("o" + std::to_string(i));

  EXPECT_THAT(what(violation_of(field, "x")), HasSubstr("(options: o0, o1, o2, o3, o4, o5, o6, o7, …)"));
}

}  // namespace
}  // namespace counterpart
