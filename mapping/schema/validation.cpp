#include "mapping/schema/validation.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "mapping/codecs/single.h"
#include "mapping/expression/expression.h"

namespace counterpart {
namespace {

using codecs::shown;

constexpr const char* kCorrect = "correct the record, or `validate` in the mapping";
constexpr const char* kSchemaOptions =
    "choose another one in the record, add the option in the system, or give the field a table in the mapping";

bool is_nothing(const Native& spelled) {
  return spelled.is_null() || (spelled.is_text() && spelled.text().empty()) ||
         (spelled.is_array() && spelled.array().empty());
}

std::string characters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

std::string joined(const std::vector<std::string>& words) {
  constexpr std::size_t kShownMax = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kShownMax); ++i) text += (i == 0 ? "" : ", ") + words[i];
  return words.size() > kShownMax ? text + ", …" : text;
}

/// A value that is one of several is looked at by itself.
template <class Check>
std::optional<Problem> first_of(const Native& spelled, const Check& check) {
  if (!spelled.is_array()) return check(spelled);
  for (const Native& one : spelled.array()) {
    if (auto problem = check(one)) return problem;
  }
  return std::nullopt;
}

Problem blank_problem(std::string remedy) {
  return {"it would be blank, and must be filled (required)", std::move(remedy)};
}

std::optional<Problem> too_long(const Native& spelled, std::size_t most, std::string remedy) {
  const std::size_t length = codecs::length_of(spelled.plain());
  if (length <= most) return std::nullopt;
  return Problem{shown(spelled) + " has " + characters(length) + ", and " + std::to_string(most) +
                     " are allowed there (max_length)",
                 std::move(remedy)};
}

std::optional<Problem> too_short(const Native& spelled, std::size_t least) {
  const std::size_t length = codecs::length_of(spelled.plain());
  if (length >= least) return std::nullopt;
  return Problem{shown(spelled) + " has " + characters(length) + ", and at least " + std::to_string(least) +
                     " are asked for (min_length)",
                 kCorrect};
}

std::optional<Problem> outside(const Native& spelled, const AllowedCharacters& allowed) {
  const auto found = allowed.set.first_outside(spelled.plain());
  if (!found) return std::nullopt;
  return Problem{"character " + std::to_string(found->place) + " of " + shown(spelled) + ", '" + found->character +
                     "', is not allowed there (characters: " + allowed.name + ")",
                 "replace it in the record, or in the mapping with `clean`"};
}

std::optional<Problem> unlike(const Native& spelled, const RequiredPattern& pattern) {
  try {
    if (pattern.whole->begins(spelled.plain())) return std::nullopt;
  } catch (const EvaluationError& error) {
    return Problem{shown(spelled) + ": " + error.what() + " (pattern)", kCorrect};
  }
  return Problem{shown(spelled) + " does not look as it must (pattern: " + pattern.text + ")", kCorrect};
}

std::optional<Problem> no_option(const Native& spelled, const std::vector<std::string>& options, std::string remedy) {
  if (std::ranges::find(options, spelled.plain()) != options.end()) return std::nullopt;
  return Problem{shown(spelled) + " is none of the options (options: " + joined(options) + ")", std::move(remedy)};
}

/// What a bound is compared with: the number, or the day, that the value stands for.
std::optional<Decimal> number_of(const Native& spelled, const Value& value) {
  if (const auto* number = std::get_if<Decimal>(&value)) return *number;
  if (const auto* money = std::get_if<Money>(&value)) return money->amount;
  return Decimal::parse(spelled.plain());
}

std::optional<Date> day_of(const Value& value) {
  if (const auto* day = std::get_if<Date>(&value)) return *day;
  if (const auto* instant = std::get_if<Instant>(&value)) return Date(std::chrono::floor<std::chrono::days>(*instant));
  return std::nullopt;
}

template <class T>
std::optional<Problem> compared(const Native& spelled, const std::optional<T>& held, const ValueBound& bound,
                                bool least, const char* kind) {
  const std::string rule = std::string(least ? " (min: " : " (max: ") + bound.text + ")";
  if (!held) return Problem{shown(spelled) + " is no " + kind + rule, kCorrect};
  const T& limit = std::get<T>(bound.value);
  if (least ? *held >= limit : *held <= limit) return std::nullopt;
  return Problem{shown(spelled) + (least ? " is less than allowed" : " is more than allowed") + rule, kCorrect};
}

std::optional<Problem> beyond(const Native& spelled, const Value& value, const ValueBound& bound, bool least) {
  if (std::holds_alternative<Decimal>(bound.value)) {
    return compared<Decimal>(spelled, number_of(spelled, value), bound, least, "number");
  }
  return compared<Date>(spelled, day_of(value), bound, least, "date");
}

std::optional<Problem> text_violation(const ValueRules& rules, const Native& spelled) {
  std::optional<Problem> problem;
  if (rules.max_length) problem = too_long(spelled, *rules.max_length, kCorrect);
  if (!problem && rules.min_length) problem = too_short(spelled, *rules.min_length);
  if (!problem && rules.characters) problem = outside(spelled, *rules.characters);
  if (!problem && rules.pattern) problem = unlike(spelled, *rules.pattern);
  if (!problem && !rules.options.empty()) problem = no_option(spelled, rules.options, kCorrect);
  return problem;
}

}  // namespace

std::optional<Problem> violation_of(const ValueRules& rules, const Native& spelled, const Value& value) {
  if (is_nothing(spelled)) return rules.required ? std::optional(blank_problem(kCorrect)) : std::nullopt;
  auto problem = first_of(spelled, [&](const Native& one) { return text_violation(rules, one); });
  if (!problem && rules.min) problem = beyond(spelled, value, *rules.min, true);
  if (!problem && rules.max) problem = beyond(spelled, value, *rules.max, false);
  return problem;
}

std::optional<Problem> violation_of(const FieldDescription& field, const Native& spelled) {
  if (is_nothing(spelled)) {
    if (!field.required) return std::nullopt;
    return blank_problem("fill it in the record: the system itself asks for it");
  }
  std::optional<Problem> problem;
  if (field.max_length && spelled.is_text()) {
    problem = too_long(spelled, *field.max_length,
                       "shorten it in the record, or let it be cut: text(" + std::to_string(*field.max_length) +
                           ", truncate); the system itself holds no more");
  }
  if (problem || field.options.empty()) return problem;
  return first_of(spelled, [&](const Native& one) { return no_option(one, field.options, kSchemaOptions); });
}

}  // namespace counterpart
