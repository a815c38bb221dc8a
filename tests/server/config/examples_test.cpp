#include "server/config/examples.h"

#include <gmock/gmock.h>
#include <sstream>

#include "mapping/codecs/codec.h"
#include "server/config/csv.h"
#include "server/config/field_blocks.h"
#include "server/config/sheet_columns.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = COUNTERPART_SOURCE_DIR;

std::string content(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Names in `${env:NAME}`, so that an example's secrets are there while it is read.
std::vector<std::string> variables_in(const std::string& text) {
  constexpr std::string_view kBegin = "${env:";
  std::vector<std::string> names;
  for (std::size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
    const std::size_t begin = at + kBegin.size();
    names.push_back(text.substr(begin, text.find('}', begin) - begin));
  }
  return names;
}

struct File {
  std::string name;
  std::string text;
};

/// What is wrong with a configuration, read with the connectors that ship and the files beside it.
std::string mistakes_in(const std::string& text, const std::vector<File>& beside = {}) {
  std::vector<std::unique_ptr<test::Variable>> environment;
  for (const std::string& name : variables_in(text)) {
    environment.push_back(std::make_unique<test::Variable>(name.c_str(), "something"));
  }
  const test::Folder folder;
  for (const File& file : beside) folder.write(file.name, file.text);
  config::Problems problems;
  read_configuration(folder.write("counterpart.yaml", text), problems);
  return problems.print();
}

/// The blocks of a Markdown file that begin with ```yaml and a file's name, such as `# counterpart.yaml`.
std::vector<File> files_in(const std::string& markdown) {
  constexpr std::string_view kBegin = "```yaml\n# ";
  constexpr std::string_view kEnd = ".yaml\n";
  std::vector<File> files;
  for (std::size_t at = markdown.find(kBegin); at != std::string::npos; at = markdown.find(kBegin, at + 1)) {
    const std::size_t begin = at + kBegin.size();
    const std::string line = markdown.substr(begin, markdown.find('\n', begin) + 1 - begin);
    if (!line.ends_with(kEnd) || line.find(' ') != std::string::npos) continue;
    const std::size_t text = begin - std::string_view("# ").size();
    files.push_back({line.substr(0, line.size() - 1), markdown.substr(text, markdown.find("\n```", text) + 1 - text)});
  }
  return files;
}

TEST(Examples, AllOfDeployAreWithoutMistakes) {
  int examples = 0;
  for (const auto& entry : fs::directory_iterator(kSource / "deploy" / "examples")) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_EQ(mistakes_in(content(entry.path())), "") << entry.path();
    ++examples;
  }

  EXPECT_GE(examples, 2);
}

TEST(Examples, AllOfTheReadmeAreWithoutMistakes) {
  const std::vector<File> files = files_in(content(kSource / "README.md"));
  int configurations = 0;
  for (const File& file : files) {
    if (file.name != "counterpart.yaml") continue;
    ++configurations;
    EXPECT_EQ(mistakes_in(file.text, files), "") << file.text;
  }

  EXPECT_GE(configurations, 2) << "the README shows configurations: ```yaml, # counterpart.yaml";
}

/// The text of each code block between two headings.
std::vector<std::string> blocks_in(const std::string& markdown, const std::string& heading, const std::string& next) {
  const std::size_t begin = markdown.find(heading);
  std::istringstream lines(markdown.substr(begin, markdown.find(next, begin) - begin));
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("```")) {
      if (inside) blocks.back() += line + '\n';
      continue;
    }
    inside = !inside;
    if (inside) blocks.emplace_back();
  }
  return blocks;
}

TEST(Readme, ShowsTablesAndFieldsThatUseThem) {
  const auto blocks = blocks_in(content(kSource / "README.md"), "#### Tables", "#### Field rows");
  ASSERT_EQ(blocks.size(), 3U) << "the tables, a file, and fields";
  const std::size_t json = blocks[0].find('\'') + 1;
  const test::Variable states("CRM_STATES", blocks[0].substr(json, blocks[0].find('\'', json) - json));
  std::string fields = blocks[2];
  for (std::size_t at = 0; at < fields.size(); at = fields.find('\n', at) + 1) fields.insert(at, "        ");
  const test::Folder folder;
  folder.write("currencies.csv", blocks[1]);

  const auto reading = test::read_in(folder, blocks[0] +
                                                 "systems: { crm: { connector: plain }, erp: { connector: plain } }\n"
                                                 "syncs:\n"
                                                 "  s:\n"
                                                 "    between: { left: crm, right: erp }\n"
                                                 "    objects:\n"
                                                 "      - left: deals\n"
                                                 "        right: orders\n" +
                                                 fields);

  EXPECT_EQ(reading.mistakes, "");
  const auto& rules = reading.configuration.syncs.at(0).mappings.at(0).fields;
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].side.right.codec->parse(Native("€")), Parsed(Value(std::string("EUR"))));
  EXPECT_EQ(rules[1].side.right.codec->parse(Native("anything")), Parsed(Value(std::string("lead"))));
  EXPECT_EQ(rules[2].side.right.codec->print(std::string("full")), Printed(Native(Native::Number{"19"})));
}

