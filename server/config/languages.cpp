#include <cctype>

#include "server/config/resolve.h"

namespace counterpart::drafts {
namespace {

bool is_identifier_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool begins_with_value(std::string_view text) {
  constexpr std::string_view kValue = "value";
  const std::size_t first = text.find_first_not_of(" (");
  if (first == std::string_view::npos) return false;
  text.remove_prefix(first);
  return text.starts_with(kValue) && (text.size() == kValue.size() || !is_identifier_letter(text[kValue.size()]));
}

/// `prefix`: what was put before the written text.
std::optional<Expression> parse(const Node& node, const std::string& prefix, Problems& problems) {
  try {
    return Expression::parse(prefix + node.scalar);
  } catch (const ExpressionError& error) {
    const std::size_t column = error.column() < prefix.size() ? 0 : error.column() - prefix.size();
    add_language_mistake("expression", node, error.what(), column, problems);
    return std::nullopt;
  }
}

}  // namespace

void add_language_mistake(const std::string& language, const Node& node, const std::string& what, std::size_t column,
                          Problems& problems, std::string remedy) {
  if (node.interpolated) {
    problems.add(node.place, "the " + language + " that ${…} stands for is not understood",
                 "write it out: the message would show what may be a secret");
    return;
  }
  problems.add(node.place_in(column), "in the " + language + " " + node.shown() + ": " + what, std::move(remedy));
}

std::optional<Path> read_path(const Node& node, Problems& problems) {
  try {
    return Path::parse(node.scalar);
  } catch (const PathError& error) {
    add_language_mistake("path", node, error.what(), error.column(), problems);
    return std::nullopt;
  }
}

std::optional<Expression> read_expression(const Node& node, Problems& problems) {
  return parse(node, "", problems);
}

std::optional<Expression> read_cleaning(const Node& node, Problems& problems) {
  auto expression = parse(node, begins_with_value(node.scalar) ? "" : "value | ", problems);
  if (!expression) return std::nullopt;
  for (const std::string& name : expression->names()) {
    if (name == "value") continue;
    problems.add(node.place, "cleaning sees only 'value', not '" + name + "'", "quote it if it is meant as text");
    return std::nullopt;
  }
  return expression;
}

}  // namespace counterpart::drafts
