#include "connectors/sandbox/schema_edit.h"

#include <algorithm>

#include "connectors/sandbox/query.h"
#include "connectors/sandbox/refusal.h"

namespace counterpart::sandbox {
namespace {

constexpr std::size_t kFieldsMax = 200;

std::string text_in(const Native& value, const char* name) {
  if (!value.is_text() || value.text().empty()) throw Refused(400, "must be a text", name);
  return value.text();
}

bool truth_in(const Native& value, const std::string& name) {
  if (!value.is_bool()) throw Refused(400, "must be true or false", name);
  return value.boolean();
}

std::size_t length_in(const Native& value, const std::string& name) {
  const auto length = value.is_number() ? parse_digits(value.number()) : std::nullopt;
  if (!length || *length < 1 || static_cast<std::size_t>(*length) > kLengthMax) {
    throw Refused(400, "must be a whole number up to " + std::to_string(kLengthMax), name);
  }
  return static_cast<std::size_t>(*length);
}

std::vector<std::string> texts_in(const Native& value, const std::string& name) {
  if (!value.is_array()) throw Refused(400, "must be a list of texts", name);
  std::vector<std::string> texts;
  for (const Native& text : value.array()) texts.push_back(text_in(text, name.c_str()));
  return texts;
}

/// The field of that name, whether it is there or was removed; fields.end() where there never was one.
std::vector<Field>::iterator any_field(Schema& schema, const std::string& name) {
  return std::ranges::find(schema.fields, name, &Field::path);
}

/// All but name and type.
void read_traits(const Native& request, Field& field) {
  for (const auto& [name, value] : request.object()) {
    if (name == "max_length") {
      field.max_length = length_in(value, name);
    } else if (name == "required") {
      field.mandatory = truth_in(value, name);
    } else if (name == "options") {
      field.options = texts_in(value, name);
    } else if (name != "name" && name != "type") {
      throw Refused(400, "a field has no such trait", name);
    }
  }
}

const Native& name_in(const Native& request) {
  const Native* name = request.member("name");
  if (name == nullptr) throw Refused(400, "is missing", "name");
  return *name;
}

void add_field(Schema& schema, const Native& request) {
  Field field;
  field.path = text_in(name_in(request), "name");
  field.custom = true;
  if (any_field(schema, field.path) != schema.fields.end()) throw Refused(400, "was there before", "name");
  if (schema.fields.size() >= kFieldsMax) throw Refused(400, "there are too many fields", "name");
  if (const Native* type = request.member("type")) {
    const auto kind = kind_of(text_in(*type, "type"));
    if (!kind || *kind == Kind::rows) throw Refused(400, "is no type of a field", "type");
    field.kind = *kind;
  }
  read_traits(request, field);
  schema.fields.push_back(std::move(field));
}

Field& known_field(Schema& schema, const Native& name) {
  const auto field = any_field(schema, text_in(name, "name"));
  if (field == schema.fields.end()) throw Refused(400, "there is no such field", "name");
  return *field;
}

void change_field(Schema& schema, const Native& request) {
  Field& field = known_field(schema, name_in(request));
  if (request.member("type") != nullptr) throw Refused(400, "stays as it is", "type");
  read_traits(request, field);
  field.removed = false;
}

}  // namespace

void edit_schema(Schema& schema, const Native& request) {
  if (!request.is_object() || request.object().size() != 1) throw Refused(400, "the body must hold one change");
  const auto& [what, how] = request.object().front();
  if (what == "remove_field") {
    known_field(schema, how).removed = true;
  } else if (what == "add_field" && how.is_object()) {
    add_field(schema, how);
  } else if (what == "change_field" && how.is_object()) {
    change_field(schema, how);
  } else {
    throw Refused(400, "is no change of fields", what);
  }
}

}  // namespace counterpart::sandbox
