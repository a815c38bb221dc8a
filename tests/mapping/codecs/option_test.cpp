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

RC_GTEST_PROP(OptionCodec, HoldsEveryRowOfAnyTable, ()) {
  const auto word = rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "Ä", "A\u0308", "e\u0301", "1", "x y"});
  const auto rows = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(word, word)));
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
