#pragma once

#include "mapping/expression/ast.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/held.h"

namespace counterpart {

/// The value of a tree; may borrow from the scope and the tree. Throws EvaluationError.
Held evaluate(const Expression::Node& node, const Scope& scope);

}  // namespace counterpart
