#pragma once

#include <random>
#include <string>
#include <vector>

#include "mapping/values/native.h"

namespace counterpart {

/// Makes expressions that mean something (texts where texts are wanted, and so on), with as few
/// parentheses as Jinja's precedence allows, and scopes to evaluate them in.
class RandomExpression {
 public:
  explicit RandomExpression(unsigned seed) : random_(seed) {}

  Native scope();
  std::string expression() { return any(4).text; }

 private:
  /// Jinja's precedences, loosest first.
  enum Level {
    conditional,
    disjunction,
    conjunction,
    negation,
    comparison,
    sum,
    joined,
    product,
    filtered,
    sign,
    primary
  };

  struct Piece {
    std::string text;
    Level level;
  };

  Piece any(int depth);
  Piece text(int depth);
  Piece text_made(int depth);
  Piece text_or_nothing(int depth);
  Piece number(int depth);
  Piece number_made(int depth);
  Piece truth(int depth);
  Piece truth_made(int depth);
  Piece list(int depth);

  template <class Make>
  Piece chosen(Make make, int depth);
  Piece compared(int depth);
  Piece calculated(int depth);
  Piece text_filter(const Piece& input, int depth);
  Piece pattern_filter(const Piece& input);
  std::string truncation();

  /// The piece as an operand that must bind at least so tightly; now and then in needless parentheses.
  std::string at(Level level, const Piece& piece);
  Piece filter(const Piece& input, const std::string& call) { return {at(filtered, input) + "|" + call, filtered}; }

  std::string raw_text(int length_max);
  std::string literal(const std::string& raw);
  std::string raw_number();
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  std::string one_of(const std::vector<std::string>& choices);

  std::mt19937 random_;
};

}  // namespace counterpart
