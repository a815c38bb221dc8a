#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/expression/expression.h"
#include "mapping/values/native.h"

namespace counterpart::rest {

/// The names a template may use in one call, with their values.
class Variables {
 public:
  Variables() = default;

  Variables& set(std::string name, Native value);

  /// For evaluating; valid as long as the variables are.
  Scope scope() const;

  /// The same names with every text percent-encoded: for paths, so that no value can become another path.
  Variables percent_encoded() const;

 private:
  std::vector<std::pair<std::string, Native>> values_;
};

/// Everything but letters, digits and -._~ as %XX.
std::string percent_encode(std::string_view text);

/// Undone percent-encoding; what is malformed stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace counterpart::rest
