#include "mapping/expression/pattern_filters.h"

#include <string>

#include "mapping/expression/expression.h"
#include "mapping/expression/semantics.h"

namespace counterpart::filters {

Native regex_replace(const Native& input, const Pattern& pattern, Arguments arguments) {
  const std::string_view replacement = text_of(*arguments[0], "regex_replace");
  try {
    return pattern.replace(text_of(input, "regex_replace"), replacement);
  } catch (const PatternError& error) {
    throw EvaluationError(std::string("regex_replace: ") + error.what());
  }
}

Native regex_search(const Native& input, const Pattern& pattern, Arguments) {
  const auto found = pattern.search(text_of(input, "regex_search"));
  return found ? Native(*found) : Native();
}

Native regex_match(const Native& input, const Pattern& pattern, Arguments) {
  return !input.is_null() && pattern.begins(text_of(input, "regex_match"));
}

}  // namespace counterpart::filters
