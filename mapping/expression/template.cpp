#include <algorithm>
#include <utility>

#include "mapping/expression/expression.h"
#include "mapping/expression/semantics.h"

namespace counterpart {
namespace {

/// Where the } stands that ends an expression; those inside quotes do not.
std::size_t closing_brace(std::string_view text, std::size_t begin) {
  char quote = '\0';
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\0') {
      if (c == '}') return at;
      if (c == '\'' || c == '"') quote = c;
    } else if (c == '\\') {
      ++at;
    } else if (c == quote) {
      quote = '\0';
    }
  }
  return std::string_view::npos;
}

Expression parse_part(std::string_view text, std::size_t begin, std::size_t end) {
  try {
    return Expression::parse(text.substr(begin, end - begin));
  } catch (const ExpressionError& error) {
    throw ExpressionError(error.what(), begin + error.column());
  }
}

}  // namespace

Template Template::parse(std::string_view text) {
  Template result;
  result.text_ = text;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) result.parts_.push_back({std::exchange(literal, {}), nullptr});
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("$${")) {
      literal += "${";
      at += 3;
    } else if (rest.starts_with("${")) {
      const std::size_t end = closing_brace(text, at + 2);
      if (end == std::string_view::npos) throw ExpressionError("the } that ends this ${ is missing", at);
      end_literal();
      result.parts_.push_back({{}, std::make_shared<const Expression>(parse_part(text, at + 2, end))});
      at = end + 1;
    } else {
      literal += text[at++];
    }
  }
  end_literal();
  return result;
}

std::vector<std::string> Template::names() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (!part.expression) continue;
    for (const std::string& name : part.expression->names()) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

Native Template::evaluate(const Scope& scope) const {
  if (parts_.size() == 1 && parts_.front().expression) return parts_.front().expression->evaluate(scope);
  std::string text;
  for (const Part& part : parts_) {
    text += part.expression ? part.expression->evaluate(scope).plain() : part.literal;
    check_output(text.size());
  }
  return text;
}

}  // namespace counterpart
