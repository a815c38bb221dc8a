#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "mapping/values/json.h"
#include "tests/mapping/expression/evaluation.h"
#include "tests/mapping/expression/random_expression.h"
#include "tests/mapping/oracle.h"

namespace counterpart {
namespace {

constexpr std::size_t kCases = 3'000;
constexpr unsigned kSeed = 20'261'121;

struct Case {
  std::string expression;
  Native scope;
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

std::vector<std::string> questions_of(const std::vector<Case>& cases) {
  std::vector<std::string> questions;
  for (const Case& c : cases) {
    questions.push_back(print_json(Native(Native::Object{{"expression", Native(c.expression)}, {"scope", c.scope}})));
  }
  return questions;
}

/// What is refused at load counts as refused.
std::string ours_of(const Case& c) {
  try {
    return evaluated(c.expression, print_json(c.scope));
  } catch (const ExpressionError& error) {
    return std::string("error: ") + error.what();
  }
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
  const std::vector<Case> cases = random_cases();
  const std::vector<std::string> answers =
      testing::ask_oracle("tests/mapping/expression/jinja_oracle.py", "python3-jinja2", questions_of(cases));

  std::size_t values = 0;
  std::size_t disagreements = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string ours = ours_of(cases[i]);
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
