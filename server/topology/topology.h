#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "server/config/configuration.h"
#include "server/store/rows.h"
#include "server/topology/live_schema.h"
#include "server/topology/troubles.h"

namespace counterpart {

/// A configured system, ready to speak to. The connector uses `http`, so it is made after and ends before it.
struct System {
  const SystemConfiguration* settings = nullptr;
  std::unique_ptr<HttpClient> http;
  std::unique_ptr<Connector> connector;
  HookScheme scheme;             ///< how its webhooks are verified
  bool hooks = false;            ///< takes webhooks at all
  std::string own_user;          ///< our user's id there; "" until asked, or where it does not tell
  Troubles troubles;             ///< what is wrong with it as a whole
  LiveSchema schema;             ///< its objects as it describes them
  std::set<std::string> shared;  ///< objects in which more than one sync takes part
};

/// A configured sync with its number in the database.
struct Sync {
  store::SyncId id = 0;
  const SyncConfiguration* settings = nullptr;
  Both<System*> system{};
  /// Sides of mappings whose records have all been listed once, and lately swept to the end by some daemon: before,
  /// nobody knows what is missing there, or who is who.
  std::set<std::pair<std::string, Side>> listed;
  std::set<std::string> referring;  ///< mappings with fields that name other records
  std::set<std::string> referred;   ///< mappings whose records others name

  /// The mapping as it is in force now. nullptr for a name that this sync's configuration does not know (any more).
  /// What is given stays valid as long as the sync is, whatever is put in force later.
  const ObjectMapping* mapping(std::string_view name) const;

  /// From now on the mapping of that name goes on without these of its fields and collections of rows; as it is
  /// configured where there are none.
  void stop_fields(const std::string& name, std::set<std::string> fields);

  /// Whether it goes on without some.
  bool has_stopped_fields(const std::string& name) const { return in_force_.contains(name); }

 private:
  /// A mapping without some of its fields: work under way may still hold one that is no longer in force.
  std::map<std::pair<std::string, std::set<std::string>>, ObjectMapping> reduced_;
  std::map<std::string, const ObjectMapping*, std::less<>> in_force_;  ///< where it is not the configured one
};

/// One place where an object of a system takes part.
struct Participation {
  Sync* sync = nullptr;
  const ObjectMapping* mapping = nullptr;
  Side side = Side::left;
};

/// Who is connected with whom: systems, syncs and the ways between them. Made once at the start.
struct Topology {
  std::deque<System> systems;
  std::deque<Sync> syncs;

  /// nullptr if there is none of that name.
  System* system(std::string_view name);
  Sync* sync(store::SyncId id);

  /// Every mapping and side in which that system's object takes part.
  std::vector<Participation> participations(const System& system, std::string_view object);

  /// The system's objects that take part somewhere, each once.
  std::vector<std::string> objects_of(const System& system) const;
};

/// What the systems' connectors are made with.
struct TopologyPorts {
  Clock* clock = nullptr;
  Random* random = nullptr;
  /// One governed client a system.
  std::function<std::unique_ptr<HttpClient>(const SystemConfiguration&)> client;
};

/// Makes connectors and joins them to syncs. `configuration` outlives the topology; where it was read with
/// mistakes, what can be told all the same is, and the topology is good for nothing else: systems may lack their
/// client and connector. Sync numbers are filled in later, when the database has given them. Objects that a connector
/// does not know, match paths it cannot search, sides it cannot write and webhooks that could not be verified are
/// `problems`.
Topology make_topology(const Configuration& configuration, const TopologyPorts& ports, config::Problems& problems);

}  // namespace counterpart
