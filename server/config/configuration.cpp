#include "server/config/configuration.h"

namespace counterpart {

const config::Place& SyncConfiguration::place_of(const ObjectMapping& mapping) const {
  return places.at(static_cast<std::size_t>(&mapping - mappings.data()));
}

bool SyncConfiguration::is_whole(const ObjectMapping& mapping) const {
  return whole.at(static_cast<std::size_t>(&mapping - mappings.data()));
}

const WrittenFields& SyncConfiguration::written_of(const ObjectMapping& mapping) const {
  return written.at(static_cast<std::size_t>(&mapping - mappings.data()));
}

Configuration read_configuration(const std::filesystem::path& file, config::Problems& problems) {
  return read_configuration(file, problems, find_connector);
}

namespace {

NamedKinds shipped_kinds() {
  NamedKinds connectors;
  config::Problems problems;
  for (const std::string& name : known_connectors()) {
    if (auto kind = find_connector(name, {}, {}, problems)) connectors.emplace_back(name, std::move(kind));
  }
  return connectors;
}

}  // namespace

Native configuration_schema() {
  return configuration_schema(shipped_kinds());
}

std::vector<config::KeyDoc> configuration_keys() {
  return configuration_keys(shipped_kinds());
}

}  // namespace counterpart
