#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/simulation/history.h"
#include "server/simulation/oracle.h"
#include "server/simulation/row_work.h"
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

  /// Two edit one field of one person, the second in another system: at once, as soon as we have read it there, or
  /// later.
  enum class Second : std::uint8_t { at_once, when_read, later };
  /// What the second may do, once more or at last.
  struct Moves {
    std::function<void()> edit;
    std::function<void()> take_back;  ///< what was written there last, whoever it was
  };
  /// `when_read` is told that we have read it.
  void contend(const Happening& happening, Second second, std::function<void(Moves)> when_read);
  /// Who waits for us to read that record edits it right then.
  void note_read(const SimulatedSystem& system, const std::string& object, const std::string& id);
  /// Nobody edits any more.
  void stop();

  /// What a system's automation does about a write, soon after it.
  void answer_write(SimulatedSystem& system, const Written& written);

 private:
  /// A field as one system's people see it.
  struct Entry {
    const FieldRule* rule;
    const FieldSide* side;
    const FieldValues* values;
  };
  struct Chosen {
    SimulatedSystem* system;
    std::string object;
    std::string id;
  };
  using Entries = std::vector<Entry>;
  using Place = std::pair<std::string, std::string>;  ///< system, object

  const Entries& entries(const std::string& system, const std::string& object) const;
  std::optional<Chosen> choose(const Happening& happening, Random& random) const;
  void create(const Happening& happening, Random& random);
  static bool tells_who(const Entries& entries, const Entry& entry);
  void enter_twin(const Chosen& chosen, const Place& where, Random& random);
  void enter_twin_elsewhere(const Chosen& chosen, Random& random);
  std::vector<Place> places_of_twins(const Place& of) const;
  Value key_of(const SimulatedSystem& system, const std::string& object, const std::string& id) const;
  Value key_in(const std::string& system, const std::string& object, const Native& fields) const;
  bool is_changing_key(const Chosen& chosen, const Value& key) const;
  static bool may_remove(const Chosen& chosen);
  void copy(const Chosen& chosen);
  void edit(const Chosen& chosen, const Happening& happening, Random& random, bool clear);
  void change_field(const Chosen& chosen, const Entry& entry, Random& random, bool clear);
  std::optional<Chosen> counterpart_of(const Chosen& chosen, Random& random) const;
  void edit_also(const Chosen& there, const FieldRule* rule, std::uint64_t percent, Random& random);
  void lurk(const Chosen& there, const FieldRule* rule, std::uint64_t percent, Random& random);
  void edit_elsewhere(const Chosen& chosen, const Entry& entry, Random& random);
  std::optional<Chosen> choose_with_rows(const Happening& happening, Random& random) const;
  void work_on_rows(const Happening& happening, Random& random);
  void change_rows(const Chosen& chosen, Happening::Kind kind, std::uint64_t seed);
  std::function<void()> begin_contest(const Chosen& chosen, const Chosen& there, Random& random);
  void take_back(const Chosen& chosen, Random& random);
  void merge(const Chosen& chosen, Random& random);
  Native new_fields(const Place& place, Random& random);
  void enter(const Entry& entry, Native& fields);
  microseconds commits(const SimulatedSystem& system, Random& random) const;

  const Oracle::Systems& systems_;
  Oracle& oracle_;
  Agenda& agenda_;
  RowWork rows_;
  std::vector<Place> objects_;
  std::map<Place, Entries> entries_;
  std::map<Place, std::set<Place>> synced_with_;
  std::map<Oracle::Place, std::function<void()>> lurking_;  ///< edits between our reading and our writing
  int entered_ = 0;
  bool stopped_ = false;
};

}  // namespace counterpart::simulation
