#include "mapping/expression/parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mapping/expression/lexer.h"
#include "mapping/expression/semantics.h"
#include "mapping/values/decimal.h"

namespace counterpart {
namespace {

using Node = Expression::Node;
using Kind = Token::Kind;

constexpr std::pair<std::string_view, Comparator> kComparators[] = {
    {"==", Comparator::equal},      {"!=", Comparator::unequal}, {"<", Comparator::less},
    {"<=", Comparator::less_equal}, {">", Comparator::greater},  {">=", Comparator::greater_equal},
};

/// Recursive descent, one function a precedence, in Jinja's order.
class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(read_tokens(text)) {}

  ParsedExpression read() {
    if (next().kind == Kind::end) refuse("an expression is expected");
    NodePtr root = read_conditional();
    if (next().kind != Kind::end) refuse_rest();
    return {std::move(root), std::move(names_)};
  }

 private:
  /// Counts nesting for as long as it lives.
  class Deeper {
   public:
    explicit Deeper(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > Expression::kDepthMax) {
        parser_.refuse("an expression nests at most " + std::to_string(Expression::kDepthMax) + " deep");
      }
    }
    ~Deeper() { --parser_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Parser& parser_;
  };

  NodePtr read_conditional() {
    const Deeper deeper(*this);
    NodePtr value = read_or();
    while (take_keyword("if")) {
      Node::Conditional conditional{read_or(), std::move(value), nullptr};
      if (take_keyword("else")) conditional.otherwise = read_conditional();
      value = make(std::move(conditional));
    }
    return value;
  }

  NodePtr read_or() {
    return read_chain<Node::Or>(&Parser::read_and, [this] { return take_keyword("or"); });
  }

  NodePtr read_and() {
    return read_chain<Node::And>(&Parser::read_not, [this] { return take_keyword("and"); });
  }

  NodePtr read_not() {
    if (!take_keyword("not")) return read_comparison();
    const Deeper deeper(*this);
    return make(Node::Not{read_not()});
  }

  NodePtr read_comparison() {
    NodePtr first = read_sum();
    std::optional<Comparator> comparator = take_comparator();
    if (!comparator) return first;
    Node::Comparison comparison{std::move(first), {}};
    for (; comparator; comparator = take_comparator()) comparison.rest.emplace_back(*comparator, read_sum());
    return make(std::move(comparison));
  }

  NodePtr read_sum() {
    return read_arithmetic(&Parser::read_joined, [this]() -> std::optional<ArithmeticOperator> {
      if (take_symbol("+")) return ArithmeticOperator::add;
      if (take_symbol("-")) return ArithmeticOperator::subtract;
      return std::nullopt;
    });
  }

  NodePtr read_joined() {
    return read_chain<Node::Joined>(&Parser::read_product, [this] { return take_symbol("~"); });
  }

  NodePtr read_product() {
    return read_arithmetic(&Parser::read_filtered, [this]() -> std::optional<ArithmeticOperator> {
      if (take_symbol("*")) return ArithmeticOperator::multiply;
      if (take_symbol("/")) return ArithmeticOperator::divide;
      return std::nullopt;
    });
  }

  /// As in Jinja, a minus belongs to the value before its filters do: -x | abs is (-x) | abs.
  NodePtr read_filtered() {
    NodePtr input = read_signed();
    if (!next_is("|")) return input;
    Node::Filtered filtered{std::move(input), {}};
    while (take_symbol("|")) filtered.calls.push_back(read_filter_call());
    return make(std::move(filtered));
  }

  NodePtr read_signed() {
    if (!take_symbol("-")) return read_primary();
    const Deeper deeper(*this);
    const std::size_t column = next().column;
    NodePtr operand = read_signed();
    refuse_no_number(*operand, ArithmeticOperator::subtract, column);
    return make(Node::Negative{std::move(operand)});
  }

  NodePtr read_primary() {
    const Token& token = next();
    switch (token.kind) {
      case Kind::number:
        return read_number();
      case Kind::text:
        return make(Node::Literal{Native(advance().text)});
      case Kind::path:
        return read_reference();
      case Kind::keyword:
        return read_constant();
      default:
        break;
    }
    if (take_symbol("(")) {
      NodePtr inner = read_conditional();
      expect_symbol(")");
      return inner;
    }
    if (take_symbol("[")) return make(Node::List{read_sequence("]")});
    refuse(token.kind == Kind::end ? "a value is missing at the end" : "a value is expected, not " + token.text);
  }

