#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

/// A small shop's states: "lead" and "new" are one on the right.
const ValueTable kStates{{{"customer", "Kunde"}, {"lead", "Interessent"}, {"new", "Interessent"}, {"gone", "Über"}}};
const ValueTable kCodes{{{"low", "1"}, {"high", "2"}}};

const ValueTable* tables(std::string_view name) {
  if (name == "states") return &kStates;
  return name == "codes" ? &kCodes : nullptr;
}

CodecPtr option(std::string_view specification, Side side) {
  return codec(specification, side, tables);
}

TEST(OptionCodec, IsSpelledByItsSidesColumn) {
  EXPECT_EQ(read(option("option(states)", Side::left), "customer"), "text customer");
  EXPECT_EQ(read(option("option(states)", Side::right), "Kunde"), "text customer");
  EXPECT_EQ(written(option("option(states)", Side::left), std::string("customer")), "\"customer\"");
  EXPECT_EQ(written(option("option(states)", Side::right), std::string("customer")), "\"Kunde\"");
  EXPECT_EQ(read(option("option(states)", Side::right), "U\u0308ber"), "text gone");
}

TEST(OptionCodec, RefusesUnknownSpellingsAndSaysWhatToDo) {
  const Parsed parsed = option("option(states)", Side::right)->parse("Partner");

  ASSERT_TRUE(std::holds_alternative<Problem>(parsed));
  EXPECT_EQ(std::get<Problem>(parsed).what, "'Partner' is not in the table 'states'");
  EXPECT_THAT(std::get<Problem>(parsed).remedy, StartsWith("add 'Partner' to the table 'states'"));
  EXPECT_THAT(read(option("option(states)", Side::right), "customer"), StartsWith("problem: "));
  EXPECT_THAT(read(option("option(states)", Side::right), "kunde"), StartsWith("problem: "));
  EXPECT_THAT(written(option("option(states)", Side::right), std::string("Kunde")), StartsWith("problem: "));
}

TEST(OptionCodec, WithOneSpellingForTwoNarrowsToTheFirst) {
  const CodecPtr right = option("option(states)", Side::right);
  const Value lead = std::string("lead");
  const Value fresh = std::string("new");
  const Value customer = std::string("customer");

  EXPECT_EQ(show(right->narrow(fresh)), "text lead");
  EXPECT_EQ(written(right, fresh), "\"Interessent\"");
  EXPECT_EQ(read(right, "Interessent"), "text lead");

  EXPECT_EQ(show(right->put(fresh, lead).value()), "text new") << "nobody edited: what the left knows better stays";
  EXPECT_EQ(show(right->put(fresh, customer).value()), "text customer");
  EXPECT_EQ(show(option("option(states)", Side::left)->narrow(fresh)), "text new");
}

TEST(OptionCodec, ReadsASecondSpellingOfOneOptionAndPrintsTheFirst) {
  const ValueTable table{{{"customer", "Kunde"}, {"customer", "Stammkunde"}}};
  const CodecPtr right = codec("option(any)", Side::right, [&](std::string_view) { return &table; });

  EXPECT_EQ(read(right, "Stammkunde"), "text customer");
  EXPECT_EQ(respelled(right, "Stammkunde"), "\"Kunde\"");
}

TEST(OptionCodec, ReadsNumbersAndPrintsThemWhereToldSo) {
  EXPECT_EQ(read(option("option(codes)", Side::right), number("2")), "text high");
  EXPECT_EQ(read(option("option(codes)", Side::right), "2"), "text high");
  EXPECT_EQ(written(option("option(codes)", Side::right), std::string("high")), "\"2\"");
  EXPECT_EQ(written(option("option(codes, number)", Side::right), std::string("high")), "2");
  EXPECT_EQ(refusal("option(codes, number)", Side::left, tables), "14: 'high' in the table is no plain number");
}

TEST(OptionCodec, RefusesBlankOptions) {
  const ValueTable table{{{"none", ""}, {"some", "x"}}};
  const TableLookup lookup = [&](std::string_view) { return &table; };

  EXPECT_THAT(refusal("option(any)", Side::right, lookup),
              StartsWith("7: the table 'any' has a blank spelling on the right"));
  EXPECT_EQ(refusal("option(any)", Side::left, lookup), "");
}

TEST(OptionCodec, ReadsAndWritesTheDefaultForWhatIsNotInTheTable) {
  const CodecPtr left = option("option(states, default=new)", Side::left);
  const CodecPtr right = option("option(states, default='customer')", Side::right);

  EXPECT_EQ(read(right, "Partner"), "text customer");
  EXPECT_EQ(read(right, number("7")), "text customer");
  EXPECT_EQ(read(right, "Interessent"), "text lead") << "what is in the table is read as ever";
  EXPECT_EQ(read(right, ""), "blank") << "blank is no unknown option";
  EXPECT_EQ(read(left, "Kunde"), "text new");

  EXPECT_EQ(written(right, std::string("partner")), "\"Kunde\"");
  EXPECT_EQ(show(right->narrow(std::string("partner"))), "text customer");
  EXPECT_EQ(show(right->put(std::string("partner"), std::string("customer")).value()), "text partner")
      << "nobody edited the right: the other side keeps what is not in the table";
  EXPECT_EQ(show(right->put(std::string("partner"), std::string("lead")).value()), "text lead");
  EXPECT_THAT(read(right, Native(Native::Array{"Kunde"})), StartsWith("problem: ")) << "several options are not one";
}

