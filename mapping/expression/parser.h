#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/expression/ast.h"

namespace counterpart {

/// An expression's tree, and the first names it reads.
struct ParsedExpression {
  NodePtr root;
  std::vector<std::string> names;
};

/// Throws ExpressionError.
ParsedExpression parse_expression(std::string_view text);

}  // namespace counterpart
