#include "connectors/tryton/values.h"

#include <algorithm>
#include <iterator>

#include "connectors/tryton/spelling.h"
#include "mapping/values/decimal.h"

namespace counterpart::tryton {
namespace {

const Native::Array& rows_of(const Native& fields, std::string_view name) {
  static const Native::Array none;
  const Native* rows = fields.member(name);
  if (is_blank(rows)) return none;
  if (!rows->is_array()) throw Unsuitable("'" + std::string(name) + "' is no list");
  return rows->array();
}

template <class Named>
const Named* find_named(const std::vector<Named>& all, std::string_view name, std::string Named::* member) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& each) { return each.*member == name; });
  return found != all.end() ? &*found : nullptr;
}

const Field* field_named(const std::vector<Field>& fields, std::string_view name) {
  return find_named(fields, name, &Field::name);
}

/// A mistyped path in a mapping must not be passed over in silence.
void check_names(const ObjectModel& model, const Native& fields) {
  if (!fields.is_object()) throw Unsuitable("the record's fields are no object");
  for (const auto& [name, value] : fields.object())
    if (field_named(model.fields, name) == nullptr &&
        find_named(model.children, name, &ChildModel::collection) == nullptr)
      throw Unsuitable("a " + model.name + " has no field '" + name + "' here");
}

void check_row(const ChildModel& model, const Native& row) {
  if (!row.is_object()) throw Unsuitable("a row of '" + model.collection + "' is no object");
  for (const auto& [name, value] : row.object())
    if (name != "id" && field_named(model.fields, name) == nullptr)
      throw Unsuitable("rows of '" + model.collection + "' have no field '" + name + "' here");
}

bool has_content(const Native& row, const ChildModel& model) {
  if (!model.vital.empty()) return !is_blank(row.member(model.vital));
  return std::any_of(model.fields.begin(), model.fields.end(),
                     [&](const Field& field) { return !is_blank(row.member(field.name)); });
}

const Native* row_with(const Native::Array& rows, const std::string& id) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Native& row) {
    const Native* member = row.member("id");
    return member != nullptr && member->plain() == id;
  });
  return found != rows.end() ? &*found : nullptr;
}

// --- names -------------------------------------------------------------------------------------------

std::set<std::string> names_in(const Field& field, const Native* fields) {
  std::set<std::string> names;
  const Native* value = fields != nullptr ? fields->member(field.name) : nullptr;
  if (is_blank(value)) return names;
  if (field.spelling == Spelling::rates) return rates_of(value->plain());
  if (field.spelling != Spelling::names) return {value->plain()};
  for (const Native& name : rows_of(*fields, field.name))
    if (!is_blank(&name)) names.insert(name.plain());
  return names;
}

void add_names(const std::vector<Field>& fields, const Native* before, const Native& after, Names& names) {
  for (const Field& field : fields) {
    if (field.lookup == nullptr || !is_changed(field.name, before, after)) continue;
    names[field.lookup].merge(names_in(field, before));
    names[field.lookup].merge(names_in(field, &after));
  }
}

Native ids_of(const std::set<std::string>& names, const Field& field, const Directories& directories) {
  Native::Array ids;
  for (const std::string& name : names) ids.push_back(directories.id(*field.lookup, name));
  return ids;
}

/// Commands that add what is not there yet and take away what is to be there no longer.
Native::Array name_commands(const Field& field, const Native* before, const Native& after,
                            const Directories& directories) {
  const std::set<std::string> then = names_in(field, before);
  const std::set<std::string> now = names_in(field, &after);
  std::set<std::string> added;
  std::set<std::string> removed;
  std::set_difference(now.begin(), now.end(), then.begin(), then.end(), std::inserter(added, added.end()));
  std::set_difference(then.begin(), then.end(), now.begin(), now.end(), std::inserter(removed, removed.end()));
  Native::Array commands;
  if (!added.empty()) commands.push_back(command("add", ids_of(added, field, directories)));
  if (!removed.empty()) commands.push_back(command("remove", ids_of(removed, field, directories)));
  return commands;
}

// --- fields ------------------------------------------------------------------------------------------

Native checked(std::optional<Native> value, const Field& field, const Native& written, const char* kind) {
  if (!value) throw Unsuitable("'" + field.name + "' takes " + kind + ", not '" + written.plain() + "'");
  return std::move(*value);
}

/// The value as Tryton takes it.
Native sent_value(const Field& field, const Native& value, const Directories& directories) {
  if (is_blank(&value)) return {};
  const std::string text = value.plain();
  if (field.spelling == Spelling::reference) return directories.id(*field.lookup, text);
  if (field.spelling == Spelling::row) return checked(id_number(text), field, value, "the id of a row");
  if (field.spelling == Spelling::decimal) return checked(tagged_decimal(text), field, value, "a number");
  if (field.spelling == Spelling::date) return checked(tagged_date(text), field, value, "a date (2026-12-31)");
  if (field.spelling != Spelling::number) return value;
  const auto number = Decimal::parse(text);
  if (!number) throw Unsuitable("'" + field.name + "' takes a number, not '" + text + "'");
  return Native::Number{number->print()};
}

/// Two fields may say the same of one of Tryton's: a row's id and its code. What says nothing yields.
void put(const Field& field, Native value, Native& values) {
  const Native* other = values.member(field.sent);
  if (other == nullptr || other->is_null()) {
    values.set(field.sent, std::move(value));
  } else if (!value.is_null() && !(value == *other)) {
    throw Unsuitable("'" + field.name + "' and another field say different things of the same '" + field.source + "'");
  }
}