  NodePtr read_number() {
    const auto number = Decimal::parse(next().text);
    if (!number) refuse("a number has at most 64 digits and 40 decimal places");
    advance();
    return make(Node::Literal{Native(Native::Number{number->print()})});
  }

  NodePtr read_constant() {
    const std::string& word = next().text;
    Native value;
    if (word == "true" || word == "True" || word == "false" || word == "False") {
      value = Native(word == "true" || word == "True");
    } else if (word != "none" && word != "None") {
      refuse("a value is expected, not the word `" + word + "`");
    }
    advance();
    return make(Node::Literal{std::move(value)});
  }

  NodePtr read_reference() {
    const Token& token = advance();
    const auto& steps = token.path.steps();
    Node::Reference reference{std::get<Path::Name>(steps.front()).name, token.path.tail(), false};
    if (next_is("(")) {
      refuse("nothing can be called: filters stand after a bar, as in x | " + reference.name + "(...)");
    }
    reference.every =
        std::ranges::any_of(steps, [](const Path::Step& s) { return std::holds_alternative<Path::Every>(s); });
    if (std::ranges::find(names_, reference.name) == names_.end()) names_.push_back(reference.name);
    return make(std::move(reference));
  }

  Node::FilterCall read_filter_call() {
    const Token& token = next();
    if (token.kind != Kind::path) refuse("the name of a filter is expected after |");
    const Filter* filter = find_filter(token.text);
    if (filter == nullptr) refuse_filter(token.text);
    count_node();
    advance();
    Node::FilterCall call{filter, {}, {}};
    const std::size_t first = tokens_[at_].is(Kind::symbol, "(") ? tokens_[at_ + 1].column : token.column;
    if (take_symbol("(")) call.arguments = read_sequence(")");
    check_arguments(*filter, call.arguments.size(), token.column);
    if (filter->apply_pattern != nullptr) compile_pattern(call, first);
    return call;
  }

  /// The first argument becomes the call's pattern; a replacement that is known is checked as well.
  static void compile_pattern(Node::FilterCall& call, std::size_t column) {
    const std::string* pattern = literal_text(*call.arguments.front());
    if (pattern == nullptr) throw ExpressionError("a pattern must be a text in quotes", column);
    try {
      call.pattern = std::make_shared<const Pattern>(*pattern);
      call.arguments.erase(call.arguments.begin());
      const std::string* replacement = call.arguments.empty() ? nullptr : literal_text(*call.arguments.front());
      if (replacement != nullptr) call.pattern->check_replacement(*replacement);
    } catch (const PatternError& error) {
      throw ExpressionError(error.what(), column);
    }
  }

  static const std::string* literal_text(const Node& node) {
    const auto* literal = std::get_if<Node::Literal>(&node.form);
    return literal != nullptr && literal->value.is_text() ? &literal->value.text() : nullptr;
  }

  std::vector<NodePtr> read_sequence(std::string_view closing) {
    std::vector<NodePtr> elements;
    if (take_symbol(closing)) return elements;
    do {
      elements.push_back(read_conditional());
    } while (take_symbol(","));
    expect_symbol(closing);
    return elements;
  }

  template <class Chain, class Separator>
  NodePtr read_chain(NodePtr (Parser::*read_operand)(), Separator take_separator) {
    NodePtr first = (this->*read_operand)();
    if (!take_separator()) return first;
    Chain chain;
    std::vector<NodePtr>& operands = operands_of(chain);
    operands.push_back(std::move(first));
    do {
      operands.push_back((this->*read_operand)());
    } while (take_separator());
    return make(std::move(chain));
  }

  static std::vector<NodePtr>& operands_of(Node::Joined& joined) { return joined.parts; }
  static std::vector<NodePtr>& operands_of(auto& chain) { return chain.operands; }

