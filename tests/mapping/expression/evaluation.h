#pragma once

#include <string>
#include <string_view>

#include "mapping/expression/expression.h"
#include "mapping/values/json.h"

namespace counterpart {

/// A scope of an object's members, as text and values to test with. The object must outlive it.
inline Scope scope_of(const Native& members) {
  return [&members](std::string_view name) { return members.member(name); };
}

/// An expression's value as JSON, or "error: ..." where it cannot be evaluated.
inline std::string evaluated(std::string_view expression, std::string_view scope_json) {
  const Native members = parse_json(scope_json);
  try {
    return print_json(Expression::parse(expression).evaluate(scope_of(members)));
  } catch (const EvaluationError& error) {
    return std::string("error: ") + error.what();
  }
}

}  // namespace counterpart
