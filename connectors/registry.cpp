#include "connectors/registry.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "connectors/rest/kind.h"
#include "connectors/tryton/tryton.h"
#include "embedded/definitions.h"

namespace counterpart {
namespace {

struct CompiledIn {
  std::string_view name;
  std::shared_ptr<const ConnectorKind> (*make)();
};

/// One line for each kind that is C++; definitions need none.
const std::vector<CompiledIn>& compiled_in() {
  static const std::vector<CompiledIn> kinds = {{"tryton", tryton_kind}};
  return kinds;
}

constexpr std::string_view kDefinitionSuffix = ".yaml";

std::string_view id_of(const embedded::File& file) {
  return file.name.substr(0, file.name.size() - kDefinitionSuffix.size());
}

bool is_file(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(kDefinitionSuffix);
}

std::shared_ptr<const ConnectorKind> from_file(const std::string& name, const std::filesystem::path& folder,
                                               const config::Place& place, config::Problems& problems) {
  const std::filesystem::path path = folder / name;
  std::error_code fault;
  std::ifstream file(path);
  if (!std::filesystem::is_regular_file(path, fault) || !file) {
    problems.add(place, "the connector's definition '" + path.string() + "' cannot be read",
                 "correct the path, or the file's permissions");
    return nullptr;
  }
  std::ostringstream text;
  text << file.rdbuf();
  return rest::kind_from_text(text.str(), path.string(), problems);
}

}  // namespace

std::vector<std::string> known_connectors() {
  std::vector<std::string> names;
  for (const CompiledIn& kind : compiled_in()) names.emplace_back(kind.name);
  for (const embedded::File& file : embedded::definitions()) names.emplace_back(id_of(file));
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const ConnectorKind> find_connector(const std::string& name, const std::filesystem::path& folder,
                                                    const config::Place& place, config::Problems& problems) {
  if (is_file(name)) return from_file(name, folder, place, problems);
  for (const CompiledIn& kind : compiled_in())
    if (kind.name == name) return kind.make();
  for (const embedded::File& file : embedded::definitions())
    if (id_of(file) == name) return rest::kind_from_text(file.text, std::string(file.name), problems);
  const std::vector<std::string> known = known_connectors();
  const std::string near = config::nearest(name, known);
  std::string list;
  for (const std::string& each : known) list += (list.empty() ? "" : ", ") + each;
  problems.add(place, "there is no connector '" + name + "'",
               (near.empty() ? "" : "did you mean '" + near + "'? ") +
                   ("known are " + list + ", or the path of a definition (.yaml)"));
  return nullptr;
}

}  // namespace counterpart