/// What stands in `…` in the first column of the README's table of codecs.
std::vector<std::string> codecs_in(const std::string& markdown) {
  std::vector<std::string> codecs;
  std::istringstream lines(markdown.substr(markdown.find("| codec | spelling |")));
  for (std::string line; std::getline(lines, line) && line.starts_with('|');) {
    const std::string cell = line.substr(0, line.find(" | "));
    for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
      const std::size_t end = cell.find('`', at + 1);
      codecs.push_back(cell.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  return codecs;
}

TEST(Readme, NamesCodecsThatAreThereAndAllOfThem) {
  const ValueTable table{{{"1", "one"}, {"2", "two"}}};
  const TableLookup look_up = [&](std::string_view) { return &table; };
  const std::vector<std::string> named = codecs_in(content(kSource / "README.md"));
  const auto unknown = make_codec("nonsense", Side::left, look_up);
  const std::string known = std::get<CodecError>(unknown).what;

  for (const std::string& codec : named) {
    EXPECT_TRUE(std::holds_alternative<CodecPtr>(make_codec(codec, Side::left, look_up))) << codec;
  }
  std::istringstream names(known.substr(known.find("write one of ") + std::string_view("write one of ").size()));
  for (std::string name; std::getline(names >> std::ws, name, ',');) {
    EXPECT_THAT(named, testing::Contains(testing::StartsWith(name)));
  }
}

const fs::path kTemplate = kSource / "deploy" / "examples" / "field-mapping-template.csv";
const fs::path kFilled = kSource / "deploy" / "examples" / "field-mapping-filled.csv";

/// The example of two sandboxes, with its field rows where another word stands for them.
std::string two_sandboxes_with(const std::string& fields) {
  std::istringstream lines(content(kSource / "deploy" / "examples" / "two-sandboxes.yaml"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool row = line.starts_with("          - {");
    const bool key = line == "        fields:";
    if (!row) text += line + (key ? " " + fields : "") + "\n";
  }
  return text;
}

TEST(Examples, TheTemplateOfASheetHasEveryColumnAndIsBlank) {
  config::Problems problems;
  const auto rows = csv::parse(content(kTemplate), "template.csv", problems);

  ASSERT_EQ(rows->size(), 1U);
  std::set<drafts::SheetColumn> columns;
  for (const csv::Cell& heading : rows->front().cells) columns.insert(drafts::column_with(heading.text).value());
  EXPECT_EQ(columns.size(), rows->front().cells.size()) << "each once";
  EXPECT_EQ(columns.size(), drafts::printed_columns().size() + 2) << "and the shorthands: table, max length";
}

TEST(Examples, TheBlankTemplateIsImportedAsNoRows) {
  config::Problems problems;
  const auto sheet = drafts::read_field_sheet(content(kTemplate), "t.csv", problems);

  EXPECT_EQ(problems.print(), "");
  EXPECT_EQ(drafts::print_blocks(drafts::blocks_of(*sheet)),
            "# the sheet has no rows below its headings\nfields: []\n");
}

TEST(Examples, TheTemplateOfASheetIsFilledInRowByRow) {
  config::Problems problems;
  const auto sheet =
      drafts::read_field_sheet(content(kTemplate) + "customers,contacts,city,→,town,,,,40\n", "t.csv", problems);

  EXPECT_EQ(problems.print(), "");
  EXPECT_EQ(drafts::print_blocks(drafts::blocks_of(*sheet)),
            "# sync customers, object contacts\nfields:\n"
            "  - {left: city, right: town, direction: to_right, as: text(40)}\n");
}

TEST(Examples, TheFilledSheetStandsForTheRowsOfTwoSandboxes) {
  const test::Folder folder;
  folder.write("field-mapping-filled.csv", content(kFilled));
  const auto version_of = [&](const std::string& text) {
    config::Problems problems;
    const auto read = read_configuration(folder.write("counterpart.yaml", text), problems);
    return read.syncs.at(0).version;
  };

  EXPECT_EQ(version_of(two_sandboxes_with("field-mapping-filled.csv")),
            version_of(content(kSource / "deploy" / "examples" / "two-sandboxes.yaml")));
}

TEST(Examples, OfTheFilledSheetHoldAndEveryRowHasOne) {
  const test::Folder folder;
  folder.write("field-mapping-filled.csv", content(kFilled));
  config::Problems problems;

  const auto mappings =
      read_field_rows(folder.write("c.yaml", two_sandboxes_with("field-mapping-filled.csv")), problems);

  EXPECT_EQ(problems.print(), "");
  ASSERT_EQ(mappings.size(), 2U);
  for (const MappingRows& mapping : mappings) {
    for (const FieldRow& row : mapping.rows) {
      const ExampleResult result = run_examples(row);
      EXPECT_GE(result.count, 1U) << row.rule.name;
      for (const ExampleFailure& failure : result.failures) {
        ADD_FAILURE() << row.rule.name << ": " << failure.what << " " << failure.came_out.value_or("");
      }
    }
  }
}

TEST(Examples, AreFoundInMarkdown) {
  const auto files = files_in(
      "text\n```yaml\n# counterpart.yaml\na: 1\nb: 2\n```\nmore\n```yaml\nother: 1\n```\n"
      "```yaml\n# of mycrm.yaml\nc: 3\n```\n```yaml\n# mycrm.yaml\nd: 4\n```\n");

  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name + ": " + files[0].text, "counterpart.yaml: # counterpart.yaml\na: 1\nb: 2\n");
  EXPECT_EQ(files[1].name + ": " + files[1].text, "mycrm.yaml: # mycrm.yaml\nd: 4\n");
}

TEST(Examples, TheShippedConnectorsAreInTheSchema) {
  const Native schema = configuration_schema();
  const Native& kinds =
      *schema.member("properties")->member("systems")->member("additionalProperties")->member("oneOf");

  EXPECT_EQ(kinds.array().size(), known_connectors().size() + 1) << "and one for a definition of the user's own";
}

}  // namespace
}  // namespace counterpart
