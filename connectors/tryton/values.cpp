#include "connectors/tryton/values.h"

#include <algorithm>
#include <iterator>

namespace counterpart::tryton {
namespace {

bool is_blank(const Native* value) {
  return value == nullptr || value->is_null() || (value->is_text() && value->text().empty());
}

const Native::Array& rows_of(const Native& fields, std::string_view name) {
  static const Native::Array none;
  const Native* rows = fields.member(name);
  if (is_blank(rows)) return none;
  if (!rows->is_array()) throw Unsuitable("'" + std::string(name) + "' is no list");
  return rows->array();
}

const ChildModel* child_model(std::string_view collection) {
  for (const ChildModel& model : child_models())
    if (model.collection == collection) return &model;
  return nullptr;
}

bool is_plain_field(std::string_view name) {
  return name == "name" || name == "code" || name == "active";
}

/// A mistyped path in a mapping must not be passed over in silence.
void check_names(const Native& fields) {
  if (!fields.is_object()) throw Unsuitable("the record's fields are no object");
  for (const auto& [name, value] : fields.object())
    if (!is_plain_field(name) && name != "categories" && child_model(name) == nullptr)
      throw Unsuitable("a party has no field '" + name + "' here");
}

Native category_ids(const std::set<std::string>& names, const Directory& categories) {
  Native::Array ids;
  for (const std::string& name : names) {
    const Native* id = categories.id(name);
    if (id == nullptr) throw Unsuitable("Tryton has no party category '" + name + "'; make the category there");
    ids.push_back(*id);
  }
  return ids;
}

Native command(const char* name, Native argument) {
  return Native::Array{name, std::move(argument)};
}

/// The value as Tryton takes it.
Native sent_value(const std::string& field, const Native& value, const Directory& countries) {
  if (field != "country" || is_blank(&value)) return is_blank(&value) ? Native() : value;
  const Native* id = countries.id(value.plain());
  if (id == nullptr)
    throw Unsuitable("Tryton has no country '" + value.plain() + "'; ISO codes are known, or load its countries");
  return *id;
}

bool has_content(const Native& row, const ChildModel& model) {
  if (*model.vital != '\0') return !is_blank(row.member(model.vital));
  return std::any_of(model.fields.begin(), model.fields.end(),
                     [&](const char* field) { return !is_blank(row.member(field)); });
}

Native row_values(const Native& row, const ChildModel& model, const Directory& countries) {
  if (!row.is_object()) throw Unsuitable(std::string("a row of '") + model.collection + "' is no object");
  Native values = Native::Object{};
  for (const auto& [name, value] : row.object()) {
    if (name == "id") continue;
    if (std::find(model.fields.begin(), model.fields.end(), name) == model.fields.end())
      throw Unsuitable(std::string("rows of '") + model.collection + "' have no field '" + name + "' here");
    values.set(name, sent_value(name, value, countries));
  }
  return values;
}

/// The rows to make, with content only; null where there is none.
Native new_rows(const Native::Array& rows, const ChildModel& model, const Directory& countries) {
  Native::Array made;
  for (const Native& row : rows)
    if (is_blank(row.member("id")) && has_content(row, model)) made.push_back(row_values(row, model, countries));
  return made.empty() ? Native() : command("create", std::move(made));
}

const Native* row_with(const Native::Array& rows, const std::string& id) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Native& row) {
    const Native* member = row.member("id");
    return member != nullptr && member->plain() == id;
  });
  return found != rows.end() ? &*found : nullptr;
}

