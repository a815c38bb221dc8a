#include "connectors/tryton/searches.h"

#include <algorithm>
#include <cctype>

#include "connectors/tryton/spelling.h"
#include "mapping/expression/characters.h"

namespace counterpart::tryton {
namespace {

Native condition(std::string field, const char* compare, Native value) {
  return Native::Array{Native(std::move(field)), Native(compare), std::move(value)};
}

bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// write_date is null until the first write.
Native touched_since(Instant since) {
  Native either = Native::Array{"OR"};
  either.array().push_back(condition("write_date", ">=", tagged(since)));
  either.array().push_back(condition("create_date", ">=", tagged(since)));
  return either;
}

/// Naming `active` shows inactive records; the context's active_test would show inactive rows as well.
Native active_or_not() {
  return condition("active", "in", Native::Array{Native(true), Native(false)});
}

/// The value for `ilike`; a loose one with anything between its letters and digits.
std::string pattern(const SearchPath& path, std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (path.loose && !is_alphanumeric(c)) continue;
    if (path.loose) text += '%';
    if (c == '%' || c == '_' || c == '\\') text += '\\';
    text += c;
  }
  return path.loose ? text + "%" : text;
}

}  // namespace

Native records_with(const ObjectModel& model, const std::vector<std::string>& ids) {
  Native::Array numbers;
  for (const std::string& id : ids)
    if (const auto number = id_number(id)) numbers.push_back(*number);
  Native domain = Native::Array{condition("id", "in", std::move(numbers))};
  if (model.archives) domain.array().push_back(active_or_not());
  return domain;
}

Native records_changed(const ObjectModel& model, std::optional<Instant> since, const std::string& after) {
  Native domain = Native::Array{condition("id", ">", id_number(after).value_or(Native::integer(0)))};
  if (!since) return domain;
  Native any = Native::Array{"OR"};
  any.array().push_back(touched_since(*since));
  if (model.base) any.array().push_back(condition(model.base->field, "where", touched_since(*since)));
  for (const ChildModel& child : model.children)
    any.array().push_back(condition(child.collection, "where", touched_since(*since)));
  domain.array().push_back(std::move(any));
  return domain;
}

Native rows_holding(const ObjectModel& model, const SearchPath& path, const std::vector<std::string>& values) {
  Native any = Native::Array{"OR"};
  for (const std::string& value : values) any.array().push_back(condition(path.field, "ilike", pattern(path, value)));
  Native domain = Native::Array{std::move(any)};
  if (!path.type.empty()) domain.array().push_back(condition("type", "=", path.type));
  if (model.archives && path.model == model.model) domain.array().push_back(active_or_not());
  return domain;
}

std::string folded(const SearchPath& path, std::string_view value) {
  std::string text = lower_case(value);
  if (path.loose) std::erase_if(text, [](char c) { return !is_alphanumeric(c); });
  return text;
}

}  // namespace counterpart::tryton
