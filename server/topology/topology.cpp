#include "server/topology/topology.h"

#include <algorithm>

#include "connectors/webhook/signed_text.h"
#include "mapping/reconcile/references.h"
#include "mapping/reconcile/stopped_fields.h"

namespace counterpart {

const ObjectMapping* Sync::mapping(std::string_view name) const {
  if (const auto reduced = in_force_.find(name); reduced != in_force_.end()) return reduced->second;
  const auto& mappings = settings->mappings;
  const auto found = std::find_if(mappings.begin(), mappings.end(), [&](const auto& m) { return m.name == name; });
  return found == mappings.end() ? nullptr : &*found;
}

void Sync::stop_fields(const std::string& name, std::set<std::string> fields) {
  in_force_.erase(name);
  const ObjectMapping* whole = mapping(name);
  if (whole == nullptr || fields.empty()) return;
  ObjectMapping without = without_fields(*whole, fields);
  in_force_[name] = &reduced_.try_emplace({name, std::move(fields)}, std::move(without)).first->second;
}

System* Topology::system(std::string_view name) {
  const auto found =
      std::find_if(systems.begin(), systems.end(), [&](const System& s) { return s.settings->name == name; });
  return found == systems.end() ? nullptr : &*found;
}

Sync* Topology::sync(store::SyncId id) {
  const auto found = std::find_if(syncs.begin(), syncs.end(), [&](const Sync& s) { return s.id == id; });
  return found == syncs.end() ? nullptr : &*found;
}

std::vector<Participation> Topology::participations(const System& system, std::string_view object) {
  std::vector<Participation> found;
  for (Sync& sync : syncs) {
    for (const ObjectMapping& mapping : sync.settings->mappings) {
      for (const Side side : kSides) {
        if (sync.system[side] == &system && mapping.object[side] == object) found.push_back({&sync, &mapping, side});
      }
    }
  }
  return found;
}

std::vector<std::string> Topology::objects_of(const System& system) const {
  std::vector<std::string> objects;
  for (const Sync& sync : syncs) {
    for (const ObjectMapping& mapping : sync.settings->mappings) {
      for (const Side side : kSides) {
        const auto& object = mapping.object[side];
        if (sync.system[side] == &system && std::find(objects.begin(), objects.end(), object) == objects.end()) {
          objects.push_back(object);
        }
      }
    }
  }
  return objects;
}

namespace {

bool writes_to(const ObjectMapping& mapping, Side side) {
  const auto against = side == Side::left ? Direction::to_right : Direction::to_left;
  const auto goes_there = [&](const auto& rule) { return rule.direction != against; };
  return std::any_of(mapping.fields.begin(), mapping.fields.end(), goes_there) ||
         std::any_of(mapping.rows.begin(), mapping.rows.end(), goes_there);
}

class MappingCheck {
 public:
  MappingCheck(const config::Place& place, const Sync& sync, const ObjectMapping& mapping, config::Problems& problems)
      : place_(place), sync_(sync), mapping_(mapping), problems_(problems) {}

  void run(Side side) {
    const System* at = sync_.system[side];
    const bool known = at != nullptr && at->connector != nullptr && !mapping_.object[side].empty();
    if (known) run(side, *at);
  }

 private:
  void run(Side side, const System& system) {
    const Capabilities* can = system.connector->capabilities(mapping_.object[side]);
    if (can == nullptr) {
      add(side, "system '" + system.settings->name + "' has no object '" + mapping_.object[side] + "'",
          "its objects are: " + config::listed(system.connector->objects()));
      return;
    }
    // What was misread holds its default: nothing is to be said of that.
    if (sync_.settings->is_whole(mapping_)) check_writing(side, *can);
    check_match_paths(side, *can);
    check_stamp(side, *can);
  }

  void check_writing(Side side, const Capabilities& can) {
    if (writes_to(mapping_, side) && !can.update) {
      add(side, "'" + mapping_.object[side] + "' cannot be updated through this connector",
          "give its fields a direction away from it");
    }
    if (mapping_.on_create[side] == OnCreate::create && !can.create) {
      add(side, "'" + mapping_.object[side] + "' cannot be created through this connector",
          "set on_create to ignore for this side");
    }
  }

  void check_match_paths(Side side, const Capabilities& can) {
    for (const MatchKey& key : mapping_.match) {
      const std::string& path = mapping_.fields[key.field].side[side].name;
      if (std::find(can.searchable.begin(), can.searchable.end(), path) == can.searchable.end()) {
        add(side, "'" + path + "' cannot be searched, so it is no match key",
            "searchable are: " + config::listed(can.searchable));
      }
    }
  }

  /// A create in doubt is found again by what stands there.
  void check_stamp(Side side, const Capabilities& can) {
    if (can.stamp.empty()) return;
    const bool mapped = std::any_of(mapping_.fields.begin(), mapping_.fields.end(), [&](const FieldRule& rule) {
      const auto& paths = rule.side[side].paths;
      return std::any_of(paths.begin(), paths.end(), [&](const Path& path) { return path.text() == can.stamp; });
    });
    if (!mapped) return;
    add(side, "'" + can.stamp + "' is where our own creates are marked, so it cannot be mapped",
        "remove the field from the mapping, or let the connector's definition name another field as its stamp");
  }

