#include "mapping/expression/expression.h"

#include "mapping/expression/ast.h"
#include "mapping/expression/evaluator.h"
#include "mapping/expression/parser.h"
#include "mapping/expression/semantics.h"

namespace counterpart {

Expression Expression::parse(std::string_view text) {
  ParsedExpression parsed = parse_expression(text);
  Expression expression;
  expression.text_ = text;
  expression.names_ = std::move(parsed.names);
  expression.root_ = std::move(parsed.root);
  return expression;
}

Native Expression::evaluate(const Scope& scope) const {
  return counterpart::evaluate(*root_, scope).release();
}

bool Expression::truth(const Scope& scope) const {
  return is_true(*counterpart::evaluate(*root_, scope));
}

}  // namespace counterpart
