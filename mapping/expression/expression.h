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
  ExpressionError(const std::string& what, std::size_t column) : std::runtime_error(what), column_(column) {}
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

/// A strict subset of Jinja's expressions, total by construction: no loops, calls, assignment, I/O.
///
///   'text' "text" 12 1.5 true false none [a, b]   literals (True, False, None as well); in texts
///                                                 \' \" \\ \n \r \t \u00e9
///   a.b[0]  a[type=email].value  a[*].b           paths as in path.h; [*] gives a list. A hyphen
///                                                 belongs to the name: write `a - b` to subtract.
///                                                 A first name that needs quotes: .'Lead status'
///   x | filter  x | filter(a, b)                  filters, binding tightest
///   -x   * /   ~   + -                            in this order, as in Jinja; ~ joins texts
///   == != < <= > >= in  not in                    chains as in Jinja: 1 < x <= 5
///   not  and  or                                  giving the deciding value, as in Jinja
///   x if c else y                                 without else: nothing
///
/// Filters: replace(a, b[, count]) trim lower upper title capitalize default(x[, true]) length
/// split([separator]) join([separator]) first last int([default]) decimal([default]) string
/// round([digits[, 'common' | 'ceil' | 'floor']]) abs cut(n) truncate([n[, killwords[, end[, leeway]]]])
/// padleft(n, c) padright(n, c) urlencode startswith(x) endswith(x) json base64
/// regex_replace('pattern', text)  every match; \1 in the text is what the first group matched
/// regex_search('pattern')         the first match, or nothing
/// regex_match('pattern')          true where the text begins with a match
///
/// Patterns are RE2's (time linear in the text; no look-around, no \1 in the pattern; \d and \w are of ASCII) and
/// literal texts, in which a backslash is written twice. They read texts of at most 32 KiB, and replace at most 2,000
/// matches in one of more than 8 KiB.
///
/// Differs from Jinja, on purpose: missing is null, and null prints as nothing and passes through
/// filters (except default, length, string, json, startswith, endswith, int and decimal with a
/// default); true and false print in lower case and never equal or count as a number; numbers are
/// exact decimals, a quotient has at most 28 digits, and round goes half away from zero; + joins no texts; lists and
/// objects print as JSON; int and decimal refuse what is no number unless they have a default; urlencode encodes / as
/// well; replace and split refuse an empty text to look for.
///
/// Limits: 256 nodes, depth 32, output 64 KiB. The cost is bounded by rule size × input.
class Expression {
 public:
  static constexpr std::size_t kNodesMax = 256;
  static constexpr std::size_t kDepthMax = 32;
  static constexpr std::size_t kOutputMax = std::size_t{64} * 1024;

  /// Throws ExpressionError; unknown filters name the nearest known one.
  static Expression parse(std::string_view text);

  const std::string& text() const { return text_; }

  /// First names the expression reads, each once, for checks at load ("unknown scope").
  const std::vector<std::string>& names() const { return names_; }

  /// Missing names and members are null. Throws EvaluationError, which names kinds but no values.
  Native evaluate(const Scope& scope) const;

  /// evaluate() as Jinja's truth: null, false, 0, "", [] and {} are false.
  bool truth(const Scope& scope) const;

  struct Node;

 private:
  std::string text_;
  std::vector<std::string> names_;
  std::shared_ptr<const Node> root_;
};

/// Text with `${expression}` in it (a } inside the expression's quotes does not end it), as connector definitions use
/// for URLs, headers and bodies. A template that is exactly one expression keeps that expression's type; else the parts
/// are joined as text. `$${` is a literal `${`.
class Template {
 public:
  /// Throws ExpressionError with the column in the whole text.
  static Template parse(std::string_view text);

  const std::string& text() const { return text_; }

  /// First names that its expressions read, each once.
  std::vector<std::string> names() const;

  /// Joined as text, null is nothing and lists and objects are JSON. Throws EvaluationError.
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
