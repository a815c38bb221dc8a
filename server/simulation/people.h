#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/simulation/history.h"
#include "server/simulation/oracle.h"
#include "server/simulation/system.h"
#include "server/simulation/values.h"

namespace counterpart::simulation {

/// Who works in the simulated systems: people, who know only the system before them, and the systems' automations.
class People {
 public:
  /// All of it outlives the people.
  People(const Configuration& configuration, const AllValues& values, const Oracle::Systems& systems, Oracle& oracle,
         Agenda& agenda);

  /// Does what a happening says, where there is something to do it to.
  void act(const Happening& happening);

  /// What a system makes of fields that are to be stored in it.
  Native as_kept(const SimulatedSystem& system, const std::string& object, Native fields) const;

  /// What a system's automation does about a write, soon after it.
  void answer_write(SimulatedSystem& system, const Written& written);

 private:
  /// A field as one system's people see it.
  struct Entry {
    const ObjectMapping* mapping;
    const FieldRule* rule;
    const FieldSide* side;
    const FieldValues* values;
    Side where;
    std::string other_system;
  };
  struct Chosen {
    SimulatedSystem* system;
    std::string object;
    std::string id;
  };
  using Entries = std::vector<Entry>;

  const Entries& entries(const std::string& system, const std::string& object) const;
  std::optional<Chosen> choose(const Happening& happening, Random& random) const;
  void create(const Happening& happening, Random& random);
  void enter_twin(const Happening& happening, Random& random);
  static bool may_remove(const Chosen& chosen);
  void copy(const Chosen& chosen);
  void edit(const Chosen& chosen, const Happening& happening, Random& random, bool clear);
  void take_back(const Chosen& chosen, Random& random);
  void merge(const Chosen& chosen, Random& random);
  Native new_fields(const Entries& entries, Random& random);
  void enter(const Entry& entry, Native& fields);
  microseconds commits(const SimulatedSystem& system, Random& random) const;

  const Oracle::Systems& systems_;
  Oracle& oracle_;
  Agenda& agenda_;
  std::vector<std::pair<std::string, std::string>> objects_;  // system, object
  std::map<std::pair<std::string, std::string>, Entries> entries_;
  int entered_ = 0;
};

}  // namespace counterpart::simulation
