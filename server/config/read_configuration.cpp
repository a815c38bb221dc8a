#include <algorithm>

#include "server/config/interpolation.h"
#include "server/config/resolve.h"
#include "server/config/tables.h"

namespace counterpart {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 4UL * 1024 * 1024;

drafts::Tables tables_of(const drafts::Top& top) {
  drafts::Tables tables;
  for (const auto& [name, rows] : top.tables) tables.emplace(name, ValueTable{rows});
  return tables;
}

/// Systems that are written, whether or not they could be read.
std::vector<std::string> system_names(const config::Node& systems) {
  std::vector<std::string> names;
  for (const config::Node::Member& member : systems.members) names.push_back(member.key);
  return names;
}

}  // namespace

const SystemConfiguration* Configuration::system(std::string_view name) const {
  const auto found = std::ranges::find(systems, name, &SystemConfiguration::name);
  return found == systems.end() ? nullptr : &*found;
}

Configuration read_configuration(const fs::path& file, config::Problems& problems,
                                 const FindConnector& find_connector) {
  Configuration configuration;
  configuration.file = file;
  const fs::path folder = fs::absolute(file).parent_path();
  const auto text = read_text_file(file, kFileBytesMax);
  if (!text) {
    problems.add({file.string(), 0, 0}, "the configuration cannot be read",
                 "name a file that exists, that counterpart's user may read, and that has at most 4 MiB");
    return configuration;
  }
  const config::Node root = config::parse_yaml(*text, file.string(), interpolate_in(folder), problems);
  const bool is_broken = root.kind == config::Node::Kind::null && !problems.empty();
  if (is_broken) return configuration;  // what a broken file lacks is no mistake of its own
  const drafts::Top top = drafts::top_table({}).read(root, problems);
  configuration.listen = top.listen;
  configuration.doors = top.limits;
  configuration.doors.evidence_kept = top.evidence.kept;
  configuration.log = top.log;
  configuration.work = top.work;
  configuration.state_directory = folder / top.state_directory;
  configuration.database = top.database;
  configuration.systems = drafts::resolve_systems(top.systems, folder, find_connector, problems);
  configuration.syncs = drafts::resolve_syncs(top.syncs, tables_of(top), system_names(top.systems), problems);
  return configuration;
}

Native configuration_schema(const NamedKinds& connectors) {
  Native schema = drafts::top_table(connectors).schema();
  Native::Object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                     {"title", "Counterpart's configuration"}};
  for (Native::Member& member : schema.object()) out.push_back(std::move(member));
  return Native(std::move(out));
}

}  // namespace counterpart
