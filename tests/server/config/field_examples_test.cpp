// The examples of field rows: what stands on one side must come out on the other, as it stands there.
#include "server/config/examples.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A row's result, from its YAML without the paths (`a` and `b`).
ExampleResult result_of(const std::string& keys, const std::string& paths = "left: a, right: b") {
  const test::Folder folder;
  config::Problems problems;
  const auto mappings =
      read_field_rows(folder.write("c.yaml",
                                   "systems: { crm: { connector: plain }, erp: { connector: plain } }\n"
                                   "tables: { forms: { limited: GmbH, stock: AG } }\n"
                                   "syncs:\n"
                                   "  s:\n"
                                   "    between: { left: crm, right: erp }\n"
                                   "    leading: left\n"
                                   "    objects:\n"
                                   "      - { left: x, right: y, fields: [{ " +
                                       paths + ", " + keys + " }] }\n"),
                      problems);
  EXPECT_EQ(problems.print(), "") << keys;
  return run_examples(mappings.at(0).rows.at(0));
}

std::vector<std::string> failures_of(const std::string& keys, const std::string& paths = "left: a, right: b") {
  std::vector<std::string> texts;
  for (const ExampleFailure& failure : result_of(keys, paths).failures) {
    const std::string to = failure.to ? std::string(name_of(*failure.to)) + ": " : "";
    texts.push_back(to + failure.what + (failure.came_out ? " [" + *failure.came_out + "]" : ""));
  }
  return texts;
}

TEST(FieldExamples, HoldWhereBothSidesSpellOneValue) {
  const char* rows[] = {
      "example: { left: x, right: x }",
      "as: { left: percent(sign), right: percent(fraction) }, example: { left: 15 %, right: 0.15 }",
      "as: { left: percent(text), right: percent }, example: { left: '19', right: 19 }",
      "as: { left: decimal(de), right: number }, example: { left: '1234,56', right: 1234.56 }",
      "as: { left: date, right: \"date('dd.MM.yyyy')\" }, example: { left: 2026-12-31, right: 31.12.2026 }",
      "as: { left: datetime, right: datetime(epoch_s) }, example: { left: '2026-01-01T00:00:00Z', right: 1767225600 }",
      "as: { left: boolean, right: \"boolean('X','')\" }, example: { left: \"true\\nfalse\", right: \"X\\n''\" }",
      "as: option(forms), example: { left: \"limited\\nstock\", right: \"GmbH\\nAG\" }",
      "as: phone(DE), clean: \"replace('#','')\", example: { left: '#030 901820', right: '+4930901820' }",
      "as: { left: 'text(3, truncate)' }, example: { left: abc, right: abcdef }",
      "as: { left: decimal(de), right: decimal }, direction: to_left, example: { left: '0,5', right: '0.50' }",
      "as: integer, example: { left: \"1\\n2\\n\", right: \"1\\n2\" }",
  };

  for (const char* row : rows) {
    EXPECT_THAT(failures_of(row), ElementsAre()) << row;
    EXPECT_GE(result_of(row).count, 1U) << row;
  }
}

TEST(FieldExamples, OfSeveralPathsAreJoined) {
  const std::string paths = "left: [given, family], right: name";
  const std::string types = "as: { left: name_parts, right: full_name }, ";

  EXPECT_THAT(failures_of(types + "example: { left: Ada + Lovelace, right: Ada Lovelace }", paths), ElementsAre());
  EXPECT_THAT(failures_of(types + "example: { left: Anna Maria + van Berg, right: Anna Maria van Berg }", paths),
              ElementsAre());
  EXPECT_THAT(failures_of(types + "example: { left: Ada Lovelace, right: Ada Lovelace }", paths),
              ElementsAre("the left example has not one part for each of its paths"));
}

struct Broken {
  const char* row;
  std::vector<std::string> failures;
};

TEST(FieldExamples, ThatDoNotHoldAreTold) {
  const Broken cases[] = {
      {"as: { left: percent(sign), right: percent }, example: { left: 15 %, right: 0.15 }",
       {"right: something else would be written on the right [15]",
        "left: something else would be written on the left [0.15 %]"}},
      {"as: { left: percent(sign), right: percent }, direction: to_right, example: { left: 15 %, right: 0.15 }",
       {"right: something else would be written on the right [15]"}},
      {"as: decimal(de), example: { left: '1234,50', right: '1234,5' }",
       {"left: something else would be written on the left [1234,5]"}},
      {"as: date, example: { left: 2026-02-30, right: 2026-03-02 }",
       {"the left example cannot be read: '2026-02-30' is no date of the form yyyy-MM-dd"}},
      {"as: { right: text(3) }, example: { left: abcd, right: abc }",
       {"right: it cannot be written: the text has 4 characters, and only 3 are allowed there",
        "left: something else would be written on the left [abc]"}},
      {"example: { left: \"a\\nb\", right: a }", {"the sides show different numbers of examples: 2 and 1"}},
      {"as: { left: \"text\" }, clean: lower, example: { left: A, right: b }",
       {"right: something else would be written on the right [a]"}},
  };

  for (const Broken& broken : cases) EXPECT_EQ(failures_of(broken.row), broken.failures) << broken.row;
}

TEST(FieldExamples, SayWhichOfSeveralAndWhatToDo) {
  const ExampleResult result =
      result_of("as: { left: decimal(de), right: decimal }, example: { left: \"1\\n2,50\", right: \"1\\n2.5\" }");

  EXPECT_EQ(result.count, 2U);
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].number, 2U);
  EXPECT_EQ(result.failures[0].example.left, "2,50");
  EXPECT_THAT(result.failures[0].remedy, HasSubstr("the value is the same, its spelling is not"));
}

TEST(FieldExamples, AreNotNeeded) {
  EXPECT_EQ(result_of("as: email").count, 0U);
}

}  // namespace
}  // namespace counterpart
