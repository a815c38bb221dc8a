#include "mapping/expression/path.h"

#include <algorithm>
#include <span>

#include "mapping/expression/path_parser.h"

namespace counterpart {
namespace {

using Steps = std::span<const Path::Step>;

/// value.plain() == text, without making the text.
bool reads(const Native& value, std::string_view text) {
  if (value.is_text()) return value.text() == text;
  if (value.is_number()) return value.number() == text;
  if (value.is_bool()) return text == (value.boolean() ? "true" : "false");
  return value.is_null() ? text.empty() : value.plain() == text;
}

bool matches(const Native& row, const Path::Where& where) {
  return std::ranges::all_of(where.conditions, [&](const auto& condition) {
    const Native* member = row.member(condition.first);
    return member != nullptr && reads(*member, condition.second);
  });
}

template <class NativeType>
NativeType* first_match(NativeType& value, const Path::Where& where) {
  if (!value.is_array()) return nullptr;
  auto& rows = value.array();
  const auto found = std::ranges::find_if(rows, [&](const Native& row) { return matches(row, where); });
  return found == rows.end() ? nullptr : &*found;
}

/// One step down, for every kind of step but [*]; nullptr where there is nothing.
template <class NativeType>
NativeType* follow(NativeType& value, const Path::Step& step) {
  if (const auto* name = std::get_if<Path::Name>(&step)) return value.member(name->name);
  if (const auto* where = std::get_if<Path::Where>(&step)) return first_match(value, *where);
  const auto& index = std::get<Path::Index>(step);
  return value.is_array() && index.index < value.array().size() ? &value.array()[index.index] : nullptr;
}

bool is_every(const Path::Step& step) {
  return std::holds_alternative<Path::Every>(step);
}

const Native* find_first(const Native& root, Steps steps) {
  const Native* at = &root;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (is_every(steps[i])) {
      if (!at->is_array()) return nullptr;
      for (const Native& element : at->array()) {
        if (const Native* found = find_first(element, steps.subspan(i + 1))) return found;
      }
      return nullptr;
    }
    at = follow(*at, steps[i]);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void collect(const Native& root, Steps steps, std::vector<const Native*>& found) {
  const Native* at = &root;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (is_every(steps[i])) {
      if (!at->is_array()) return;
      for (const Native& element : at->array()) collect(element, steps.subspan(i + 1), found);
      return;
    }
    at = follow(*at, steps[i]);
    if (at == nullptr) return;
  }
  found.push_back(at);
}

std::string_view kind_of(const Native& value) {
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  return "a single value";
}

/// One step down for writing: makes what is missing.
Native& reach(Native& value, const Path::Step& step, std::size_t column) {
  const bool by_name = std::holds_alternative<Path::Name>(step);
  if (by_name ? !(value.is_null() || value.is_object()) : !(value.is_null() || value.is_array())) {
    const std::string wanted = by_name ? "an object" : "a list";
    throw PathError("the record holds " + std::string(kind_of(value)) + " where the path needs " + wanted, column);
  }
  if (const auto* name = std::get_if<Path::Name>(&step)) {
    Native* present = value.member(name->name);
    return present != nullptr ? *present : value.set(name->name, Native());
  }
  if (value.is_null()) value = Native(Native::Array{});
  if (const auto* where = std::get_if<Path::Where>(&step)) {
    Native* row = first_match(value, *where);
    return row != nullptr ? *row : value.array().emplace_back(where->row);
  }
  const std::size_t index = std::get<Path::Index>(step).index;
  if (index >= value.array().size()) value.array().resize(index + 1);
  return value.array()[index];
}

/// Follows the steps without making anything; nullptr where one is missing.
Native* follow_all(Native& root, Steps steps) {
  Native* at = &root;
  for (const Path::Step& step : steps) {
    at = follow(*at, step);
    if (at == nullptr) break;
  }
  return at;
}

/// Nothing but what names the row, and its id: a child row without a value is no row.
bool holds_no_value(const Native& row, const Path::Where& where) {
  if (!row.is_object()) return true;
  const auto names_it = [&](const std::string& name) {
    return name == "id" || std::any_of(where.conditions.begin(), where.conditions.end(),
                                       [&](const auto& condition) { return condition.first == name; });
  };
  return std::all_of(row.object().begin(), row.object().end(),
                     [&](const auto& member) { return member.second.is_null() || names_it(member.first); });
}

/// Sets null inside the row that `to_row` ends with, and removes the row when it holds no value any more.
void clear_in_row(Native& root, Steps to_row, Steps inside) {
  Native* rows = follow_all(root, to_row.first(to_row.size() - 1));
  if (rows == nullptr) return;
  const auto& where = std::get<Path::Where>(to_row.back());
  const Native* found = first_match(*rows, where);
  if (found == nullptr) return;
  const auto at = rows->array().begin() + (found - rows->array().data());
  if (inside.empty()) {
    rows->array().erase(at);
    return;
  }
  if (Native* leaf = follow_all(*at, inside)) *leaf = Native{};
  if (holds_no_value(*at, where)) rows->array().erase(at);
}

/// A row that was replaced as a whole still answers to its conditions.
void complete_row(Native& row, const Path::Where& where) {
  if (!row.is_object()) return;
  for (const auto& [name, value] : where.row) {
    if (row.member(name) == nullptr) row.set(name, value);
  }
}

}  // namespace

Path Path::parse(std::string_view text) {
  if (text == ".") return {};
  Path path = parse_prefix(text);
  if (path.text_.size() == text.size()) return path;
  throw PathError(
      "a path goes on with . or [ here; names with other characters than letters, digits, _ - $ stand in quotes",
      path.text_.size());
}

Path Path::parse_prefix(std::string_view text) {
  PathParser parser(text);
  parser.read();
  Path path;
  path.text_ = text.substr(0, parser.end());
  path.steps_ = std::move(parser.steps());
  path.columns_ = std::move(parser.columns());
  return path;
}

Path Path::tail() const {
  Path path;
  if (steps_.size() < 2) return path;
  path.text_ = text_.substr(columns_[1]);
  path.steps_.assign(steps_.begin() + 1, steps_.end());
  path.columns_.assign(columns_.begin() + 1, columns_.end());
  for (std::size_t& column : path.columns_) column -= columns_[1];
  return path;
}

const Native* Path::find(const Native& root) const {
  return find_first(root, steps_);
}

std::vector<const Native*> Path::find_all(const Native& root) const {
  std::vector<const Native*> found;
  collect(root, steps_, found);
  return found;
}

void Path::set(Native& root, Native value) const {
  const auto every = std::ranges::find_if(steps_, is_every);
  if (every != steps_.end()) {
    throw PathError("[*] is for reading only: name one element, as in [0] or [type=email]",
                    columns_[static_cast<std::size_t>(every - steps_.begin())]);
  }
  const auto is_where = [](const Step& step) { return std::holds_alternative<Where>(step); };
  const auto last_where = std::find_if(steps_.rbegin(), steps_.rend(), is_where);
  if (value.is_null() && last_where != steps_.rend()) {
    clear_in_row(root, Steps(steps_.begin(), last_where.base()), Steps(last_where.base(), steps_.end()));
    return;
  }
  Native* at = &root;
  for (std::size_t i = 0; i < steps_.size(); ++i) at = &reach(*at, steps_[i], columns_[i]);
  *at = std::move(value);
  if (last_where == steps_.rbegin() && !steps_.empty()) complete_row(*at, std::get<Where>(steps_.back()));
}

std::string text_at(const std::optional<Path>& path, const Native& root) {
  const Native* value = path ? path->find(root) : nullptr;
  return value != nullptr ? value->plain() : "";
}

}  // namespace counterpart
