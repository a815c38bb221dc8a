#include "mapping/expression/semantics.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "mapping/expression/expression.h"

namespace counterpart {
namespace {

bool is_zero(std::string_view number) {
  const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
  return mantissa.find_first_of("123456789") == std::string_view::npos;
}

bool same_number(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto left = Decimal::parse(a);
  return left && left == Decimal::parse(b);
}

bool same_object(const Native::Object& a, const Native::Object& b) {
  if (a.size() != b.size()) return false;
  const auto by_name = [](const Native::Object& object) {
    std::vector<const Native::Member*> members;
    for (const Native::Member& member : object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const Native::Member* member) -> const std::string& { return member->first; });
    return members;
  };
  return std::ranges::equal(by_name(a), by_name(b), [](const Native::Member* x, const Native::Member* y) {
    return x->first == y->first && is_equal(x->second, y->second);
  });
}

}  // namespace

std::string_view kind_of(const Native& value) {
  if (value.is_null()) return "nothing";
  if (value.is_bool()) return "true or false";
  if (value.is_number()) return "a number";
  if (value.is_text()) return "a text";
  return value.is_array() ? "a list" : "an object";
}

bool is_true(const Native& value) {
  if (value.is_null()) return false;
  if (value.is_bool()) return value.boolean();
  if (value.is_number()) return !is_zero(value.number());
  if (value.is_text()) return !value.text().empty();
  return value.is_array() ? !value.array().empty() : !value.object().empty();
}

bool is_equal(const Native& a, const Native& b) {
  if (a.is_number() && b.is_number()) return same_number(a.number(), b.number());
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.array(), b.array(), is_equal);
  if (a.is_object() && b.is_object()) return same_object(a.object(), b.object());
  return a == b;
}

bool is_less(const Native& a, const Native& b) {
  if (a.is_text() && b.is_text()) return a.text() < b.text();
  if (a.is_number() && b.is_number()) return number_of(a, "<") < number_of(b, "<");
  std::string message = "cannot order " + std::string(kind_of(a)) + " and " + std::string(kind_of(b));
  if (a.is_null() || b.is_null()) message += ": give a default first, as in x | default(0)";
  throw EvaluationError(message);
}

bool contains(const Native& haystack, const Native& needle) {
  if (haystack.is_null()) return false;
  if (haystack.is_array()) {
    return std::ranges::any_of(haystack.array(), [&](const Native& element) { return is_equal(element, needle); });
  }
  if (haystack.is_object()) return needle.is_text() && haystack.member(needle.text()) != nullptr;
  if (!haystack.is_text())
    throw EvaluationError("`in` looks into a text, a list or an object, not " + std::string(kind_of(haystack)));
  if (needle.is_null()) return false;
  if (!needle.is_text())
    throw EvaluationError("`in` looks in a text for a text, not for " + std::string(kind_of(needle)) +
                          ": convert it, as in x | string");
  return find_text(haystack.text(), needle.text()) != std::string_view::npos;
}

Decimal number_of(const Native& value, std::string_view what) {
  if (!value.is_number()) {
    std::string message = std::string(what) + " needs a number, not " + std::string(kind_of(value));
    if (value.is_text()) message += ": convert it, as in x | decimal";
    if (value.is_null()) message += ": give a default first, as in x | default(0)";
    throw EvaluationError(message);
  }
  const auto number = Decimal::parse(value.number());
  if (number) return *number;
  throw EvaluationError(std::string(what) + " has a number of more than " + std::to_string(Decimal::kDigitsMax) +
                        " digits or " + std::to_string(Decimal::kScaleMax) + " decimal places");
}

Native to_native(const Decimal& number) {
  return Native(Native::Number{number.print()});
}

std::string_view text_of(const Native& value, std::string_view what) {
  if (value.is_text()) return value.text();
  if (value.is_number()) return value.number();
  if (value.is_bool()) return value.boolean() ? "true" : "false";
  if (value.is_null()) return {};
  throw EvaluationError(std::string(what) + " needs a text, not " + std::string(kind_of(value)));
}

std::size_t find_text(std::string_view text, std::string_view needle, std::size_t from) {
  // memmem of glibc is linear; std::string_view::find is not, and needles may come from outside.
  const void* found = ::memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

void check_output(std::size_t bytes) {
  if (bytes > Expression::kOutputMax) {
    throw EvaluationError("the result is larger than " + std::to_string(Expression::kOutputMax / 1024) + " KiB");
  }
}

}  // namespace counterpart
