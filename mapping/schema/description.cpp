#include "mapping/schema/description.h"

#include <algorithm>

#include "mapping/expression/path.h"

namespace counterpart {
namespace {

/// The names of the path's steps joined by dots, "lines.price"; "" where a step is no name.
std::string dotted(const Path& path) {
  std::string text;
  for (const Path::Step& step : path.steps()) {
    const auto* name = std::get_if<Path::Name>(&step);
    if (name == nullptr) return "";
    text += (text.empty() ? "" : ".") + name->name;
  }
  return text;
}

std::string first_name(const Path& path) {
  const auto* name = path.steps().empty() ? nullptr : std::get_if<Path::Name>(&path.steps().front());
  return name == nullptr ? "" : name->name;
}

}  // namespace

const FieldDescription* ObjectDescription::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &FieldDescription::name);
  return found == fields.end() ? nullptr : &*found;
}

const FieldDescription* ObjectDescription::field_at(const Path& path) const {
  const FieldDescription* exact = find(path.text());
  const std::string name = dotted(path);
  return exact != nullptr || name.empty() ? exact : find(name);
}

const FieldDescription* ObjectDescription::field_around(const Path& path) const {
  const FieldDescription* exact = field_at(path);
  return exact != nullptr ? exact : find(first_name(path));
}

const FieldDescription* ObjectDescription::row_field_at(const Path& rows, const Path& path) const {
  const std::string list = dotted(rows);
  const std::string name = dotted(path);
  return list.empty() || name.empty() ? nullptr : find(list + "." + name);
}

}  // namespace counterpart
