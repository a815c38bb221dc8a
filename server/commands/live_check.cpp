#include "server/commands/live_check.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/daemon/client_settings.h"
#include "server/daemon/system_ports.h"
#include "server/http/client/client.h"
#include "server/rethrow.h"
#include "server/topology/topology.h"

namespace counterpart::commands {

namespace asio = boost::asio;

namespace {

/// The first name of a path: what a system's description lists.
std::string top_name(const Path& path) {
  const auto* name = path.steps().empty() ? nullptr : std::get_if<Path::Name>(&path.steps().front());
  return name == nullptr ? "" : name->name;
}

class LiveCheck {
 public:
  LiveCheck(const Configuration& configuration, config::Problems& problems)
      : configuration_(configuration), problems_(problems) {}

  std::string run(bool offline) {
    TopologyPorts ports;
    ports.clock = &clock_;
    ports.random = &random_;
    ports.client = [this](const SystemConfiguration& settings) { return make_client(settings); };
    Topology topology = make_topology(configuration_, ports, problems_);
    for (const Sync& sync : topology.syncs) {
      for (const ObjectMapping& mapping : sync.settings->mappings) {
        if (sync.settings->is_whole(mapping)) check_own_creates(sync, mapping);
      }
    }
    if (offline) return report_;
    for (System& system : topology.systems) {
      if (system.settings->whole) asio::co_spawn(io_, ask(topology, system), rethrow);
    }
    io_.run();
    return report_;
  }

 private:
  std::unique_ptr<HttpClient> make_client(const SystemConfiguration& settings) {
    return http::make_client(io_, client_settings(settings), points_);
  }

  void add(const Sync& sync, const ObjectMapping& mapping, Side side, const std::string& what, std::string remedy) {
    problems_.add(sync.settings->place_of(mapping),
                  "sync '" + sync.settings->name + "', mapping '" + mapping.name + "', " + std::string(name_of(side)) +
                      ": " + what,
                  std::move(remedy));
  }

  /// A create that the target's own `where` would exclude would never be seen again.
  void check_own_creates(const Sync& sync, const ObjectMapping& mapping) {
    for (const Side side : kSides) {
      if (!mapping.where[side] || mapping.on_create[side] != OnCreate::create) continue;
      Record created;
      created.fields = Native(Native::Object{});
      if (mapping.on_create_set[side].is_object()) {
        for (const auto& [path, value] : mapping.on_create_set[side].object()) {
          Path::parse(path).set(created.fields, value);
        }
      }
      const auto names = mapping.where[side]->names();
      const bool known = std::all_of(names.begin(), names.end(),
                                     [&](const auto& name) { return created.fields.member(name) != nullptr; });
      const bool mapped = std::any_of(mapping.fields.begin(), mapping.fields.end(), [&](const FieldRule& rule) {
        return std::any_of(rule.side[side].paths.begin(), rule.side[side].paths.end(), [&](const Path& path) {
          return std::find(names.begin(), names.end(), top_name(path)) != names.end();
        });
      });
      if (mapped || (known && in_scope(mapping, side, created))) continue;
      add(sync, mapping, side, "records created there would be outside its own `where`",
          "give on_create_set." + std::string(name_of(side)) + " the values that `where` asks for");
    }
  }

  asio::awaitable<void> ask(Topology& topology, System& system) {
    const std::string& name = system.settings->name;
    for (const std::string& object : topology.objects_of(system)) {
      if (system.connector->capabilities(object) == nullptr) continue;
      const DescribeResult result = co_await system.connector->describe(object);
      if (const auto* failure = std::get_if<Failure>(&result)) {
        problems_.add(system.settings->place,
                      "system '" + name + "' does not describe '" + object + "': " + failure->message,
                      failure->kind == Failure::Kind::credentials ? "check its user, rights, password or token"
                                                                  : "check its url, and that it runs");
        continue;
      }
      const auto& description = std::get<ObjectDescription>(result);
      report_ += name + "/" + object + ": " + std::to_string(description.fields.size()) + " fields\n";
      for (const Participation& part : topology.participations(system, object)) check_fields(part, description);
    }
  }

  void check_fields(const Participation& part, const ObjectDescription& description) {
    if (description.fields.empty()) return;
    if (!part.sync->settings->is_whole(*part.mapping)) return;
    for (const FieldRule& rule : part.mapping->fields) {
      for (const Path& path : rule.side[part.side].paths) check_field(part, rule, path, description);
    }
  }

  void check_field(const Participation& part, const FieldRule& rule, const Path& path,
                   const ObjectDescription& description) {
    const auto& fields = description.fields;
    const std::string top = top_name(path);
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const FieldDescription& f) {
      return f.name == top || f.name == path.text() || f.name.rfind(top + ".", 0) == 0;
    });
    if (found == fields.end()) {
      std::vector<std::string> known;
      for (const auto& field : fields) known.push_back(field.name);
      const std::string near = config::nearest(top, known);
      add(*part.sync, *part.mapping, part.side, "the system has no field '" + path.text() + "'",
          near.empty() ? "its fields are: " + config::listed(known) : "did you mean '" + near + "'?");
      return;
    }
    const auto away = part.side == Side::left ? Direction::to_right : Direction::to_left;
    if (found->read_only && rule.direction != away) {
      add(*part.sync, *part.mapping, part.side, "'" + path.text() + "' cannot be written there",
          "give field '" + rule.name + "' a direction away from it");
    }
  }

  const Configuration& configuration_;
  config::Problems& problems_;
  asio::io_context io_{1};
  SystemClock clock_;
  SystemRandom random_;
  NoFaultPoints points_;
  std::string report_;
};

}  // namespace

void check_connectors(const Configuration& configuration, config::Problems& problems) {
  SystemClock clock;
  SystemRandom random;
  TopologyPorts ports;
  ports.clock = &clock;
  ports.random = &random;
  ports.client = [](const SystemConfiguration&) { return nullptr; };
  make_topology(configuration, ports, problems);
}

std::string check_systems(const Configuration& configuration, bool offline, config::Problems& problems) {
  return LiveCheck(configuration, problems).run(offline);
}

}  // namespace counterpart::commands
