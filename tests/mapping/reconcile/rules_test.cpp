// Reading and writing one side of a field.
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

struct Reading {
  std::string name;
  std::string path;
  std::string fields;
  std::string value;  // as shown
  bool absent_is_blank = false;
};
void PrintTo(const Reading& reading, std::ostream* out) {
  *out << reading.name;
}

class ReadField : public ::testing::TestWithParam<Reading> {};

TEST_P(ReadField, TellsUnknownFromBlank) {
  const Reading& given = GetParam();
  const FieldSide side = side_of({given.path}, codec<PlainText>());
  Record from = record(given.fields);
  from.absent_is_blank = given.absent_is_blank;

  const Parsed read = read_field(side, from);

  ASSERT_TRUE(std::holds_alternative<Value>(read));
  EXPECT_EQ(shown(std::get<Value>(read)), given.value);
  EXPECT_EQ(raw_of(side, from).has_value(), given.value != "(unknown)");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ReadField,
    ::testing::Values(Reading{"a value", "a", R"({"a":"x"})", "x"}, Reading{"null", "a", R"({"a":null})", "(blank)"},
                      Reading{"empty text", "a", R"({"a":""})", "(blank)"},
                      Reading{"missing", "a", R"({})", "(unknown)"},
                      Reading{"missing where absent is blank", "a", R"({})", "(blank)", true},
                      Reading{"deeper", "a.b", R"({"a":{"b":"x"}})", "x"},
                      Reading{"top missing", "a.b", R"({"c":1})", "(unknown)"},
                      Reading{"top missing where absent is blank", "a.b", R"({})", "(blank)", true},
                      Reading{"top null", "a.b", R"({"a":null})", "(blank)"},
                      Reading{"deeper missing", "a.b", R"({"a":{}})", "(blank)"},
                      Reading{"child row", "rows[type=email].value",
                              R"({"rows":[{"type":"phone","value":"1"},{"type":"email","value":"x"}]})", "x"},
                      Reading{"no such child row", "rows[type=email].value", R"({"rows":[]})", "(blank)"},
                      Reading{"child rows not told", "rows[type=email].value", R"({})", "(unknown)"}));

TEST(ReadFieldOfSeveralPaths, IsBlankWhenAllAreAndUnknownWhenOneIs) {
  const FieldSide side = side_of({"given", "family"}, codec("name_parts"));
  const auto read = [&](std::string_view fields) { return shown(std::get<Value>(read_field(side, record(fields)))); };

  EXPECT_EQ(read(R"({"given":"Ada","family":"Lovelace"})"), "Ada Lovelace");
  EXPECT_EQ(read(R"({"given":null,"family":"Lovelace"})"), "Lovelace");
  EXPECT_EQ(read(R"({"given":null,"family":null})"), "(blank)");
  EXPECT_EQ(read(R"({"given":"Ada"})"), "(unknown)");
}

TEST(RawOf, KeepsWhatTheSystemHoldsBeforeCleaning) {
  FieldSide side = side_of({"a"}, codec<PlainText>());
  side.clean = Expression::parse("value | trim");
  const FieldSide parts = side_of({"given", "family"}, codec("name_parts"));

  EXPECT_EQ(raw_of(side, record(R"({"a":"  x "})")), Native{"  x "});
  EXPECT_EQ(raw_of(parts, record(R"({"given":"Ada","family":null})")), json(R"(["Ada",null])"));
  EXPECT_EQ(raw_of(parts, record(R"({"given":null,"family":null})")), Native{});
}

TEST(HoldsRaw, SaysTheSameAsComparingTheRaws) {
  const FieldSide one = side_of({"a.b"}, codec<PlainText>());
  const FieldSide two = side_of({"given", "family"}, codec("name_parts"));
  const Record full = record(R"({"a":{"b":"x"},"given":"Ada","family":null})");
  const Record empty = record(R"({"a":{},"given":null,"family":null})");
  const Record untold = record(R"({"given":"Ada"})");
  const std::vector<Native> raws{Native{}, Native{"x"}, Native{"y"}, json(R"(["Ada",null])"), json(R"(["Ada"])")};

  for (const FieldSide& side : {one, two}) {
    for (const Record* from : {&full, &empty, &untold}) {
      for (const Native& raw : raws) {
        EXPECT_EQ(holds_raw(side, *from, raw), raw_of(side, *from) == std::optional(raw))
            << side.name << " in " << print_json(from->fields) << " against " << print_json(raw);
      }
    }
  }
}

