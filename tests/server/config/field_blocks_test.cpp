// From field rows to a sheet and back: nothing is lost on the way.
#include "server/config/field_blocks.h"

#include <random>

#include "server/config/tables.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHead = R"(systems: { crm: { connector: plain }, erp: { connector: plain } }
tables: { forms: { limited: GmbH } }
syncs:
  customers:
    between: { left: crm, right: erp }
    leading: right
    objects:
      - left: contacts
        right: persons
)";

/// What stands at a key in a generated row; {n} is the row's number.
using Samples = std::map<std::string, std::vector<std::string>>;

const Samples& samples() {
  static const Samples all = {
      {"left", {"l{n}", "\"'left field {n}'.a\"", "\"phones[type='a,b{n}'].number\""}},
      {"right", {"r{n}", "'rows[{n}].city'", "'\"r + {n}\"'"}},
      {"name", {"n{n}", "'Ort, \"{n}\"; mit ü'"}},
      {"as", {"text(40)", "option(forms)", "{ right: date }", "{ left: 'text(40, truncate)', right: text }"}},
      {"clean", {"trim", "{ left: \"replace('#','') | trim\" }", "{ right: \"value ~ '$${x}'\" }"}},
      {"validate",
       {"{ max_length: 40, required: true }", "{ right: { characters: '[A-Z, {}]', min_length: 2 } }",
        "{ left: { pattern: \"[0-9]{5}: '#\\\\s\\\"x\\\"\" }, right: { options: [a, 'b, c', 'd: e', '7'] } }"}},
      {"direction", {"to_left", "to_right", "both", "<-"}},
      {"against_direction", {"tolerate", "restore", "alert"}},
      {"lossy", {"true", "false"}},
      {"conflict", {"leading", "left", "right", "latest", "manual", "keep_non_blank", "min", "max"}},
      {"initial", {"leading", "left", "right", "manual"}},
      {"empty_never_overwrites", {"true", "false"}},
      {"note", {"for people", "\"two\\nlines, \\\"quoted\\\"; and\\ttabs\"", "'- # : {'", "'true'"}},
      {"example",
       {"{ left: 15 %, right: 0.15 }", "{ left: \"a\\nb\", right: \"c\\nd\" }", "{ left: '', right: nein }"}},
  };
  return all;
}

std::string numbered(std::string text, int number) {
  for (std::size_t at = text.find("{n}"); at != std::string::npos; at = text.find("{n}")) {
    text.replace(at, 3, std::to_string(number));
  }
  return text;
}

/// A row with both paths and some of the other keys.
std::string any_row(std::mt19937& random, int number) {
  const auto some = [&](const std::string& key) {
    const std::vector<std::string>& values = samples().at(key);
    return ", " + key + ": " + numbered(values[random() % values.size()], number);
  };
  std::string row = some("left").substr(2) + some("right");
  const std::string direction = random() % 2 == 0 ? some("direction") : "";
  const bool one_way = direction.find("to_") != std::string::npos || direction.find("<-") != std::string::npos;
  row += direction;
  for (const auto& [key, values] : samples()) {
    const bool told = key == "left" || key == "right" || key == "direction";
    const bool sensible = key == "against_direction" ? one_way : key != "lossy" || !one_way;
    if (!told && sensible && random() % 2 == 0) row += some(key);
  }
  return "{ " + row + " }";
}

struct Rows {
  std::vector<MappingRows> mappings;
  std::string mistakes;
};

Rows rows_of(const test::Folder& folder, const std::string& yaml) {
  config::Problems problems;
  auto mappings = read_field_rows(folder.write("c.yaml", yaml), problems);
  return {std::move(mappings), problems.print()};
}

std::string sheet_of(const test::Folder& folder, const std::string& yaml) {
  const Rows rows = rows_of(folder, yaml);
  EXPECT_EQ(rows.mistakes, "") << yaml;
  config::Problems problems;
  std::string csv = drafts::print_field_sheet(rows.mappings, problems);
  EXPECT_EQ(problems.print(), "");
  return csv;
}

std::string version_of(const test::Folder& folder, const std::string& yaml) {
  const auto reading = test::read_in(folder, yaml);
  EXPECT_EQ(reading.mistakes, "") << yaml;
  return reading.configuration.syncs.at(0).version;
}

struct Imported {
  std::string yaml, mistakes;
};

Imported imported(const std::string& csv) {
  config::Problems problems;
  const auto sheet = drafts::read_field_sheet(csv, "s.csv", problems);
  if (!sheet) return {"", problems.print()};
  const auto blocks = drafts::blocks_of(*sheet);
  drafts::check_blocks(blocks, problems);
  return {drafts::print_blocks(blocks), problems.print()};
}