  template <class Operator>
  NodePtr read_arithmetic(NodePtr (Parser::*read_operand)(), Operator take_operator) {
    const std::size_t begin = next().column;
    NodePtr first = (this->*read_operand)();
    std::optional<ArithmeticOperator> operation = take_operator();
    if (!operation) return first;
    refuse_no_number(*first, *operation, begin);
    Node::Arithmetic arithmetic{std::move(first), {}};
    for (; operation; operation = take_operator()) {
      const std::size_t column = next().column;
      arithmetic.rest.push_back({*operation, (this->*read_operand)(), column});
      refuse_no_number(*arithmetic.rest.back().operand, *operation, column);
      if (*operation == ArithmeticOperator::divide) refuse_zero(*arithmetic.rest.back().operand, column);
    }
    return make(std::move(arithmetic));
  }

  /// What is known without a record: a literal of another kind.
  static void refuse_no_number(const Node& operand, ArithmeticOperator operation, std::size_t column) {
    const auto* literal = std::get_if<Node::Literal>(&operand.form);
    if (literal == nullptr) return;
    if (!literal->value.is_number()) {
      throw ExpressionError(
          std::string(symbol_of(operation)) + " needs a number, not " + std::string(kind_of(literal->value)), column);
    }
  }

  static void refuse_zero(const Node& divisor, std::size_t column) {
    const auto* literal = std::get_if<Node::Literal>(&divisor.form);
    const bool is_zero = literal != nullptr && literal->value == Native(Native::Number{"0"});
    if (is_zero) throw ExpressionError("nothing can be divided by 0", column);
  }

  std::optional<Comparator> take_comparator() {
    for (const auto& [symbol, comparator] : kComparators) {
      if (take_symbol(symbol)) return comparator;
    }
    if (take_keyword("in")) return Comparator::in;
    if (next().is(Kind::keyword, "not") && tokens_[at_ + 1].is(Kind::keyword, "in")) {
      at_ += 2;
      return Comparator::not_in;
    }
    return std::nullopt;
  }

  NodePtr make(auto form) {
    count_node();
    return std::make_unique<Node>(Node{std::move(form)});
  }

  void count_node() {
    if (++nodes_ > Expression::kNodesMax) {
      refuse("an expression has at most " + std::to_string(Expression::kNodesMax) + " parts");
    }
  }

  const Token& next() const { return tokens_[at_]; }
  bool next_is(std::string_view symbol) const { return next().is(Kind::symbol, symbol); }
  const Token& advance() { return tokens_[at_++]; }
  bool take_symbol(std::string_view symbol) { return take(Kind::symbol, symbol); }
  bool take_keyword(std::string_view word) { return take(Kind::keyword, word); }
  bool take(Kind kind, std::string_view spelled) {
    if (!next().is(kind, spelled)) return false;
    ++at_;
    return true;
  }

  void expect_symbol(std::string_view symbol) {
    if (take_symbol(symbol)) return;
    refuse(std::string(symbol) + (symbol == ")" ? " or , or an operator" : " or ,") + " is expected");
  }

  static void check_arguments(const Filter& filter, std::size_t count, std::size_t column) {
    if (count >= filter.arguments_min && count <= filter.arguments_max) return;
    std::string wanted = std::to_string(filter.arguments_min);
    if (filter.arguments_max != filter.arguments_min) wanted += " to " + std::to_string(filter.arguments_max);
    throw ExpressionError(
        "filter '" + std::string(filter.name) + "' takes " + wanted + " arguments, not " + std::to_string(count),
        column);
  }

  [[noreturn]] void refuse_filter(const std::string& name) const {
    const std::string_view nearest = nearest_filter(name);
    refuse("unknown filter '" + name + "'" +
           (nearest.empty() ? std::string() : ": did you mean '" + std::string(nearest) + "'?"));
  }

  [[noreturn]] void refuse_rest() const {
    if (next().is(Kind::keyword, "is")) refuse("tests with `is` are not part of expressions: compare, as in x == none");
    if (next_is("[")) refuse("[ must follow a name directly");
    refuse("an operator is expected, not " + next().text);
  }

  [[noreturn]] void refuse(const std::string& what) const { throw ExpressionError(what, next().column); }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

ParsedExpression parse_expression(std::string_view text) {
  return Parser(text).read();
}

}  // namespace counterpart
