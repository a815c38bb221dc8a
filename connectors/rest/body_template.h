#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/rest/variables.h"
#include "mapping/config/node.h"
#include "mapping/expression/expression.h"
#include "mapping/values/native.h"

namespace counterpart::rest {

/// A JSON body with `${expression}` in its texts. A text that is exactly one expression keeps that
/// expression's type; a member whose expression gives null is left out; the member `+` must give an
/// object (or null), whose members are merged into its parent.
class BodyTemplate {
 public:
  /// Mistakes go to `problems`, with their places; then nullopt.
  static std::optional<BodyTemplate> read(const config::Node& node, config::Problems& problems);

  /// The body that is one expression, `${name}`.
  static BodyTemplate of_name(const std::string& name);

  /// Whether an expression in it reads this name.
  bool reads(const std::string& name) const;

  /// The body. Throws EvaluationError.
  Native evaluate(const Variables& variables) const;

 private:
  Native literal_;
  std::optional<Template> text_;
  std::vector<BodyTemplate> items_;
  std::vector<std::pair<std::string, BodyTemplate>> members_;
  enum class Kind { literal, text, list, map } kind_ = Kind::literal;
};

}  // namespace counterpart::rest
