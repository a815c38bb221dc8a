#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mapping/expression/expression.h"
#include "mapping/expression/filters.h"
#include "mapping/expression/path.h"
#include "mapping/expression/pattern.h"
#include "mapping/values/native.h"

namespace counterpart {

using NodePtr = std::unique_ptr<const Expression::Node>;

enum class ArithmeticOperator : std::uint8_t { add, subtract, multiply, divide };
/// As it is written.
constexpr std::string_view symbol_of(ArithmeticOperator operation) {
  constexpr std::string_view kSymbols[] = {"+", "-", "*", "/"};
  return kSymbols[static_cast<std::size_t>(operation)];
}

enum class Comparator : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal, in, not_in };

/// One form of an expression. Chains of one precedence are one node, so that depth means nesting.
struct Expression::Node {
  struct Literal {
    Native value;
  };
  struct List {
    std::vector<NodePtr> elements;
  };
  struct Reference {
    std::string name;
    Path rest;
    bool every;  ///< [*] in the rest: a list of all
  };
  struct FilterCall {
    const Filter* filter;
    std::vector<NodePtr> arguments;
    std::shared_ptr<const Pattern> pattern = {};  ///< of a filter that wants one
  };
  struct Filtered {
    NodePtr input;
    std::vector<FilterCall> calls;
  };
  struct Negative {
    NodePtr operand;
  };
  struct Not {
    NodePtr operand;
  };
  struct Joined {
    std::vector<NodePtr> parts;
  };
  struct Step {
    ArithmeticOperator operation;
    NodePtr operand;
    std::size_t column;  ///< of the operand, in the whole text
  };
  struct Arithmetic {
    NodePtr first;
    std::vector<Step> rest;
  };
  struct Comparison {
    NodePtr first;
    std::vector<std::pair<Comparator, NodePtr>> rest;
  };
  struct And {
    std::vector<NodePtr> operands;
  };
  struct Or {
    std::vector<NodePtr> operands;
  };
  struct Conditional {
    NodePtr condition;
    NodePtr chosen;
    NodePtr otherwise;  ///< null where there is no else
  };

  std::variant<Literal, List, Reference, Filtered, Negative, Not, Joined, Arithmetic, Comparison, And, Or, Conditional>
      form;
};

}  // namespace counterpart
