#include "connectors/rest/form.h"

#include "connectors/rest/variables.h"
#include "mapping/expression/expression.h"

namespace counterpart::rest {
namespace {

void append(std::string& form, const std::string& name, const Native& value) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.object()) append(form, name + "[" + key + "]", member);
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const Native& item : value.array()) append(form, name + "[" + std::to_string(index++) + "]", item);
  } else {
    form += (form.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value.plain());
  }
}

}  // namespace

std::string print_form(const Native& body) {
  if (!body.is_object()) throw EvaluationError("a form's body must be an object");
  std::string form;
  for (const auto& [name, value] : body.object()) append(form, name, value);
  return form;
}

}  // namespace counterpart::rest
