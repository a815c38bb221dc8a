#include <algorithm>

#include "mapping/config/table.h"
#include "server/config/field_rows.h"
#include "server/config/interpolation.h"
#include "server/config/resolve.h"
#include "server/config/sheets.h"
#include "server/config/tables.h"
#include "server/config/value_tables.h"

namespace counterpart {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 4UL * 1024 * 1024;

/// `${…}` means something in what a webhook's sender signs, and nowhere else but as env and file: what holds
/// another is unreadable from then on.
void refuse_left_references(config::Node& node, config::Problems& problems) {
  if (node.left_reference) {
    node.unreadable = true;
    problems.add(*node.left_reference, "a ${ begins neither ${env:NAME} nor ${file:PATH}",
                 "write one of these, or $${ for a literal ${");
  }
  for (config::Node& item : node.items) refuse_left_references(item, problems);
  for (config::Node::Member& member : node.members) {
    if (member.key != "signed") refuse_left_references(member.value, problems);
  }
}

/// Where `work.lease` is written, if it can be read.
const config::Node* readable_lease(const config::Node& root) {
  const config::Node* work = root.find("work");
  const config::Node* lease = work == nullptr ? nullptr : work->find("lease");
  config::Problems told;
  return lease != nullptr && config::duration().read(*lease, told) ? lease : nullptr;
}

/// A call that outlives its lease is made again by another worker: a create would double the record.
void compare_lease(const WorkSettings& work, const config::Node& root, const drafts::Systems& systems,
                   config::Problems& problems) {
  const config::Node* lease = readable_lease(root);
  for (std::size_t i = 0; i < systems.list.size(); ++i) {
    const SystemConfiguration& system = systems.list[i];
    const milliseconds timeout = system.settings.timeout;
    if (work.lease >= 2 * timeout) continue;
    problems.add(lease != nullptr ? lease->place : systems.timeout_places[i],
                 "the lease (work.lease: " + config::print_duration(work.lease) +
                     ") is shorter than twice the time-out of system '" + system.name + "' (" +
                     config::print_duration(timeout) + "): another worker would begin before a slow call has ended",
                 "make work.lease " + config::print_duration(2 * timeout) + " or more, or that time-out shorter");
  }
}

/// Test data that gets into a production system is not got out again.
void compare_environments(const Configuration& configuration, const std::vector<config::Place>& places,
                          config::Problems& problems) {
  for (std::size_t i = 0; i < configuration.syncs.size(); ++i) {
    const SyncConfiguration& sync = configuration.syncs[i];
    const SystemConfiguration* left = configuration.system(sync.between.left);
    const SystemConfiguration* right = configuration.system(sync.between.right);
    if (left == nullptr || right == nullptr || left->environment == right->environment) continue;
    problems.add(places[i],
                 "system '" + left->name + "' is of the environment '" + left->environment + "', '" + right->name +
                     "' of '" + right->environment + "'",
                 "join systems of one environment, or give both the same 'environment'");
  }
}

/// Systems that are written, whether or not they could be read.
std::vector<std::string> system_names(const config::Node& systems) {
  std::vector<std::string> names;
  for (const config::Node::Member& member : systems.members) names.push_back(member.key);
  return names;
}

/// The configuration's own text, and that of the definitions that its systems name by path.
WrittenPlaces written_in(const config::Node& root, const fs::path& folder) {
  WrittenPlaces written;
  add_written(root, "", written);
  const config::Node* systems = root.find("systems");
  if (systems == nullptr) return written;
  for (const config::Node::Member& system : systems->members) {
    const config::Node* connector = system.value.find("connector");
    if (connector == nullptr) continue;
    const auto text = read_text_file(folder / connector->scalar, kFileBytesMax);
    if (!text) continue;  // one that ships
    config::Problems told;
    const config::Node definition = config::parse_yaml(*text, connector->scalar, nullptr, told);
    add_written(definition, connector->scalar + ": ", written);
  }
  return written;
}

/// A configuration file's tree, with the rows of the sheets that it names.
struct Tree {
  config::Node root;
  std::vector<drafts::CellName> cells;
  bool broken = false;  ///< what a broken file lacks is no mistake of its own
};

Tree read_tree(const fs::path& file, const config::Interpolate& interpolate, config::Problems& problems) {
  Tree tree;
  const auto text = read_text_file(file, kFileBytesMax);
  tree.broken = !text;
  if (!text) {
    problems.add({file.string(), 0, 0}, "the configuration cannot be read",
                 "name a file that exists, that counterpart's user may read, and that has at most 4 MiB");
    return tree;
  }
  tree.root = config::parse_yaml(*text, file.string(), interpolate, problems);
  tree.broken = tree.root.kind == config::Node::Kind::null && !problems.empty();
  if (tree.broken) return tree;
  refuse_left_references(tree.root, problems);
  drafts::Sheets sheets(file.parent_path(), problems);
  sheets.include(tree.root);
  tree.cells = sheets.cells();
  return tree;
}

void read_into(Configuration& configuration, const config::Node& root, const FindConnector& find_connector,
               config::Problems& problems) {
  const fs::path folder = fs::absolute(configuration.file).parent_path();
  configuration.written = written_in(root, folder);
  const drafts::Top top = drafts::top_table({}).read(root, problems);
  configuration.listen = drafts::resolve_listen(top.listen, folder, problems);
  configuration.doors = top.limits;
  configuration.retention = top.retention;
  configuration.retention.evidence = top.evidence.kept;
  configuration.log = top.log;
  configuration.work = top.work;
  configuration.state_directory = folder / top.state_directory;
  configuration.database = top.database;
  drafts::Systems systems = drafts::resolve_systems(top.systems, folder, find_connector, problems);
  compare_lease(configuration.work, root, systems, problems);
  configuration.systems = std::move(systems.list);
  const drafts::Tables tables = drafts::resolve_tables(top.tables, folder, configuration.written, problems);
  configuration.syncs = drafts::resolve_syncs(top.syncs, tables, system_names(top.systems), problems);
  std::vector<config::Place> joints;
  for (const auto& [name, sync] : top.syncs) joints.push_back(sync.between.place);
  compare_environments(configuration, joints, problems);
}

/// As interpolate_in(), but what is not there is empty, and no mistake: the mapping needs no secrets.
config::Interpolate nothing_missing_in(const fs::path& folder) {
  return [look_up = interpolate_in(folder)](std::string_view kind, std::string_view name) {
    try {
      return std::optional(look_up(kind, name).value_or(""));
    } catch (const config::InterpolationError&) {
      return std::optional<std::string>("");
    }
  };
}

/// Takes the sections apart that have nothing to do with field rows.
std::vector<MappingRows> rows_in(config::Node& root, const fs::path& folder, config::Problems& problems) {
  std::erase_if(root.members, [](const config::Node::Member& member) {
    return member.key != "systems" && member.key != "tables" && member.key != "syncs";
  });
  const drafts::Top top = drafts::top_table({}).read(root, problems);
  WrittenPlaces written_places;
  const drafts::Tables tables = drafts::resolve_tables(top.tables, folder, written_places, problems);
  const auto syncs = drafts::resolve_syncs(top.syncs, tables, system_names(top.systems), problems);
  if (!problems.empty()) return {};
  std::vector<MappingRows> result;
  for (std::size_t i = 0; i < syncs.size(); ++i) {
    for (std::size_t j = 0; j < syncs[i].mappings.size(); ++j) {
      const ObjectMapping& mapping = syncs[i].mappings[j];
      const std::vector<drafts::Field>& written = top.syncs[i].second.objects[j].fields;
      MappingRows& rows = result.emplace_back(MappingRows{syncs[i].name, mapping.name, {}});
      for (std::size_t k = 0; k < written.size(); ++k) rows.rows.push_back({written[k], mapping.fields[k]});
    }
  }
  return result;
}

}  // namespace

