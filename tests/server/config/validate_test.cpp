// `validate` on field rows, and `schema` on systems.
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

std::string with_row(const std::string& row) {
  return "systems: { crm: { connector: plain }, erp: { connector: plain } }\n"
         "syncs: { s: { between: { left: crm, right: erp }, leading: left, objects: [ { left: a, right: b, fields: "
         "[\n" +
         row + "\n] } ] } }\n";
}

FieldRule field_of(const test::Reading& reading) {
  EXPECT_EQ(reading.mistakes, "");
  return reading.configuration.syncs.at(0).mappings.at(0).fields.at(0);
}

TEST(Validate, RulesForOneSideAreThatSidesOnly) {
  const FieldRule rule = field_of(
      test::read(with_row("{ left: x, right: y, validate: { right: { min_length: 2, max_length: 40, characters: latin, "
                          "pattern: '[A-Z].*', min: 0, max: 1000, required: true, options: [A, B] } } }")));

  EXPECT_EQ(rule.side.left.validate, nullptr);
  ASSERT_NE(rule.side.right.validate, nullptr);
  const ValueRules& rules = *rule.side.right.validate;
  EXPECT_EQ(rules.min_length, 2U);
  EXPECT_EQ(rules.max_length, 40U);
  EXPECT_EQ(rules.characters->name, "latin");
  EXPECT_EQ(rules.pattern->text, "[A-Z].*");
  EXPECT_EQ(rules.min->text, "0");
  EXPECT_EQ(rules.max->text, "1000");
  EXPECT_TRUE(rules.required);
  EXPECT_EQ(rules.options, (std::vector<std::string>{"A", "B"}));
}

TEST(Validate, RulesWithoutASideAreForBoth) {
  const FieldRule rule = field_of(test::read(with_row("{ left: x, right: y, validate: { max_length: 40 } }")));

  EXPECT_EQ(rule.side.left.validate->max_length, 40U);
  EXPECT_EQ(rule.side.right.validate->max_length, 40U);
}

TEST(Validate, MistakesAreToldWhereTheyStand) {
  const std::pair<const char*, const char*> cases[] = {
      {"{ left: x, right: y, validate: { characters: klingon } }",
       "c.yaml:3:46: 'klingon' is no set of characters; write ascii, latin1, latin, sepa, digits, or a set such as "
       "'[A-Za-z0-9 -]'\n"},
      {"{ left: x, right: y, validate: { max: much } }",
       "c.yaml:3:39: 'much' is neither a number nor a day; write it as 100, 0.5 or 2000-01-31\n"},
      {"{ left: x, right: y, as: date, validate: { max: 5 } }",
       "c.yaml:3:49: '5' cannot be compared with a date; ask something else of this field, or give it another type\n"},
      {"{ left: x, right: y, validate: { min_length: 5, max_length: 4 } }",
       "c.yaml:3:32: min_length is greater than max_length; no value could be written\n"},
      {"{ left: x, right: y, validate: { max_lenght: 4 } }",
       "c.yaml:3:34: unknown key 'max_lenght' in validate; did you mean 'max_length'?\n"},
      {"{ left: x, right: y, validate: { left: { max_length: 0 } } }",
       "c.yaml:3:54: expected a whole number from 1 to 1000000, found '0'\n"},
  };
  for (const auto& [row, mistake] : cases) {
    EXPECT_THAT(test::read(with_row(row)).mistakes, ::testing::StartsWith(mistake)) << row;
  }
}

TEST(Validate, APatternThatIsNoneIsToldToo) {
  EXPECT_THAT(test::read(with_row("{ left: x, right: y, validate: { pattern: '(' } }")).mistakes,
              ::testing::StartsWith("c.yaml:3:43: validate.pattern: "));
}

TEST(Validate, CountsForTheFingerprint) {
  const auto version = [](const std::string& row) {
    return test::read(with_row(row)).configuration.syncs.at(0).version;
  };
  const std::string plain = version("{ left: x, right: y }");

  EXPECT_NE(version("{ left: x, right: y, validate: { max_length: 40 } }"), plain);
  EXPECT_NE(version("{ left: x, right: y, validate: { max_length: 40 } }"),
            version("{ left: x, right: y, validate: { max_length: 41 } }"));
  EXPECT_EQ(version("{ left: x, right: y, direction: to_right, validate: { left: { max_length: 40 } } }"),
            version("{ left: x, right: y, direction: to_right }"))
      << "nothing is written there";
}

TEST(SchemaSettings, SayHowOftenAndWhatBecomesOfNewFields) {
  const auto read = [](const std::string& schema) {
    return test::read("systems: { crm: { connector: plain, schema: " + schema + " } }\n");
  };
  const auto reading = read("{ every: 10m, new_fields: ignore }");
  const SystemConfiguration* crm = reading.configuration.system("crm");
  ASSERT_NE(crm, nullptr) << reading.mistakes;
  EXPECT_EQ(crm->schema_every, std::chrono::minutes(10));
  EXPECT_EQ(crm->new_fields, NewFields::ignore);

  EXPECT_THAT(read("{ new_fields: map }").mistakes,
              ::testing::HasSubstr("new_fields: map is not supported yet; write alert, and add a field row when you "
                                   "are told of a new field"));
}

}  // namespace
}  // namespace counterpart