/// Commands that turn the rows of `before` into those of `after`.
Native::Array row_commands(const ChildModel& model, const Native& before, const Native& after,
                           const Directory& countries, Changes& changes) {
  const Native::Array& then = rows_of(before, model.collection);
  const Native::Array& now = rows_of(after, model.collection);
  Native::Array commands;
  Native::Array gone;
  for (const Native& row : then) {
    const Native* id = row.member("id");
    if (id == nullptr) throw Unsuitable("a row was read without its id");
    const Native* changed = row_with(now, id->plain());
    if (changed != nullptr && *changed == row) continue;
    changes.touched.push_back(model.mark + id->plain());
    if (changed == nullptr || (*model.vital != '\0' && !has_content(*changed, model))) {
      gone.push_back(*id);
      changes.deleted.push_back(changes.touched.back());
      continue;
    }
    Native values = row_values(*changed, model, countries);
    const Native held = row_values(row, model, countries);
    std::erase_if(values.object(), [&](const Native::Member& member) {
      const Native* same = held.member(member.first);
      return same != nullptr && *same == member.second;
    });
    commands.emplace_back(Native::Array{"write", Native::Array{*id}, std::move(values)});
  }
  for (const Native& row : now)
    if (const Native* id = row.member("id"); !is_blank(id) && row_with(then, id->plain()) == nullptr)
      throw Unsuitable(std::string("a row of '") + model.collection + "' has an id that was not read");
  if (Native made = new_rows(now, model, countries); !made.is_null()) commands.push_back(std::move(made));
  if (!gone.empty()) commands.push_back(command("delete", std::move(gone)));
  return commands;
}

Native::Array category_commands(const Native& before, const Native& after, const Directory& categories) {
  const std::set<std::string> then = category_names(before);
  const std::set<std::string> now = category_names(after);
  std::set<std::string> added;
  std::set<std::string> removed;
  std::set_difference(now.begin(), now.end(), then.begin(), then.end(), std::inserter(added, added.end()));
  std::set_difference(then.begin(), then.end(), now.begin(), now.end(), std::inserter(removed, removed.end()));
  Native::Array commands;
  if (!added.empty()) commands.push_back(command("add", category_ids(added, categories)));
  if (!removed.empty()) commands.push_back(command("remove", category_ids(removed, categories)));
  return commands;
}

}  // namespace

std::set<std::string> category_names(const Native& fields) {
  std::set<std::string> names;
  for (const Native& name : rows_of(fields, "categories"))
    if (!is_blank(&name)) names.insert(name.plain());
  return names;
}

std::set<std::string> country_codes(const Native& fields) {
  std::set<std::string> codes;
  for (const Native& row : rows_of(fields, "addresses"))
    if (const Native* code = row.member("country"); !is_blank(code)) codes.insert(code->plain());
  return codes;
}

Native create_values(const Native& fields, const Directories& directories) {
  check_names(fields);
  Native values = Native::Object{};
  for (const auto& [name, value] : fields.object())
    if (is_plain_field(name) && !is_blank(&value)) values.set(name, value);
  if (const auto names = category_names(fields); !names.empty())
    values.set("categories", Native::Array{command("add", category_ids(names, directories.categories))});
  for (const ChildModel& model : child_models()) {
    Native made = new_rows(rows_of(fields, model.collection), model, directories.countries);
    if (!made.is_null()) values.set(model.collection, Native::Array{std::move(made)});
  }
  return values;
}

Changes changes_between(const Native& before, const Native& after, const Directories& directories) {
  check_names(before);
  check_names(after);
  Changes changes;
  // What is not in `after` at all was left alone; an empty list is meant to be empty.
  for (const auto& [name, value] : after.object()) {
    if (!is_plain_field(name)) continue;
    const Native* then = before.member(name);
    if (then == nullptr ? !is_blank(&value) : !(*then == value))
      changes.values.set(name, is_blank(&value) ? Native() : value);
  }
  if (after.member("categories") != nullptr) {
    auto commands = category_commands(before, after, directories.categories);
    if (!commands.empty()) changes.values.set("categories", std::move(commands));
  }
  for (const ChildModel& model : child_models()) {
    if (after.member(model.collection) == nullptr) continue;
    auto commands = row_commands(model, before, after, directories.countries, changes);
    if (!commands.empty()) changes.values.set(model.collection, std::move(commands));
  }
  return changes;
}

}  // namespace counterpart::tryton
