// The small languages of mappings: an expression, a template and a path may stand in the first line; what follows it is
// the record as JSON, or else one of ours is taken.
#include "mapping/expression/expression.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "mapping/expression/path.h"
#include "mapping/values/json.h"
#include "property.h"

namespace counterpart {
namespace {

using fuzz::require;

const Native& own_record() {
  static const Native record = parse_json(R"({
    "a": "Text", "b": 12.50, "c": [1, "2", null, {"d": "x"}], "d": {"e": {"f": "Ünïcode"}}, "t": true, "n": null,
    "big": 123456789012345678901234567890, "rows": [{"type": "email", "value": "a@b.example", "active": true},
    {"type": "phone", "value": "+49301", "id": 7}], "Lead status": "new"})");
  return record;
}

Native record_in(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const JsonError&) {
    return own_record();
  }
}

/// What evaluating gives: the value, or why there is none.
std::string outcome(const std::function<Native()>& evaluate) {
  try {
    return "value " + print_json(evaluate());
  } catch (const EvaluationError& error) {
    return std::string("error ") + error.what();
  }
}

/// Twice the same; as large as it may be, a number or text besides.
void check_evaluation(const std::function<Native()>& evaluate, std::size_t record_bytes, std::size_t most) {
  const std::string once = outcome(evaluate);
  require(outcome(evaluate) == once, "evaluating is deterministic");
  // Escapes of JSON take up to six bytes a character.
  require(once.size() <= 6 * (most + record_bytes) + 1024, "the output is bounded");
}

void check_expression(std::string_view text, const Scope& scope, std::size_t record_bytes) {
  try {
    const Expression expression = Expression::parse(text);
    require(Expression::parse(expression.text()).names() == expression.names(), "the text kept is the expression");
    check_evaluation([&] { return expression.evaluate(scope); }, record_bytes, Expression::kOutputMax);
  } catch (const ExpressionError& error) {
    require(error.column() <= text.size(), "an expression's mistake has a place");
  }
}

void check_template(std::string_view text, const Scope& scope, std::size_t record_bytes) {
  try {
    const Template parsed = Template::parse(text);
    const std::size_t parts = static_cast<std::size_t>(std::ranges::count(text, '$')) + 1;
    check_evaluation([&] { return parsed.evaluate(scope); }, parts * record_bytes,
                     parts * Expression::kOutputMax + text.size());
  } catch (const ExpressionError& error) {
    require(error.column() <= text.size(), "a template's mistake has a place");
  }
}

/// Whether what is set at the path is found there again: not where a later step changes what a condition before it
/// asks for.
bool keeps_its_conditions(const Path& path) {
  return std::ranges::none_of(path.steps(),
                              [](const Path::Step& step) { return std::holds_alternative<Path::Where>(step); });
}

void check_set(const Path& path, Native record) {
  const Native value("what is set");
  try {
    path.set(record, value);
  } catch (const PathError& error) {
    require(error.column() <= path.text().size(), "what cannot be set has a place");
    return;
  }
  const Native* found = path.find(record);
  if (keeps_its_conditions(path)) require(found != nullptr && *found == value, "what is set is found");
  path.set(record, Native());
  found = path.find(record);
  if (keeps_its_conditions(path)) require(found == nullptr || found->is_null(), "what is cleared is gone");
}

void check_path(std::string_view text, const Native& record) {
  try {
    const Path path = Path::parse(text);
    require(path.text() == text, "a path keeps its text");
    require(Path::parse(path.text()) == path, "the text kept is the path");
    const Native* found = path.find(record);
    const auto all = path.find_all(record);
    require((found == nullptr) == all.empty(), "the first is one of all");
    if (found != nullptr) require(found == all.front(), "the first of all is the first");
    check_set(path, record);
  } catch (const PathError& error) {
    require(error.column() <= text.size(), "a path's mistake has a place");
  }
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  const auto [text, rest] = fuzz::first_line(fuzz::text_of(data, size));
  const Native record = record_in(rest);
  const Scope scope = [&](std::string_view name) { return record.member(name); };
  const std::size_t bytes = print_json(record).size();
  check_expression(text, scope, bytes);
  check_template(text, scope, bytes);
  check_path(text, record);
  return 0;
}
