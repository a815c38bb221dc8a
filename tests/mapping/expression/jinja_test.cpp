#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "mapping/values/json.h"
#include "tests/mapping/expression/evaluation.h"
#include "tests/mapping/expression/random_expression.h"

namespace counterpart {
namespace {

constexpr std::size_t kCases = 3'000;
constexpr unsigned kSeed = 20'261'121;
constexpr int kExitWithoutJinja = 3;

struct Case {
  std::string expression;
  Native scope;
};

/// A folder that is gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("jinja_test." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::vector<Case> random_cases() {
  RandomExpression random(kSeed);
  std::vector<Case> cases;
  while (cases.size() < kCases) {
    Native scope = random.scope();
    std::string expression = random.expression();
    if (expression.size() < 600) cases.push_back({std::move(expression), std::move(scope)});
  }
  return cases;
}

void write_cases(const std::string& file, const std::vector<Case>& cases) {
  std::ofstream out(file);
  for (const Case& c : cases) {
    out << print_json(Native(Native::Object{{"expression", Native(c.expression)}, {"scope", c.scope}})) << '\n';
  }
}

/// The oracle's exit code.
int ask_jinja(const std::string& cases, const std::string& answers) {
  const std::string script = COUNTERPART_SOURCE_DIR "/tests/mapping/expression/jinja_oracle.py";
  const std::string command = "/usr/bin/python3 '" + script + "' '" + cases + "' '" + answers + "'";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<std::string> read_lines(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_error(const std::string& answer) {
  return answer.starts_with("error: ");
}

/// Refusals count as equal, whatever their words.
bool agree(const std::string& ours, const std::string& jinjas) {
  return is_error(ours) || is_error(jinjas) ? is_error(ours) == is_error(jinjas) : ours == jinjas;
}

/// A user who knows Jinja knows our expressions: but for the differences documented at class
/// Expression, which the oracle applies, both give the same values and refuse the same.
TEST(Jinja, gives_the_same_values) {
  const TemporaryFolder folder;
  const std::vector<Case> cases = random_cases();
  write_cases(folder / "cases", cases);

  const int exit_code = ask_jinja(folder / "cases", folder / "answers");
  ASSERT_NE(exit_code, kExitWithoutJinja) << "Jinja2 is missing: apt-get install python3-jinja2";
  ASSERT_EQ(exit_code, 0) << "the oracle failed, see above";
  const std::vector<std::string> answers = read_lines(folder / "answers");
  ASSERT_EQ(answers.size(), cases.size());

  std::size_t values = 0;
  std::size_t disagreements = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string ours = evaluated(cases[i].expression, print_json(cases[i].scope));
    if (!is_error(ours)) ++values;
    if (agree(ours, answers[i]) || ++disagreements > 10) continue;
    ADD_FAILURE() << "expression: " << cases[i].expression << "\nscope:      " << print_json(cases[i].scope)
                  << "\nours:       " << ours << "\nJinja's:    " << answers[i];
  }
  EXPECT_EQ(disagreements, 0U);
  EXPECT_GT(values, kCases * 9 / 10) << "too many expressions were refused by both to prove anything";
}

}  // namespace
}  // namespace counterpart
