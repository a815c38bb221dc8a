#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/values/native.h"

namespace counterpart {

/// An expression that was refused at load: what, remedy in the text, 0-based column.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(std::string what, std::size_t column) : std::runtime_error(std::move(what)), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

/// An expression that cannot be evaluated on this input (wrong type, output too large, ...).
class EvaluationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What names mean during an evaluation: the value behind a first name, or nullptr if there is
/// none. The rest of a dotted path is followed inside that value.
using Scope = std::function<const Native*(std::string_view name)>;

/// A strict subset of Jinja's expressions, total by construction: literals, paths (mapping/path.h),
/// `| filter(args)` from a fixed table, `~`, == != < <= > >= in, `not in`, and/or/not,
/// `x if c else y`, + - * on exact decimals; no loops, calls, assignment, I/O. Limits: 256 nodes,
/// depth 32, output 64 KiB.
class Expression {
 public:
  /// Throws ExpressionError; unknown filters name the nearest known one.
  static Expression parse(std::string_view text);

  const std::string& text() const { return text_; }

  /// First names the expression reads, for checks at load ("unknown scope").
  std::vector<std::string> names() const;

  /// Missing names and members are null. Throws EvaluationError.
  Native evaluate(const Scope& scope) const;

  /// evaluate() as Jinja's truth: null, false, 0, "", [] and {} are false.
  bool truth(const Scope& scope) const;

  struct Node;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

/// Text with `${expression}` in it, as connector definitions use for URLs, headers and bodies.
/// A template that is exactly one expression keeps that expression's type; else the parts are
/// joined as text. `$${` is a literal `${`.
class Template {
 public:
  /// Throws ExpressionError.
  static Template parse(std::string_view text);
  const std::string& text() const { return text_; }
  std::vector<std::string> names() const;
  Native evaluate(const Scope& scope) const;

 private:
  struct Part {
    std::string literal;
    std::shared_ptr<const Expression> expression;  // null for a literal
  };
  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace counterpart
