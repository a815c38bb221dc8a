#include <gmock/gmock.h>
#include <sstream>

#include "mapping/codecs/codec.h"
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

/// What is wrong with a configuration, read with the connectors that ship.
std::string mistakes_in(const std::string& text) {
  std::vector<std::unique_ptr<test::Variable>> environment;
  for (const std::string& name : variables_in(text)) {
    environment.push_back(std::make_unique<test::Variable>(name.c_str(), "something"));
  }
  const test::Folder folder;
  config::Problems problems;
  read_configuration(folder.write("counterpart.yaml", text), problems);
  return problems.print();
}

/// The blocks of a Markdown file that begin with ```yaml and the comment `# counterpart.yaml`.
std::vector<std::string> configurations_in(const std::string& markdown) {
  constexpr std::string_view kBegin = "```yaml\n# counterpart.yaml\n";
  std::vector<std::string> blocks;
  for (std::size_t at = markdown.find(kBegin); at != std::string::npos; at = markdown.find(kBegin, at + 1)) {
    const std::size_t begin = markdown.find('\n', at) + 1;
    blocks.push_back(markdown.substr(begin, markdown.find("\n```", begin) + 1 - begin));
  }
  return blocks;
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
  const fs::path readme = kSource / "README.md";
  const std::vector<std::string> blocks = configurations_in(content(readme));

  EXPECT_EQ(blocks.empty(), !fs::exists(readme)) << "the README shows a configuration: ```yaml, # counterpart.yaml";
  for (const std::string& block : blocks) EXPECT_EQ(mistakes_in(block), "") << block;
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

TEST(Examples, AreFoundInMarkdown) {
  const auto blocks = configurations_in(
      "text\n```yaml\n# counterpart.yaml\na: 1\nb: 2\n```\nmore\n```yaml\nother: 1\n```\n"
      "```yaml\n# counterpart.yaml\nc: 3\n```\n");

  EXPECT_THAT(blocks, testing::ElementsAre("# counterpart.yaml\na: 1\nb: 2\n", "# counterpart.yaml\nc: 3\n"));
}

TEST(Examples, TheShippedConnectorsAreInTheSchema) {
  const Native schema = configuration_schema();
  const Native& kinds =
      *schema.member("properties")->member("systems")->member("additionalProperties")->member("oneOf");

  EXPECT_EQ(kinds.array().size(), known_connectors().size() + 1) << "and one for a definition of the user's own";
}

}  // namespace
}  // namespace counterpart
