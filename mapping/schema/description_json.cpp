#include "mapping/schema/description_json.h"

#include <charconv>
#include <utility>

namespace counterpart {
namespace {

Native to_native(const FieldDescription& field) {
  Native length;
  if (field.max_length) length = Native::integer(static_cast<long long>(*field.max_length));
  return Native(Native::Object{{"name", field.name},
                               {"type", field.type},
                               {"label", field.label},
                               {"required", field.required},
                               {"read_only", field.read_only},
                               {"custom", field.custom},
                               {"max_length", std::move(length)},
                               {"options", Native::Array(field.options.begin(), field.options.end())}});
}

std::string text_in(const Native& native, std::string_view name) {
  const Native* value = native.member(name);
  return value != nullptr && value->is_text() ? value->text() : "";
}

bool truth_in(const Native& native, std::string_view name) {
  const Native* value = native.member(name);
  return value != nullptr && value->is_bool() && value->boolean();
}

std::optional<std::size_t> length_in(const Native& native) {
  const Native* value = native.member("max_length");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const std::string& text = value->number();
  std::size_t length = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(length) : std::nullopt;
}

FieldDescription field_from(const Native& native) {
  FieldDescription field;
  field.name = text_in(native, "name");
  field.type = text_in(native, "type");
  field.label = text_in(native, "label");
  field.required = truth_in(native, "required");
  field.read_only = truth_in(native, "read_only");
  field.custom = truth_in(native, "custom");
  field.max_length = length_in(native);
  const Native* options = native.member("options");
  if (options == nullptr || !options->is_array()) return field;
  for (const Native& option : options->array()) field.options.push_back(option.plain());
  return field;
}

}  // namespace

Native to_native(const ObjectDescription& description) {
  Native::Array fields;
  for (const FieldDescription& field : description.fields) fields.push_back(to_native(field));
  Native adds;
  if (description.users_add_fields) adds = Native(*description.users_add_fields);
  return Native(Native::Object{{"fields", std::move(fields)}, {"users_add_fields", std::move(adds)}});
}

ObjectDescription description_from(const Native& native) {
  ObjectDescription description;
  if (const Native* adds = native.member("users_add_fields"); adds != nullptr && adds->is_bool()) {
    description.users_add_fields = adds->boolean();
  }
  const Native* fields = native.member("fields");
  if (fields == nullptr || !fields->is_array()) return description;
  for (const Native& field : fields->array()) description.fields.push_back(field_from(field));
  return description;
}

}  // namespace counterpart