const SystemConfiguration* Configuration::system(std::string_view name) const {
  const auto found = std::ranges::find(systems, name, &SystemConfiguration::name);
  return found == systems.end() ? nullptr : &*found;
}

Configuration read_configuration(const fs::path& file, config::Problems& problems,
                                 const FindConnector& find_connector) {
  config::Problems told;
  Configuration configuration;
  configuration.file = file;
  const Tree tree = read_tree(file, interpolate_in(fs::absolute(file).parent_path()), told);
  if (!tree.broken) read_into(configuration, tree.root, find_connector, told);
  drafts::tell_by_cell(told, tree.cells, problems);
  return configuration;
}

std::vector<MappingRows> read_field_rows(const fs::path& file, config::Problems& problems) {
  config::Problems told;
  Tree tree = read_tree(file, nothing_missing_in(fs::absolute(file).parent_path()), told);
  std::vector<MappingRows> rows;
  if (!tree.broken) rows = rows_in(tree.root, fs::absolute(file).parent_path(), told);
  drafts::tell_by_cell(told, tree.cells, problems);
  return rows;
}

std::vector<config::KeyDoc> configuration_keys(const NamedKinds& connectors) {
  return drafts::top_table(connectors).keys();
}

Native configuration_schema(const NamedKinds& connectors) {
  Native schema = drafts::top_table(connectors).schema();
  Native::Object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                     {"title", "Counterpart's configuration"}};
  for (Native::Member& member : schema.object()) out.push_back(std::move(member));
  return Native(std::move(out));
}

}  // namespace counterpart
