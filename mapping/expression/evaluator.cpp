#include "mapping/expression/evaluator.h"

#include <array>
#include <optional>
#include <string>
#include <variant>

#include "mapping/expression/semantics.h"
#include "mapping/values/decimal.h"

namespace counterpart {
namespace {

using Node = Expression::Node;

const Native kNothing;

std::optional<Decimal> result_of(ArithmeticOperator operation, const Decimal& a, const Decimal& b) {
  switch (operation) {
    case ArithmeticOperator::add:
      return Decimal::add(a, b);
    case ArithmeticOperator::subtract:
      return Decimal::subtract(a, b);
    case ArithmeticOperator::multiply:
      return Decimal::multiply(a, b);
    case ArithmeticOperator::divide:
      break;
  }
  return Decimal::divide(a, b);
}

Decimal calculate(ArithmeticOperator operation, const Decimal& a, const Decimal& b) {
  const auto result = result_of(operation, a, b);
  if (result) return *result;
  throw EvaluationError("the result has more than " + std::to_string(Decimal::kDigitsMax) + " digits or " +
                        std::to_string(Decimal::kScaleMax) + " decimal places: round before");
}

[[noreturn]] void refuse_zero(const Node::Step& step) {
  throw EvaluationError("division by zero: the divisor at column " + std::to_string(step.column + 1) +
                        " of the expression is 0; write x / y if y else none");
}

bool holds(Comparator comparator, const Native& a, const Native& b) {
  switch (comparator) {
    case Comparator::equal:
      return is_equal(a, b);
    case Comparator::unequal:
      return !is_equal(a, b);
    case Comparator::less:
      return is_less(a, b);
    case Comparator::less_equal:
      return !is_less(b, a);
    case Comparator::greater:
      return is_less(b, a);
    case Comparator::greater_equal:
      return !is_less(a, b);
    case Comparator::in:
      return contains(b, a);
    case Comparator::not_in:
      return !contains(b, a);
  }
  return false;
}

class Evaluator {
 public:
  explicit Evaluator(const Scope& scope) : scope_(scope) {}

  Held operator()(const Node& node) const { return std::visit(*this, node.form); }

  Held operator()(const Node::Literal& literal) const { return Held::borrow(literal.value); }

  Held operator()(const Node::List& list) const {
    Native::Array elements;
    elements.reserve(list.elements.size());
    for (const NodePtr& element : list.elements) elements.push_back((*this)(*element).release());
    return Held(Native(std::move(elements)));
  }

  Held operator()(const Node::Reference& reference) const {
    const Native* root = scope_(reference.name);
    if (reference.every) return all_of(root, reference.rest);
    const Native* found = root == nullptr ? nullptr : reference.rest.find(*root);
    return Held::borrow(found == nullptr ? kNothing : *found);
  }

  Held operator()(const Node::Filtered& filtered) const {
    Held value = (*this)(*filtered.input);
    for (const Node::FilterCall& call : filtered.calls) {
      if (value->is_null() && !call.filter->sees_null) continue;
      std::array<Held, kFilterArgumentsMax> arguments;
      for (std::size_t i = 0; i < call.arguments.size(); ++i) arguments[i] = (*this)(*call.arguments[i]);
      const Arguments given(arguments.data(), call.arguments.size());
      value = Held(call.pattern ? call.filter->apply_pattern(*value, *call.pattern, given)
                                : call.filter->apply(*value, given));
      if (value->is_text()) check_output(value->text().size());
    }
    return value;
  }

  Held operator()(const Node::Negative& negative) const {
    const Held operand = (*this)(*negative.operand);
    return Held(to_native(calculate(ArithmeticOperator::subtract, Decimal(), number_of(*operand, "-"))));
  }

  Held operator()(const Node::Not& negation) const { return Held(Native(!is_true(*(*this)(*negation.operand)))); }

  Held operator()(const Node::Joined& joined) const {
    std::string text;
    for (const NodePtr& part : joined.parts) {
      const Held value = (*this)(*part);
      const bool composite = value->is_array() || value->is_object();
      text += composite ? value->plain() : text_of(*value, "~");
      check_output(text.size());
    }
    return Held(Native(std::move(text)));
  }

  Held operator()(const Node::Arithmetic& arithmetic) const {
    Decimal result = number_of(*(*this)(*arithmetic.first), symbol_of(arithmetic.rest.front().operation));
    for (const Node::Step& step : arithmetic.rest) {
      const Decimal operand = number_of(*(*this)(*step.operand), symbol_of(step.operation));
      if (step.operation == ArithmeticOperator::divide && operand.is_zero()) refuse_zero(step);
      result = calculate(step.operation, result, operand);
    }
    return Held(to_native(result));
  }

  Held operator()(const Node::Comparison& comparison) const {
    Held left = (*this)(*comparison.first);
    for (const auto& [comparator, operand] : comparison.rest) {
      Held right = (*this)(*operand);
      if (!holds(comparator, *left, *right)) return Held(Native(false));
      left = std::move(right);
    }
    return Held(Native(true));
  }

  Held operator()(const Node::And& chain) const { return deciding(chain.operands, false); }
  Held operator()(const Node::Or& chain) const { return deciding(chain.operands, true); }

  Held operator()(const Node::Conditional& conditional) const {
    if (is_true(*(*this)(*conditional.condition))) return (*this)(*conditional.chosen);
    return conditional.otherwise ? (*this)(*conditional.otherwise) : Held::borrow(kNothing);
  }

 private:
  /// The first operand whose truth decides the chain, else the last.
  Held deciding(const std::vector<NodePtr>& operands, bool decisive) const {
    for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
      Held value = (*this)(*operands[i]);
      if (is_true(*value) == decisive) return value;
    }
    return (*this)(*operands.back());
  }

  static Held all_of(const Native* root, const Path& rest) {
    Native::Array found;
    if (root != nullptr) {
      for (const Native* value : rest.find_all(*root)) found.push_back(*value);
    }
    return Held(Native(std::move(found)));
  }

  const Scope& scope_;
};

}  // namespace

Held evaluate(const Expression::Node& node, const Scope& scope) {
  return Evaluator(scope)(node);
}

}  // namespace counterpart
