#include "mapping/expression/list_filters.h"

#include <string>

#include "mapping/expression/characters.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/semantics.h"

namespace counterpart::filters {
namespace {

/// At white space of any length, as Python does without a separator.
Native split_at_spaces(std::string_view text) {
  Native::Array parts;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    std::size_t end = 0;
    while (end < text.size() && !begins_with_space(text.substr(end))) end += first_character_size(text.substr(end));
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return parts;
}

const Native::Array& list_of(const Native& value, std::string_view what) {
  if (value.is_array()) return value.array();
  throw EvaluationError(std::string(what) + " needs a list, not " + std::string(kind_of(value)));
}

}  // namespace

Native length(const Native& input, Arguments) {
  std::size_t length = 0;
  if (input.is_text()) {
    length = count_characters(input.text());
  } else if (input.is_object()) {
    length = input.object().size();
  } else if (!input.is_null()) {
    length = list_of(input, "length").size();
  }
  return Native::integer(static_cast<long long>(length));
}

Native split(const Native& input, Arguments arguments) {
  const std::string_view text = text_of(input, "split");
  check_output(text.size());
  if (arguments.empty()) return split_at_spaces(text);
  const std::string_view separator = text_of(*arguments[0], "split");
  if (separator.empty()) throw EvaluationError("split needs a text to look for");
  Native::Array parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t found = find_text(text, separator, begin);
    parts.emplace_back(text.substr(begin, found - begin));
    if (found == std::string_view::npos) return parts;
    begin = found + separator.size();
  }
}

Native join(const Native& input, Arguments arguments) {
  const std::string_view separator = arguments.empty() ? std::string_view{} : text_of(*arguments[0], "join");
  std::string result;
  bool first = true;
  for (const Native& element : list_of(input, "join")) {
    if (!first) result += separator;
    first = false;
    result += element.is_text() ? element.text() : element.plain();
    check_output(result.size());
  }
  return result;
}

Native first(const Native& input, Arguments) {
  if (input.is_text()) {
    const std::string_view text = input.text();
    return text.empty() ? Native() : Native(text.substr(0, first_character_size(text)));
  }
  const Native::Array& list = list_of(input, "first");
  return list.empty() ? Native() : list.front();
}

Native last(const Native& input, Arguments) {
  if (input.is_text()) {
    const std::string_view text = input.text();
    return text.empty() ? Native() : Native(text.substr(text.size() - last_character_size(text)));
  }
  const Native::Array& list = list_of(input, "last");
  return list.empty() ? Native() : list.back();
}

}  // namespace counterpart::filters
