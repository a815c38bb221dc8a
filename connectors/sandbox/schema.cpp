#include "connectors/sandbox/schema.h"

#include <algorithm>

#include "connectors/sandbox/query.h"
#include "connectors/sandbox/refusal.h"
#include "connectors/sandbox/rows.h"
#include "connectors/sandbox/times.h"
#include "mapping/values/decimal.h"

namespace counterpart::sandbox {
namespace {

struct NamedKind {
  Kind kind;
  std::string_view name;
};
constexpr NamedKind kKinds[] = {
    {Kind::text, "text"},
    {Kind::email, "email"},
    {Kind::option, "option"},
    {Kind::flag, "boolean"},
    {Kind::ja_nein, "ja_nein"},
    {Kind::iso_date, "date"},
    {Kind::german_date, "date_de"},
    {Kind::integer, "integer"},
    {Kind::number, "number"},
    {Kind::integer_text, "integer_text"},
    {Kind::german_decimal, "decimal_de"},
    {Kind::rows, "rows"},
};

constexpr std::string_view kBlanks = " \t\r\n\v\f";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t characters(std::string_view utf8) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  return utf8.size() - static_cast<std::size_t>(std::ranges::count_if(utf8, continues));
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

bool is_integer_text(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return parse_digits(text).has_value();
}

/// "1.234,56", "1234,5", "-7": points only between groups of three.
bool is_german_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto whole = text.substr(0, text.find(','));
  const auto fraction = text.substr(std::min(whole.size() + 1, text.size()));
  if (whole.size() < text.size() && (fraction.empty() || !std::ranges::all_of(fraction, is_digit))) return false;
  if (whole.find('.') == std::string_view::npos) return !whole.empty() && std::ranges::all_of(whole, is_digit);
  for (std::size_t from_right = 1; from_right <= whole.size(); ++from_right) {
    const char c = whole[whole.size() - from_right];
    if (from_right % 4 == 0 ? c != '.' : !is_digit(c)) return false;
  }
  return whole.size() % 4 != 0;
}

/// What is wrong with a text for that field, or nullptr.
const char* fault_of(const Field& field, const std::string& text) {
  switch (field.kind) {
    case Kind::email:
      return text.find('@') == std::string::npos ? "is not an e-mail address" : nullptr;
    case Kind::option:
      return std::ranges::find(field.options, text) == field.options.end() ? "is not one of the options" : nullptr;
    case Kind::ja_nein:
      return text != "ja" && text != "nein" ? "must be ja or nein" : nullptr;
    case Kind::iso_date:
      return is_iso_date(text) ? nullptr : "must be a date like 1980-12-31";
    case Kind::german_date:
      return is_german_date(text) ? nullptr : "must be a date like 31.12.1980";
    case Kind::integer_text:
      return is_integer_text(text) ? nullptr : "must be a whole number";
    case Kind::german_decimal:
      return is_german_decimal(text) ? nullptr : "must be a number like 1.234,56";
    default:
      return nullptr;
  }
}

[[noreturn]] void refuse(const Schema& schema, std::string_view path, const std::string& fault) {
  throw Refused(schema.refusal_status, fault, std::string(path));
}

std::string read_number(const Schema& schema, const Field& field, const Native& value) {
  const auto number = value.is_number() ? Decimal::parse(value.number()) : std::nullopt;
  if (!number) refuse(schema, field.path, "must be a number");
  if (field.kind == Kind::integer && !number->is_integer()) refuse(schema, field.path, "must be a whole number");
  return number->print();
}

std::string read_text(const Schema& schema, const Field& field, const Native& value) {
  if (!value.is_text()) refuse(schema, field.path, "must be a text");
  std::string text = schema.trims ? trimmed(value.text()) : value.text();
  if (text.empty()) return text;
  if (characters(text) > field.max_length) {
    refuse(schema, field.path, "is longer than " + std::to_string(field.max_length) + " characters");
  }
  if (const char* fault = fault_of(field, text)) refuse(schema, field.path, fault);
  return text;
}

std::string read_value(const Schema& schema, const Field& field, const Native& value) {
  if (field.kind == Kind::rows) return read_rows(schema, field, value);
  if (value.is_null()) return {};
  if (field.kind == Kind::integer || field.kind == Kind::number) return read_number(schema, field, value);
  if (field.kind != Kind::flag) return read_text(schema, field, value);
  if (!value.is_bool()) refuse(schema, field.path, "must be true or false");
  return value.boolean() ? "true" : "false";
}

void collect(const Schema& schema, const std::string& group, const Native& properties, std::vector<Change>& changes);

/// A member that is no field itself: a group of fields, or unknown.
void collect_group(const Schema& schema, const std::string& path, const Native& value, std::vector<Change>& changes) {
  const std::string group = path + '.';
  const auto in_group = [&](const Field& field) { return !field.removed && field.path.starts_with(group); };
  if (std::ranges::none_of(schema.fields, in_group)) refuse(schema, path, "there is no such field");
  if (value.is_object()) return collect(schema, group, value, changes);
  if (!value.is_null()) refuse(schema, path, "must be an object");
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (in_group(schema.fields[i])) changes.push_back({i, {}});
  }
}

