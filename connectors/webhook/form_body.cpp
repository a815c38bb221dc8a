#include <algorithm>

#include "connectors/ports/percent.h"
#include "connectors/webhook/body.h"
#include "mapping/values/utf8.h"

namespace counterpart::hook {
namespace {

constexpr std::size_t kFieldsMost = 10'000;
constexpr std::size_t kNamesMost = 1'000;  ///< beside each other
constexpr std::size_t kStepsMost = 16;

std::optional<std::string> decoded(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto plain = percent_decode(spaced);
  if (!plain || !is_utf8(*plain)) return std::nullopt;
  return plain;
}

/// "a[b][]" → a, b, ""; a name whose brackets do not pair is one step.
std::vector<std::string> steps_of(const std::string& name) {
  const std::size_t open = name.find('[');
  if (open == 0 || open == std::string::npos || !name.ends_with(']')) return {name};
  std::vector<std::string> steps{name.substr(0, open)};
  for (std::size_t at = open; at < name.size();) {
    const std::size_t end = name.find(']', at);
    if (name[at] != '[' || end == std::string::npos) return {name};
    steps.push_back(name.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return steps;
}

[[noreturn]] void refuse(const std::string& field, const std::string& why) {
  throw HookFormatError("form field '" + field + "' " + why);
}

/// The member to go on from; "" is the next position.
Native& enter(Native& tree, const std::string& step, const std::string& field) {
  if (tree.is_null()) tree = Native(Native::Object{});
  if (!tree.is_object()) refuse(field, "is a value and a group of fields at once");
  const std::string name = step.empty() ? std::to_string(tree.object().size()) : step;
  if (Native* known = tree.member(name)) return *known;
  if (tree.object().size() == kNamesMost) refuse(field, "has too many others beside it");
  return tree.set(name, Native());
}

void put(Native& place, std::string value, const std::string& field) {
  if (place.is_null()) {
    place = Native(std::move(value));
  } else if (place.is_array()) {
    place.array().emplace_back(std::move(value));
  } else if (place.is_text()) {
    Native::Array both{std::move(place), Native(std::move(value))};
    place = Native(std::move(both));
  } else {
    refuse(field, "is a value and a group of fields at once");
  }
}

/// Objects whose members are 0, 1, 2… become arrays.
void number(Native& tree) {
  if (!tree.is_object()) return;
  bool positions = !tree.object().empty();
  std::size_t next = 0;
  for (auto& [name, value] : tree.object()) {
    positions = positions && name == std::to_string(next++);
    number(value);
  }
  if (!positions) return;
  Native::Array array;
  for (auto& [name, value] : tree.object()) array.push_back(std::move(value));
  tree = Native(std::move(array));
}

}  // namespace

std::optional<FormFields> form_fields(std::string_view text) {
  FormFields fields;
  while (!text.empty()) {
    const std::string_view field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), field.size() + 1));
    if (field.empty()) continue;
    const std::size_t equals = std::min(field.find('='), field.size());
    auto name = decoded(field.substr(0, equals));
    auto value = decoded(field.substr(std::min(field.size(), equals + 1)));
    if (!name || !value) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

Native form_tree(const FormFields& fields) {
  if (fields.size() > kFieldsMost) throw HookFormatError("more than " + std::to_string(kFieldsMost) + " form fields");
  Native tree{Native::Object{}};
  for (const auto& [name, value] : fields) {
    const std::vector<std::string> steps = steps_of(name);
    if (steps.size() > kStepsMost) refuse(name, "has too many brackets");
    Native* place = &tree;
    for (const std::string& step : steps) place = &enter(*place, step, name);
    put(*place, value, name);
  }
  for (auto& [name, value] : tree.object()) number(value);
  return tree;
}

}  // namespace counterpart::hook
