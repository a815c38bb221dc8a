#include "server/commands/live_check.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/daemon/system_ports.h"
#include "server/engine/client_settings.h"
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

/// What the first page of a full listing shows of a definition: that ids, fields and times are found. Never a value.
class ListingReport {
 public:
  explicit ListingReport(const ChangesPage& page) : page_(page) {}

  std::string summary() const {
    if (page_.records.empty()) return "no records" + std::string(page_.ids.empty() ? "" : ", but ids") + " listed";
    const auto timed = std::ranges::count_if(page_.records, [](const Record& record) { return !!record.modified; });
    std::string text = std::to_string(page_.records.size()) + " records on the first page" +
                       (page_.next ? " of several, " : ", ") + "time of change read in " + std::to_string(timed);
    const std::string names = config::listed(field_names());
    return names.empty() ? text : text + ", fields " + names;
  }

  /// Fields of the mapping that none of the records has: blank in all, or misspelt.
  std::string unseen_of(const Participation& part) const {
    const bool whole =
        std::ranges::any_of(page_.records, [](const Record& record) { return !record.fields.is_null(); });
    std::vector<std::string> unseen;
    for (const FieldRule& rule : part.mapping->fields) {
      for (const Path& path : rule.side[part.side].paths) {
        if (whole && !is_seen(path)) unseen.push_back(path.text());
      }
    }
    for (const RowsRule& rows : part.mapping->rows) {
      const Path& path = rows.side[part.side].path;
      if (whole && !is_seen(path)) unseen.push_back(path.text());
    }
    if (unseen.empty()) return "";
    return "  mapped, but in none of these records: " + config::listed(unseen) + "\n";
  }

 private:
  bool is_seen(const Path& path) const {
    return std::ranges::any_of(page_.records,
                               [&](const Record& record) { return path.find(record.fields) != nullptr; });
  }

  std::vector<std::string> field_names() const {
    std::vector<std::string> names;
    for (const Record& record : page_.records) {
      if (!record.fields.is_object()) continue;
      for (const auto& [name, value] : record.fields.object()) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
    return names;
  }

  const ChangesPage& page_;
};

class LiveCheck {
 public:
  LiveCheck(const Configuration& configuration, config::Problems& problems, const SeenRecords& seen)
      : configuration_(configuration), problems_(problems), seen_(seen) {}

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
        add_failure(system, "describe '" + object + "'", *failure, "check its url, and that it runs");
        continue;
      }
      const auto& description = std::get<ObjectDescription>(result);
      for (const Participation& part : topology.participations(system, object)) check_fields(part, description);
      const ChangesResult listed = co_await system.connector->changed(object, std::nullopt, "");
      if (const auto* failure = std::get_if<Failure>(&listed)) {
        add_failure(system, "list '" + object + "'", *failure,
                    "check `changes` in its connector's definition, and that it runs");
        continue;
      }
      const auto& page = std::get<ChangesPage>(listed);
      const ListingReport report(page);
      report_ += name + "/" + object + ": ";
      if (!description.fields.empty()) report_ += std::to_string(description.fields.size()) + " fields described; ";
      report_ += report.summary() + "\n";
      for (const Participation& part : topology.participations(system, object)) {
        report_ += report.unseen_of(part);
        seen_(*part.sync->settings, *part.mapping, part.side, page.records);
      }
    }
  }

  void add_failure(const System& system, const std::string& verb, const Failure& failure, const std::string& remedy) {
    problems_.add(system.settings->place,
                  "system '" + system.settings->name + "' does not " + verb + ": " + failure.message,
                  failure.kind == Failure::Kind::credentials ? "check its user, rights, password or token" : remedy);
  }

  void check_fields(const Participation& part, const ObjectDescription& description) {
    if (description.fields.empty()) return;
    if (!part.sync->settings->is_whole(*part.mapping)) return;
    for (const FieldRule& rule : part.mapping->fields) {
      for (const Path& path : rule.side[part.side].paths)
        check_field(part, rule.name, rule.direction, path, description);
    }
    for (const RowsRule& rows : part.mapping->rows) {
      check_field(part, rows.name, rows.direction, rows.side[part.side].path, description);
    }
  }

  void check_field(const Participation& part, const std::string& name, Direction direction, const Path& path,
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
    if (found->read_only && direction != away) {
      add(*part.sync, *part.mapping, part.side, "'" + path.text() + "' cannot be written there",
          "give '" + name + "' a direction away from it");
    }
  }

  const Configuration& configuration_;
  config::Problems& problems_;
  const SeenRecords& seen_;
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

std::string check_systems(const Configuration& configuration, bool offline, config::Problems& problems,
                          const SeenRecords& seen) {
  return LiveCheck(configuration, problems, seen).run(offline);
}

}  // namespace counterpart::commands
