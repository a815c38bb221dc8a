#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/simulation/agenda.h"
#include "server/simulation/network.h"
#include "server/simulation/traits.h"

namespace counterpart::simulation {

/// One thing that happens from outside: somebody works in a system, or something fails. What it happens to is chosen
/// by `pick` among what is there at that time, so that a history stays one when others of its happenings are left out.
struct Happening {
  /// Just that record and field, where nothing is left to choice.
  struct Target {
    std::string system;
    std::string object;
    std::size_t record = 0;  ///< of those that are there, oldest first
    std::size_t field = 0;   ///< of those that people can fill
  };
  enum class Kind : std::uint8_t {
    create,        ///< a person enters a new record
    twin,          ///< the same person was entered in the other system as well
    copy,          ///< a record is copied within its system
    edit,          ///< a person edits a field
    clear,         ///< a person empties one
    take_back,     ///< a person puts back what the record held before
    remove,        ///< a person deletes a record
    merge,         ///< a person merges two records: one survives
    pretend,       ///< a change that is rolled back after its webhook
    add_row,       ///< a person adds a child row to a record
    edit_row,      ///< a person edits a field of one, or empties it
    remove_row,    ///< a person removes one
    sort_rows,     ///< a person puts them in another order
    copy_row,      ///< a person adds one that is as another
    spoil_call,    ///< the next call to a system goes wrong
    cut_off,       ///< a system cannot be reached for a while
    spoil_commit,  ///< a daemon's next commit goes wrong
    crash,         ///< a daemon ends some fault points later
    freeze,        ///< a daemon stands still for a while
    contend,       ///< two people edit one field, and a daemon ends or stands still over the write of it
  };
  Kind kind = Kind::edit;
  microseconds at{0};      ///< from the start
  std::uint64_t pick = 0;  ///< chooses the system, the record, the field, the daemon
  std::uint64_t what = 0;  ///< chooses the value, the fault, the fault point
  microseconds time{0};    ///< how long it lasts
  std::optional<Target> target = {};
};
std::string_view name_of(Happening::Kind kind);

/// All that is chosen before a history begins. The same seed and configuration give the same history.
struct History {
  std::uint64_t seed = 0;
  bool sweeps = true;  ///< false: no sweeps but the first, and every webhook arrives
  int daemons = 2;
  std::vector<microseconds> skews;        ///< of the daemons' clocks
  std::map<std::string, Traits> systems;  ///< by name
  std::vector<Happening> happenings;      ///< in order of time
  std::optional<std::uint64_t> ends_at;   ///< the first daemon's first run ends at that fault point
  microseconds end{0};                    ///< from then on nobody works, and nothing fails any more
};

History draw_history(std::uint64_t seed, const Configuration& configuration);

/// "12.345 s edit pick 7 what 3", for people.
std::string describe(const Happening& happening);

}  // namespace counterpart::simulation