TEST(OptionCodec, ADefaultThatSharesItsSpellingIsWrittenAsTheFirst) {
  const CodecPtr right = option("option(states, default=new)", Side::right);

  EXPECT_EQ(read(right, "Partner"), "text new");
  EXPECT_EQ(written(right, std::string("new")), "\"Interessent\"");
  EXPECT_EQ(show(right->narrow(std::string("partner"))), "text lead");
}

TEST(OptionCodec, PassesWhatIsNotInTheTable) {
  const CodecPtr left = option("option(states, pass)", Side::left);
  const CodecPtr right = option("option(states, pass)", Side::right);

  EXPECT_EQ(read(left, "partner"), "text partner");
  EXPECT_EQ(written(right, std::string("partner")), "\"partner\"");
  EXPECT_EQ(show(right->narrow(std::string("partner"))), "text partner");
  EXPECT_EQ(read(right, "Kunde"), "text customer") << "what is in the table is read as ever";
  EXPECT_EQ(written(right, std::string("customer")), "\"Kunde\"");
  EXPECT_EQ(read(left, " "), "blank");
}

TEST(OptionCodec, WhatPassesAndIsSpelledAsARowIsThatRowThere) {
  const CodecPtr right = option("option(states, pass)", Side::right);
  const Value kunde = std::string("Kunde");  // of the left, whose table does not have it

  EXPECT_EQ(written(right, kunde), "\"Kunde\"");
  EXPECT_EQ(show(right->narrow(kunde)), "text customer");
  EXPECT_EQ(show(right->put(kunde, right->narrow(kunde)).value()), "text Kunde");
}

TEST(OptionCodec, PassesNumbersAsNumbersWhereToldSo) {
  const CodecPtr right = option("option(codes, number, pass)", Side::right);

  EXPECT_EQ(respelled(right, number("7")), "7");
  EXPECT_EQ(respelled(right, number("2")), "2");
  EXPECT_EQ(respelled(right, "x7"), "\"x7\"");
}

TEST(OptionCodec, RefusesWhatItCannotDoWithOtherSpellings) {
  struct Refused {
    const char* specification;
    const char* why;
  };
  const Refused cases[] = {
      {"option(states, default=Kunde)",
       "15: there is no 'Kunde' on the left of the table 'states': the default is a row, called by its left spelling"},
      {"option(states, default=)",
       "15: there is no '' on the left of the table 'states': the default is a row, called by its left spelling"},
      {"option(states, pass, default=lead)",
       "21: what to do with other spellings is said twice: keep one of default= and pass"},
      {"option(states, default=lead, pass)",
       "29: what to do with other spellings is said twice: keep one of default= and pass"},
      {"option(states, passs)", "15: 'passs' is not known here: write one of number, pass, default="},
      {"option(states, default='lead)", "23: this quote is not closed"},
      {"option(states, default='lead' lead)", "30: expected ',' or ')'"},
      {"option(codes, number, pass, x)",
       "28: 'option' has too many arguments: write option(table), with number, default='…' or pass behind the table"},
  };

  for (const Refused& refused : cases) EXPECT_EQ(refusal(refused.specification, Side::right, tables), refused.why);
}

std::vector<std::pair<std::string, std::string>> any_rows() {
  const auto word = rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "Ä", "A\u0308", "e\u0301", "1", "x y"});
  return *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(word, word)));
}

RC_GTEST_PROP(OptionCodec, HoldsWhateverThereIsWithADefaultOrPassing, ()) {
  const auto rows = any_rows();
  const ValueTable table{rows};
  const TableLookup lookup = [&](std::string_view) { return &table; };
  const auto row = (*rc::gen::elementOf(rows)).first;
  const auto word = rc::gen::oneOf(any_text(3), rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "1"}));
  const std::string specification =
      *rc::gen::elementOf(std::vector<std::string>{"option(t, pass)", "option(t, default='" + row + "')"});

  for (const Side side : kSides) {
    const CodecPtr it = codec(specification, side, lookup);
    const Value old = *word;
    const Value edit = *word;
    holds(it, old);
    puts(it, old, edit);
    is_stable(it, Native(*word));
    is_stable(it, number("1"));
  }
}

RC_GTEST_PROP(OptionCodec, HoldsEveryRowOfAnyTable, ()) {
  const auto rows = any_rows();
  const ValueTable table{rows};
  const TableLookup lookup = [&](std::string_view) { return &table; };
  const CodecPtr left = codec("option(t)", Side::left, lookup);

  for (const Side side : kSides) {
    const CodecPtr it = codec("option(t)", side, lookup);
    const Value old = value_of(left->parse((*rc::gen::elementOf(rows)).first));
    const Value edit = value_of(left->parse((*rc::gen::elementOf(rows)).first));
    holds(it, old);
    puts(it, old, edit);
  }
}

}  // namespace
}  // namespace counterpart::testing