void check_computed(const Field& field, const Native* before, const Native& after) {
  const Native& now = *after.member(field.name);
  if (before == nullptr && (is_blank(&now) || now.plain() == field.born)) return;
  throw Unsuitable("'" + field.name + "' is Tryton's own and cannot be written (" + now.plain() +
                   "); map it away from Tryton only");
}

/// Adds to `own` or `shared` what is to be sent of the fields that changed.
void add_fields(const std::vector<Field>& fields, const Native* before, const Native& after,
                const Directories& directories, Native& own, Native& shared) {
  for (const Field& field : fields) {
    if (!is_changed(field.name, before, after) || field.writing == Writing::ruled) continue;
    if (field.writing == Writing::computed) {
      check_computed(field, before, after);
    } else if (field.spelling != Spelling::names) {
      put(field, sent_value(field, *after.member(field.name), directories), field.shared ? shared : own);
    } else if (auto commands = name_commands(field, before, after, directories); !commands.empty()) {
      own.set(field.source, std::move(commands));
    }
  }
}

// --- rows --------------------------------------------------------------------------------------------

Native row_values(const ChildModel& model, const Native* before, const Native& after, const Directories& directories) {
  check_row(model, after);
  Native values = Native::Object{};
  add_fields(model.fields, before, after, directories, values, values);
  if (model.rules != nullptr) model.rules(before, after, directories, values);
  return values;
}

/// The rows to make, with content only; null where there is none.
Native new_rows(const Native::Array& rows, const ChildModel& model, const Directories& directories) {
  Native::Array made;
  for (const Native& row : rows)
    if (is_blank(row.member("id")) && has_content(row, model))
      made.push_back(row_values(model, nullptr, row, directories));
  return made.empty() ? Native() : command("create", std::move(made));
}

void check_ids(const ChildModel& model, const Native::Array& then, const Native::Array& now) {
  for (const Native& row : then)
    if (row.member("id") == nullptr) throw Unsuitable("a row was read without its id");
  for (const Native& row : now)
    if (const Native* id = row.member("id"); !is_blank(id) && row_with(then, id->plain()) == nullptr)
      throw Unsuitable("a row of '" + model.collection + "' has an id that was not read");
}

/// Commands that turn the rows of `before` into those of `after`.
Native::Array row_commands(const ChildModel& model, const Native& before, const Native& after,
                           const Directories& directories, Changes& changes) {
  const Native::Array& then = rows_of(before, model.collection);
  const Native::Array& now = rows_of(after, model.collection);
  check_ids(model, then, now);
  Native::Array commands;
  Native::Array gone;
  for (const Native& row : then) {
    const Native& id = *row.member("id");
    const Native* changed = row_with(now, id.plain());
    if (changed != nullptr && *changed == row) continue;
    changes.touched.push_back(model.mark + id.plain());
    if (changed == nullptr || (!model.vital.empty() && !has_content(*changed, model))) {
      gone.push_back(id);
      changes.deleted.push_back(changes.touched.back());
    } else {
      commands.emplace_back(Native::Array{"write", Native::Array{id}, row_values(model, &row, *changed, directories)});
    }
  }
  if (Native made = new_rows(now, model, directories); !made.is_null()) commands.push_back(std::move(made));
  if (!gone.empty()) commands.push_back(command("delete", std::move(gone)));
  return commands;
}

}  // namespace

Native command(const char* name, Native argument) {
  return Native::Array{name, std::move(argument)};
}

Names names_to_learn(const ObjectModel& model, const Native* before, const Native& after) {
  Names names;
  add_names(model.fields, before, after, names);
  for (const ChildModel& child : model.children) {
    static const Native::Array none;
    const Native::Array& then = before != nullptr ? rows_of(*before, child.collection) : none;
    for (const Native& row : rows_of(after, child.collection)) {
      const Native* id = row.member("id");
      add_names(child.fields, is_blank(id) ? nullptr : row_with(then, id->plain()), row, names);
    }
  }
  return names;
}

Native create_values(const ObjectModel& model, const Native& fields, const Directories& directories) {
  check_names(model, fields);
  Native own = Native::Object{};
  Native shared = Native::Object{};
  add_fields(model.fields, nullptr, fields, directories, own, shared);
  if (model.rules != nullptr) model.rules(nullptr, fields, directories, model.base ? shared : own);
  for (const ChildModel& child : model.children) {
    Native made = new_rows(rows_of(fields, child.collection), child, directories);
    if (!made.is_null()) own.set(child.collection, Native::Array{std::move(made)});
  }
  if (!model.base) return own;
  shared.set(model.base->children, Native::Array{command("create", Native::Array{std::move(own)})});
  return shared;
}

Changes changes_between(const ObjectModel& model, const Native& before, const Native& after,
                        const Directories& directories) {
  check_names(model, before);
  check_names(model, after);
  Changes changes;
  add_fields(model.fields, &before, after, directories, changes.own, changes.shared);
  for (const ChildModel& child : model.children) {
    if (after.member(child.collection) == nullptr) continue;
    auto commands = row_commands(child, before, after, directories, changes);
    if (!commands.empty()) changes.own.set(child.collection, std::move(commands));
  }
  if (model.rules != nullptr && !changes.none())
    model.rules(&before, after, directories, model.base ? changes.shared : changes.own);
  return changes;
}

}  // namespace counterpart::tryton
