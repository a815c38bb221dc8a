#include "connectors/tryton/searches.h"

#include <algorithm>
#include <cctype>

#include "connectors/tryton/party.h"
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

Native parties_with(const std::vector<std::string>& ids) {
  Native::Array numbers;
  for (const std::string& id : ids)
    if (const auto number = id_number(id)) numbers.push_back(*number);
  Native domain = Native::Array{condition("id", "in", std::move(numbers))};
  // Naming `active` shows inactive parties; the context's active_test would show inactive rows as well.
  domain.array().push_back(condition("active", "in", Native::Array{Native(true), Native(false)}));
  return domain;
}

Native parties_changed(std::optional<Instant> since, const std::string& after) {
  Native domain = Native::Array{condition("id", ">", id_number(after).value_or(Native::integer(0)))};
  if (!since) return domain;
  Native any = Native::Array{"OR"};
  any.array().push_back(touched_since(*since));
  for (const ChildModel& model : child_models())
    any.array().push_back(condition(model.collection, "where", touched_since(*since)));
  domain.array().push_back(std::move(any));
  return domain;
}

const std::vector<SearchPath>& search_paths() {
  constexpr const char* kMechanism = "party.contact_mechanism";
  constexpr const char* kIdentifier = "party.identifier";
  static const std::vector<SearchPath> paths = {
      {"name", kParty, "", "name", false},
      {"code", kParty, "", "code", false},
      {"contact_mechanisms[type=email].value", kMechanism, "email", "value", false},
      {"contact_mechanisms[type=phone].value", kMechanism, "phone", "value", true},
      {"contact_mechanisms[type=mobile].value", kMechanism, "mobile", "value", true},
      {"contact_mechanisms[type=website].value", kMechanism, "website", "value", false},
      {"identifiers[type=eu_vat].code", kIdentifier, "eu_vat", "code", true}};
  return paths;
}

const SearchPath* search_path(std::string_view text) {
  const auto& paths = search_paths();
  const auto found =
      std::find_if(paths.begin(), paths.end(), [&](const SearchPath& path) { return path.text == text; });
  return found != paths.end() ? &*found : nullptr;
}

Native rows_holding(const SearchPath& path, const std::vector<std::string>& values) {
  Native any = Native::Array{"OR"};
  for (const std::string& value : values) any.array().push_back(condition(path.field, "ilike", pattern(path, value)));
  Native domain = Native::Array{std::move(any)};
  if (*path.type != '\0') domain.array().push_back(condition("type", "=", path.type));
  if (path.model == std::string_view(kParty))
    domain.array().push_back(condition("active", "in", Native::Array{Native(true), Native(false)}));
  return domain;
}

std::string folded(const SearchPath& path, std::string_view value) {
  std::string text = lower_case(value);
  if (path.loose) std::erase_if(text, [](char c) { return !is_alphanumeric(c); });
  return text;
}

}  // namespace counterpart::tryton