void collect(const Schema& schema, const std::string& group, const Native& properties, std::vector<Change>& changes) {
  for (const auto& [name, value] : properties.object()) {
    const std::string path = group + name;
    const std::size_t field = schema.index_of(path);
    if (field == schema.fields.size()) {
      collect_group(schema, path, value, changes);
    } else {
      changes.push_back({field, read_value(schema, schema.fields[field], value)});
    }
  }
}

}  // namespace

std::string_view name_of(Kind kind) {
  return std::ranges::find(kKinds, kind, &NamedKind::kind)->name;
}

std::optional<Kind> kind_of(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &NamedKind::name);
  return found == std::end(kKinds) ? std::nullopt : std::optional(found->kind);
}

bool has_length(Kind kind) {
  return kind == Kind::text || kind == Kind::email;
}

std::size_t Schema::index_of(std::string_view path) const {
  const auto is_it = [&](const Field& field) { return !field.removed && field.path == path; };
  const auto found = std::ranges::find_if(fields, is_it);
  return static_cast<std::size_t>(found - fields.begin());
}

std::size_t Schema::index_of_search(std::string_view name) const {
  const auto is_it = [&](const Field& field) { return !field.removed && field.search_name == name; };
  const auto found = name.empty() ? fields.end() : std::ranges::find_if(fields, is_it);
  return static_cast<std::size_t>(found - fields.begin());
}

std::string Schema::search_key(std::string_view text) const {
  std::string key;
  for (const char c : text) {
    if (search_skips_blanks && kBlanks.find(c) != std::string_view::npos) continue;
    key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key;
}

std::vector<Change> read_changes(const Schema& schema, const Native& properties) {
  if (!properties.is_object()) throw Refused(schema.refusal_status, "the properties must be an object");
  std::vector<Change> changes;
  collect(schema, {}, properties, changes);
  return changes;
}

void check_mandatory(const Schema& schema, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].removed) continue;
    if (schema.fields[i].mandatory && values[i].empty()) refuse(schema, schema.fields[i].path, "is mandatory");
  }
}

Native show_value(const Field& field, const std::string& stored, bool leave_out_blanks) {
  if (field.kind == Kind::rows) return show_rows(stored, leave_out_blanks);
  if (stored.empty()) return {};
  if (field.kind == Kind::flag) return Native(stored == "true");
  if (field.kind == Kind::integer || field.kind == Kind::number) return Native(Native::Number{stored});
  return Native(stored);
}

Native show_fields(const Schema& schema, const std::vector<std::string>& values, bool leave_out_blanks) {
  Native tree{Native::Object()};
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    if (field.removed || (leave_out_blanks && values[i].empty())) continue;
    const auto dot = field.path.find('.');
    if (dot == std::string::npos) {
      tree.object().emplace_back(field.path, show_value(field, values[i], leave_out_blanks));
      continue;
    }
    const auto group = field.path.substr(0, dot);
    Native* members = tree.member(group);
    if (members == nullptr) members = &tree.set(group, Native(Native::Object()));
    members->object().emplace_back(field.path.substr(dot + 1), show_value(field, values[i], leave_out_blanks));
  }
  return tree;
}

}  // namespace counterpart::sandbox
