#include "mapping/config/table.h"

#include <array>
#include <charconv>
#include <limits>

namespace counterpart::config {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kNameMax = 63;

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array kUnits = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                               Unit{"ms", 1}};

Native::Object of_type(const char* type) {
  return Native::Object{{"type", type}};
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_integer(text.substr(0, digits));
  if (!count) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.name) continue;
    if (*count > std::numeric_limits<std::int64_t>::max() / unit.milliseconds) return std::nullopt;
    return milliseconds(*count * unit.milliseconds);
  }
  return std::nullopt;
}

/// Quotes make a text, except around what an interpolation gave: "${env:PORT}" is a habit.
bool may_be_number(const Node& node) {
  return node.kind == Node::Kind::scalar && (!node.quoted || node.interpolated);
}

std::string unquote_remedy(const Node& node) {
  return node.kind == Node::Kind::scalar && node.quoted ? "remove the quotes if they are too much" : "";
}

/// An editor sees what is written, not what an interpolation will stand for.
std::string or_interpolation(const std::string& pattern) {
  return pattern + R"(|\$\{(env|file):)";
}

std::string range_words(const std::string& noun, const std::string& least, const std::string& most) {
  return noun + " from " + least + " to " + most;
}

}  // namespace

Type<std::string> text() {
  Type<std::string> type;
  type.words = "text";
  type.schema = [] { return Native(Native::Object{{"type", Native(Native::Array{"string", "number", "boolean"})}}); };
  type.show = [](const std::string& value) { return value.empty() ? Native() : Native(value); };
  type.read = [](const Node& node, Problems& problems) -> std::optional<std::string> {
    if (node.kind == Node::Kind::scalar) return node.scalar;
    add_unexpected(node, "text", problems);
    return std::nullopt;
  };
  return type;
}

Type<std::string> text_like(std::string words, std::string pattern, std::function<bool(std::string_view)> fits) {
  Type<std::string> type;
  type.words = words;
  type.schema = [pattern = std::move(pattern)] {
    return Native(Native::Object{{"type", "string"}, {"pattern", or_interpolation(pattern)}});
  };
  type.show = [](const std::string& value) { return value.empty() ? Native() : Native(value); };
  type.read = [words = std::move(words), fits = std::move(fits)](const Node& node,
                                                                 Problems& problems) -> std::optional<std::string> {
    if (node.kind == Node::Kind::scalar && fits(node.scalar)) return node.scalar;
    add_unexpected(node, words, problems);
    return std::nullopt;
  };
  return type;
}

Type<std::string> name() {
  return text_like("a short name (letters, digits, _ and -)", "^[A-Za-z0-9_-]{1,63}$", is_name);
}

Type<bool> boolean() {
  Type<bool> type;
  type.words = "true or false";
  type.schema = [] { return Native(of_type("boolean")); };
  type.show = [](bool value) { return Native(value); };
  type.read = [](const Node& node, Problems& problems) -> std::optional<bool> {
    if (may_be_number(node)) {
      if (node.scalar == "true" || node.scalar == "True" || node.scalar == "TRUE") return true;
      if (node.scalar == "false" || node.scalar == "False" || node.scalar == "FALSE") return false;
    }
    add_unexpected(node, "true or false", problems, unquote_remedy(node));
    return std::nullopt;
  };
  return type;
}

Type<std::int64_t> integer(std::int64_t least, std::int64_t most) {
  Type<std::int64_t> type;
  type.words = range_words("a whole number", std::to_string(least), std::to_string(most));
  type.schema = [least, most] {
    return Native(
        Native::Object{{"type", "integer"}, {"minimum", Native::integer(least)}, {"maximum", Native::integer(most)}});
  };
  type.show = [](std::int64_t value) { return Native::integer(value); };
  type.read = [least, most, words = type.words](const Node& node, Problems& problems) -> std::optional<std::int64_t> {
    const auto value = may_be_number(node) ? parse_integer(node.scalar) : std::nullopt;
    if (value && *value >= least && *value <= most) return value;
    add_unexpected(node, words, problems, unquote_remedy(node));
    return std::nullopt;
  };
  return type;
}

Type<milliseconds> duration() {
  Type<milliseconds> type;
  type.words = "a duration such as 30s, 5m, 250ms";
  type.schema = [] {
    return Native(Native::Object{{"type", "string"}, {"pattern", or_interpolation("^[0-9]+(ms|s|m|h|d)$")}});
  };
  type.show = [](const milliseconds& value) { return Native(print_duration(value)); };
  type.read = [words = type.words](const Node& node, Problems& problems) -> std::optional<milliseconds> {
    const auto value = node.kind == Node::Kind::scalar ? parse_duration(node.scalar) : std::nullopt;
    if (value) return value;
    const bool bare = node.kind == Node::Kind::scalar && !node.interpolated && parse_integer(node.scalar);
    add_unexpected(node, words, problems, bare ? "add the unit: ms, s, m, h or d" : "");
    return std::nullopt;
  };
  return type;
}