/// Put where an object mapping has its `fields`.
std::string indented(const std::string& block) {
  std::string text;
  std::istringstream lines(block);
  for (std::string line; std::getline(lines, line);) text += "        " + line + "\n";
  return text;
}

TEST(FieldSheet, HasAColumnForEveryKeyOfARow) {
  for (const config::KeyDoc& key : drafts::field_table().keys()) EXPECT_TRUE(samples().contains(key.key)) << key.key;
}

TEST(FieldSheet, AndBackAgainGivesTheSameRows) {
  const test::Folder folder;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    std::string rows = "        fields:\n";
    for (int number = 1; number <= 6; ++number) rows += "          - " + any_row(random, number) + "\n";
    const std::string yaml = kHead + rows;

    const std::string csv = sheet_of(folder, yaml);
    const Imported back = imported(csv);
    folder.write("sheet.csv", csv);

    ASSERT_EQ(back.mistakes, "") << csv;
    const std::string version = version_of(folder, yaml);
    ASSERT_EQ(version_of(folder, kHead + indented(back.yaml)), version) << yaml << csv << back.yaml;
    ASSERT_EQ(version_of(folder, kHead + std::string("        fields: sheet.csv\n")), version) << yaml << csv;
    ASSERT_EQ(sheet_of(folder, kHead + indented(back.yaml)), csv) << "notes and examples as well";
  }
}

TEST(FieldSheet, OfTwoPathsAndSeveralMappingsComesBack) {
  const test::Folder folder;
  const std::string yaml = kHead + std::string(R"(        fields:
          - { left: [given, "'f + n'"], right: name, as: { left: name_parts, right: full_name } }
      - { name: firms, left: companies, right: organisations, fields: [{ left: a, right: b }] }
)");

  const Imported back = imported(sheet_of(folder, yaml));

  EXPECT_EQ(back.yaml,
            "# sync customers, object contacts\n"
            "fields:\n"
            "  - {left: [given, \"'f + n'\"], right: name, as: {left: name_parts, right: full_name}}\n"
            "\n"
            "# sync customers, object firms\n"
            "fields:\n"
            "  - {left: a, right: b}\n");
}

TEST(FieldSheet, ShowsNothingThatAReferenceStandsFor) {
  const test::Variable variable("COUNTERPART_TEST_SECRET", "s3cret");
  const test::Folder folder;
  const Rows rows = rows_of(
      folder, kHead + std::string("        fields: [{ left: a, right: b, note: '${env:COUNTERPART_TEST_SECRET}' },"
                                  " { left: c, right: d, note: ' ' }]\n"));
  config::Problems problems;

  drafts::print_field_sheet(rows.mappings, problems);

  EXPECT_THAT(problems.print(), HasSubstr("c.yaml:10:45: what ${…} stands for would be written into the sheet"));
  EXPECT_THAT(problems.print(), HasSubstr("a sheet's empty cell is no text of blanks"));
}

TEST(FieldSheet, IsReadWithoutTheSecretsOfItsSystems) {
  const test::Folder folder;
  const std::string yaml =
      "listen: { hooks: '${file:missing}' }\n" + std::string(kHead) + "        fields: [{ left: a, right: b }]\n";

  EXPECT_THAT(test::read_in(folder, yaml).mistakes, HasSubstr("'missing' cannot be read"));
  EXPECT_EQ(rows_of(folder, yaml).mistakes, "");
}

TEST(FieldSheet, IsCheckedWithoutAConfiguration) {
  struct Case {
    const char* csv;
    const char* mistake;
  };
  const Case cases[] = {
      {"left field,right field,left type\na,b,emial", "s.csv:2:5: in the type 'emial'"},
      {"left field,right field\na,b\na,c", "s.csv:3:1: the left path 'a' is mapped twice"},
      {"left field,right field,left type\na,b,name_parts", "s.csv:2:1: name_parts takes 2 paths, found 1"},
      {"left field,right field,cleaning left\na,b,value ~ other", "s.csv:2:5: cleaning sees only 'value', not 'other'"},
      {"object,left field,right field,name\nx,a,b,n\nx,c,d,n\ny,a,b,n", "s.csv:3:1: two fields are called 'n'"},
  };

  for (const Case& c : cases) EXPECT_THAT(imported(c.csv).mistakes, HasSubstr(c.mistake)) << c.csv;
  EXPECT_EQ(imported("left field,right field,table,conflict\na,b,whatever,leading\nc,d,\"x, number\",").mistakes, "");
}

}  // namespace
}  // namespace counterpart