TEST(Cleaning, IsPartOfReading) {
  FieldSide side = side_of({"number"}, codec<PlainText>());
  side.clean = Expression::parse("value | replace('#', '') | trim");

  EXPECT_EQ(shown(std::get<Value>(read_field(side, record(R"({"number":" #17 "})")))), "17");
  EXPECT_EQ(shown(std::get<Value>(read_field(side, record(R"({"number":"#"})")))), "(blank)");
  EXPECT_EQ(shown(std::get<Value>(parse_raw(side, Native{"#18"}))), "18");
}

TEST(Cleaning, OfSeveralPathsCleansEach) {
  FieldSide side = side_of({"given", "family"}, codec("name_parts"));
  side.clean = Expression::parse("value | replace('*', '')");

  EXPECT_EQ(shown(std::get<Value>(read_field(side, record(R"({"given":"*Ada","family":"Love*lace"})")))),
            "Ada Lovelace");
}

TEST(Cleaning, ToNullIsBlank) {
  FieldSide side = side_of({"a"}, codec<PlainText>());
  side.clean = Expression::parse("null if value == '-' else value");

  EXPECT_EQ(shown(std::get<Value>(read_field(side, record(R"({"a":"-"})")))), "(blank)");
}

TEST(Cleaning, ThatFailsIsAProblem) {
  FieldSide side = side_of({"a"}, codec<PlainText>());
  side.clean = Expression::parse("value - 1");

  const Parsed read = read_field(side, record(R"({"a":"text"})"));

  ASSERT_TRUE(std::holds_alternative<Problem>(read));
  EXPECT_THAT(std::get<Problem>(read).what, ::testing::HasSubstr("a cannot be cleaned"));
}

TEST(WriteField, PutsThePrintedValueInItsPlace) {
  Native fields = json(R"({"kept":1,"address":{"city":"Bonn"}})");

  EXPECT_EQ(write_field(side_of({"address.city"}, codec<PlainText>()), text("Köln"), fields), std::nullopt);
  EXPECT_EQ(write_field(side_of({"given", "family"}, codec("name_parts")), PersonName{"Ada", "Lovelace"}, fields),
            std::nullopt);
  EXPECT_EQ(fields, json(R"({"kept":1,"address":{"city":"Köln"},"given":"Ada","family":"Lovelace"})"));

  EXPECT_EQ(write_field(side_of({"address.city"}, codec<PlainText>()), Blank{}, fields), std::nullopt);
  EXPECT_EQ(write_field(side_of({"given", "family"}, codec("name_parts")), Blank{}, fields), std::nullopt);
  EXPECT_EQ(fields, json(R"({"kept":1,"address":{"city":null},"given":null,"family":null})"));
}

TEST(WriteField, NarrowsFirst) {
  Native fields = json("{}");
  EXPECT_EQ(write_field(side_of({"city"}, codec<FiveCharacters>()), text("Hamburg"), fields), std::nullopt);
  EXPECT_EQ(fields, json(R"({"city":"Hambu"})"));
}

TEST(WriteField, IsAProblemWhereTheRecordHasNoRoom) {
  Native fields = json(R"({"address":"Rathausmarkt 1, Hamburg"})");

  const auto problem = write_field(side_of({"address.city"}, codec<PlainText>()), text("Bonn"), fields);

  ASSERT_TRUE(problem.has_value());
  EXPECT_THAT(problem->what, ::testing::HasSubstr("address.city"));
  EXPECT_THAT(problem->what, ::testing::Not(::testing::HasSubstr("Hamburg")));
}

TEST(Equal, IsSameOrWhatTheOtherWouldHold) {
  FieldRule rule = text_field("city");
  rule.side.right.codec = codec<FiveCharacters>();

  EXPECT_TRUE(equal(rule, text("Bonn"), text("Bonn")));
  EXPECT_TRUE(equal(rule, text("Hamburg"), text("Hambu")));
  EXPECT_FALSE(equal(rule, text("Hambu"), text("Hamburg")));
  EXPECT_FALSE(equal(rule, text("Bonn"), text("Köln")));
  EXPECT_FALSE(equal(rule, text("Bonn"), Blank{}));
  EXPECT_TRUE(equal(rule, Blank{}, Blank{}));

  std::swap(rule.side.left, rule.side.right);
  EXPECT_TRUE(equal(rule, text("Hambu"), text("Hamburg")));
}

TEST(Scope, IsTheMappingsWhere) {
  ObjectMapping mapping = mapping_of({});
  mapping.where.left = Expression::parse("kind == 'customer'");

  EXPECT_TRUE(in_scope(mapping, Side::left, record(R"({"kind":"customer"})")));
  EXPECT_FALSE(in_scope(mapping, Side::left, record(R"({"kind":"lead"})")));
  EXPECT_FALSE(in_scope(mapping, Side::left, record("{}")));
  EXPECT_TRUE(in_scope(mapping, Side::right, record("{}")));
}

}  // namespace
}  // namespace counterpart::testing