  void add(Side side, const std::string& what, std::string remedy) {
    problems_.add(place_,
                  "sync '" + sync_.settings->name + "', mapping '" + mapping_.name + "', " +
                      std::string(name_of(side)) + ": " + what,
                  std::move(remedy));
  }

  const config::Place& place_;
  const Sync& sync_;
  const ObjectMapping& mapping_;
  config::Problems& problems_;
};

/// No secret, no start, unless told so: a door that looks guarded and is not would be worse than none.
void check_hooks(const SystemConfiguration& settings, const std::optional<HookScheme>& own_scheme,
                 const std::string& public_url, config::Problems& problems) {
  const HookSettings& hooks = settings.hooks;
  if (hooks.unverified || !hooks.accepted || !hooks.readable) return;
  const std::optional<HookScheme>& scheme = hooks.scheme ? hooks.scheme : own_scheme;
  const std::string name = "system '" + settings.name + "': ";
  if (scheme && hooks.secrets.empty()) {
    problems.add(settings.place, name + "its webhooks are signed, but no secret is given to verify them",
                 "add webhook_secret: ${env:…}; or webhook: {accept: false}, to find what changes by sweeps only; or "
                 "webhook: {verify: none}, to take webhooks from anybody");
  } else if (!scheme && !hooks.secrets.empty()) {
    problems.add(
        settings.place, name + "a webhook secret is given, but not how its webhooks are signed",
        "add webhook: {verify: …, secret: …}; connector '" + settings.connector + "' has no scheme of its own");
  }
  if (!scheme) return;
  const bool url = hook::holds_name(scheme->signed_text, "url") || hook::holds_name(scheme->signed_text, "decoded_url");
  if (url && public_url.empty()) {
    problems.add(settings.place, name + "its signatures hold the URL that it calls, which nothing says",
                 "add listen: {public_url: https://…}, as it is registered there, without /hooks/" + settings.name);
  }
  for (const Secret& secret : hooks.secrets) {
    const std::string fault = secret_fault(*scheme, secret);
    if (!fault.empty()) {
      problems.add(settings.place, name + "the webhook secret cannot be used: " + fault,
                   "copy it from the system as it is shown there");
    }
  }
}

/// nullptr where its settings were misread: that was told.
std::unique_ptr<Connector> make_connector(const SystemConfiguration& settings, const ConnectorPorts& ports) {
  if (settings.kind == nullptr) return nullptr;
  if (settings.whole) return settings.kind->make(settings.settings, ports);
  try {
    return settings.kind->make(settings.settings, ports);
  } catch (const std::exception&) {
    return nullptr;
  }
}

void add_system(Topology& topology, const SystemConfiguration& settings, const std::string& public_url,
                const TopologyPorts& ports, config::Problems& problems) {
  System& system = topology.systems.emplace_back();
  system.settings = &settings;
  if (settings.whole) system.http = ports.client(settings);
  const ConnectorPorts connector_ports{system.http.get(), ports.clock, ports.random};
  system.connector = make_connector(settings, connector_ports);
  if (system.connector == nullptr) return;
  const auto own_scheme = system.connector->hook_scheme();
  check_hooks(settings, own_scheme, public_url, problems);
  system.hooks =
      settings.hooks.unverified || (!settings.hooks.secrets.empty() && (settings.hooks.scheme || own_scheme));
  if (settings.hooks.scheme) {
    system.scheme = *settings.hooks.scheme;
  } else if (own_scheme && !settings.hooks.unverified) {
    system.scheme = *own_scheme;
  }
}

void note_shared(Topology& topology, System& system) {
  for (const std::string& object : topology.objects_of(system)) {
    std::set<const Sync*> syncs;
    for (const Participation& part : topology.participations(system, object)) syncs.insert(part.sync);
    if (syncs.size() > 1) system.shared.insert(object);
  }
}

}  // namespace

Topology make_topology(const Configuration& configuration, const TopologyPorts& ports, config::Problems& problems) {
  Topology topology;
  for (const SystemConfiguration& settings : configuration.systems) {
    add_system(topology, settings, configuration.listen.public_url, ports, problems);
  }
  for (const SyncConfiguration& settings : configuration.syncs) {
    Sync& sync = topology.syncs.emplace_back();
    sync.settings = &settings;
    for (const Side side : kSides) sync.system[side] = topology.system(settings.between[side]);
    for (const ObjectMapping& mapping : settings.mappings) {
      const std::set<std::string> named = mappings_referred_to(mapping);
      if (!named.empty()) sync.referring.insert(mapping.name);
      sync.referred.insert(named.begin(), named.end());
      for (const Side side : kSides) MappingCheck(settings.place_of(mapping), sync, mapping, problems).run(side);
    }
  }
  for (System& system : topology.systems) note_shared(topology, system);
  return topology;
}

}  // namespace counterpart
