#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

#include "connectors/webhook/scheme_table.h"

namespace counterpart {
namespace {

std::string readme() {
  std::ifstream file(COUNTERPART_SOURCE_DIR "/README.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The YAML block that begins with that line.
std::string block_of(const std::string& text, const std::string& first_line) {
  const std::size_t begin = text.find("```yaml\n" + first_line);
  if (begin == std::string::npos) return "";
  const std::size_t yaml = text.find('\n', begin) + 1;
  return text.substr(yaml, text.find("\n```", yaml) + 1 - yaml);
}

TEST(Readme, ItsExamplesOfSignaturesAreWithoutMistakes) {
  config::Problems problems;
  const std::string yaml = block_of(readme(), "# what senders sign");
  const config::Interpolate nothing = [](std::string_view, std::string_view) { return std::nullopt; };
  const config::Node examples = config::parse_yaml(yaml, "README.md", nothing, problems);

  for (const config::Node& example : examples.items)
    EXPECT_TRUE(hook_scheme_type().read(example, problems)) << example.place.line;

  EXPECT_GE(examples.items.size(), 5U);
  EXPECT_EQ("", problems.print());
}

}  // namespace
}  // namespace counterpart
