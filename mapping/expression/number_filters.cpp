#include "mapping/expression/number_filters.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "mapping/expression/characters.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/semantics.h"
#include "mapping/values/decimal.h"
#include "mapping/values/json.h"

namespace counterpart::filters {
namespace {

std::optional<Decimal> read_number(const Native& value) {
  if (value.is_number()) return Decimal::parse(value.number());
  if (value.is_bool()) return Decimal(value.boolean() ? 1 : 0);
  if (!value.is_text()) return std::nullopt;
  std::string_view text = trimmed(value.text());
  if (!text.starts_with('+')) return Decimal::parse(text);
  text.remove_prefix(1);
  return text.starts_with('-') ? std::nullopt : Decimal::parse(text);
}

/// Towards zero.
Native whole_part(const Decimal& number) {
  std::string text = number.print();
  text.erase(std::min(text.find('.'), text.size()));
  return Native(Native::Number{text == "-0" ? "0" : text});
}

/// What int and decimal share: a number, else the default, else (but for null) a refusal.
template <class Convert>
Native convert(const Native& input, Arguments arguments, std::string_view what, Convert to_result) {
  if (const auto number = read_number(input)) return to_result(*number);
  if (!arguments.empty()) return *arguments[0];
  if (input.is_null()) return {};
  throw EvaluationError(std::string(what) + " cannot read this " + (input.is_text() ? "text" : "value") +
                        " as a number: clean it first, or give a default, as in " + std::string(what) + "(0)");
}

}  // namespace

std::size_t whole_number(const Native& value, std::string_view what) {
  std::size_t number = 0;
  if (value.is_number()) {
    const std::string& text = value.number();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  throw EvaluationError(std::string(what) + " needs a whole number from 0, not " +
                        (value.is_number() ? "this number" : std::string(kind_of(value))));
}

Native abs(const Native& input, Arguments) {
  const Decimal number = number_of(input, "abs");
  return number.is_negative() ? to_native(*Decimal::subtract(Decimal(), number)) : input;
}

Native round(const Native& input, Arguments arguments) {
  const std::size_t wanted = arguments.empty() ? 0 : whole_number(*arguments[0], "round");
  const auto digits = static_cast<unsigned>(std::min<std::size_t>(wanted, Decimal::kScaleMax));
  const std::string_view method = arguments.size() < 2 ? "common" : text_of(*arguments[1], "round");
  const Decimal number = number_of(input, "round");
  if (method == "common") return to_native(number.rounded(digits));
  if (method == "ceil") return to_native(number.ceiling(digits));
  if (method == "floor") return to_native(number.floor(digits));
  throw EvaluationError("round goes by 'common', 'ceil' or 'floor'");
}

Native integer(const Native& input, Arguments arguments) {
  return convert(input, arguments, "int", whole_part);
}

Native decimal(const Native& input, Arguments arguments) {
  return convert(input, arguments, "decimal", to_native);
}

Native string(const Native& input, Arguments) {
  return input.plain();
}

Native json(const Native& input, Arguments) {
  return print_json(input);
}

Native default_to(const Native& input, Arguments arguments) {
  const bool any_false = arguments.size() > 1 && is_true(*arguments[1]);
  return input.is_null() || (any_false && !is_true(input)) ? *arguments[0] : input;
}

}  // namespace counterpart::filters