Type<milliseconds> duration(milliseconds least, milliseconds most) {
  Type<milliseconds> type = duration();
  const std::string words = range_words("a duration", print_duration(least), print_duration(most));
  type.words = words;
  type.read = [read = type.read, least, most, words](const Node& node,
                                                     Problems& problems) -> std::optional<milliseconds> {
    const auto value = read(node, problems);
    if (!value || (*value >= least && *value <= most)) return value;
    add_unexpected(node, words, problems);
    return std::nullopt;
  };
  return type;
}

Type<Native> anything() {
  Type<Native> type;
  type.words = "any value";
  type.schema = [] { return Native(Native::Object{}); };
  type.show = [](const Native&) { return Native(); };
  type.read = [](const Node& node, Problems&) -> std::optional<Native> { return node.to_native(); };
  return type;
}

Type<Node> scalar() {
  Type<Node> type;
  type.words = "text";
  type.schema = text().schema;
  type.show = [](const Node&) { return Native(); };
  type.read = [](const Node& node, Problems& problems) -> std::optional<Node> {
    if (node.kind == Node::Kind::scalar) return node;
    add_unexpected(node, "text", problems);
    return std::nullopt;
  };
  return type;
}

Type<Node> node() {
  Type<Node> type;
  type.words = "any value";
  type.schema = anything().schema;
  type.show = [](const Node&) { return Native(); };
  type.read = [](const Node& found, Problems&) -> std::optional<Node> { return found; };
  return type;
}

void add_unexpected(const Node& node, const std::string& words, Problems& problems, std::string remedy) {
  problems.add(node.place, "expected " + words + ", found " + node.shown(), std::move(remedy));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && std::all_of(text.begin(), text.end(), is_name_letter);
}

std::string print_duration(milliseconds duration) {
  for (const Unit& unit : kUnits) {
    if (duration.count() != 0 && duration.count() % unit.milliseconds == 0) {
      return std::to_string(duration.count() / unit.milliseconds) + std::string(unit.name);
    }
  }
  return "0s";
}

namespace detail {

std::string one_of(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string plain_default(const Native& value) {
  if (!value.is_array()) return value.plain();
  std::string out;
  for (const Native& item : value.array()) out += (out.empty() ? "" : ", ") + item.plain();
  return "[" + out + "]";
}

Native object_schema(const std::string& doc, Native::Object properties, Native::Array required) {
  Native::Object schema = of_type("object");
  if (!doc.empty()) schema.emplace_back("description", doc);
  schema.emplace_back("properties", Native(std::move(properties)));
  if (!required.empty()) schema.emplace_back("required", Native(std::move(required)));
  schema.emplace_back("additionalProperties", Native(false));
  return Native(std::move(schema));
}

Native described(Native schema, const std::string& doc, const Native& default_value) {
  schema.set("description", Native(doc));
  if (!default_value.is_null()) schema.set("default", default_value);
  return schema;
}

bool is_true_map(const Node& node, const std::string& words, Problems& problems) {
  // A section whose keys are all commented out is an empty section.
  if (node.kind == Node::Kind::map || node.kind == Node::Kind::null) return true;
  add_unexpected(node, words, problems);
  return false;
}

void add_unknown_key(const Node::Member& member, const std::string& title, const std::vector<std::string>& known,
                     Problems& problems) {
  const std::string near = nearest(member.key, known);
  const std::string remedy = near.empty() ? "known are: " + one_of(known) : "did you mean '" + near + "'?";
  problems.add(member.place, "unknown key '" + member.key + "' in " + title, remedy);
}

void add_empty_key(const Node::Member& member, const std::string& title, const std::string& doc, Problems& problems) {
  problems.add(member.place, "the key '" + member.key + "' holds nothing in " + title, "fill it: " + doc);
}

void add_missing_key(const Node& node, const std::string& title, const std::string& key, const std::string& doc,
                     Problems& problems) {
  problems.add(node.place, "the key '" + key + "' is missing in " + title, "add it: " + doc);
}

void add_bad_name(const Node::Member& member, Problems& problems) {
  problems.add(member.place, "'" + member.key + "' is no short name", "use letters, digits, _ and -, at most 63");
}

void add_unknown_word(const Node& node, const std::vector<std::string>& words, Problems& problems) {
  const bool readable = node.kind == Node::Kind::scalar && !node.interpolated;
  const std::string near = readable ? nearest(node.scalar, words) : "";
  add_unexpected(node, one_of(words), problems, near.empty() ? "" : "did you mean '" + near + "'?");
}

Native free_map_schema(Native item, bool names) {
  Native::Object schema = of_type("object");
  if (names) schema.emplace_back("propertyNames", Native(Native::Object{{"pattern", "^[A-Za-z0-9_-]{1,63}$"}}));
  schema.emplace_back("additionalProperties", std::move(item));
  return Native(std::move(schema));
}

}  // namespace detail

}  // namespace counterpart::config
