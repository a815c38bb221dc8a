#include "connectors/webhook/body.h"

#include <algorithm>

#include "mapping/values/json.h"

namespace counterpart::hook {
namespace {

Native read_json(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const JsonError& error) {
    throw HookFormatError(error.what());
  }
}

Native read_form(const BodyFormat& format, std::string_view body) {
  const auto fields = form_fields(body);
  if (!fields) throw HookFormatError("the body is no form: an escape is malformed, or its text is not UTF-8");
  if (format.json_field.empty()) return form_tree(*fields);
  const auto found =
      std::find_if(fields->begin(), fields->end(), [&](const auto& field) { return field.first == format.json_field; });
  if (found == fields->end()) throw HookFormatError("the form has no field '" + format.json_field + "'");
  return read_json(found->second);
}

}  // namespace

Native read_body(const BodyFormat& format, std::string_view body) {
  switch (format.type) {
    case BodyFormat::Type::form:
      return read_form(format, body);
    case BodyFormat::Type::xml:
      return xml_tree(body);
    case BodyFormat::Type::json:
      break;
  }
  return read_json(body);
}

}  // namespace counterpart::hook
