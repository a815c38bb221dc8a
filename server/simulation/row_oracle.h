#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/config/configuration.h"
#include "server/simulation/agenda.h"
#include "server/simulation/values.h"
#include "server/simulation/violation.h"

namespace counterpart::simulation {

/// What tells a value that somebody entered from all others, whatever a system makes of its letters.
std::string token_of(const Value& value);

/// Judges the child rows of records: it counts how often people have put each value into some row, and how often they
/// have taken it out, each by what he saw. So often it has to be there at rest, or it is said why not.
class RowOracle {
 public:
  /// Both outlive it.
  RowOracle(const Configuration& configuration, const AllValues& values);

  /// A person's write in a system.
  struct PersonsWrite {
    const Native& before;  ///< null: no record
    const Native& after;
    Instant at;
    bool renews = false;  ///< all rows got new ids
  };
  /// `ended`: when a daemon last ended. Gives how many values in rows it changed.
  int observe_person(const RecordPlace& place, const PersonsWrite& write, Instant ended);

  /// A write of ours. `heard`: its answer came through. `may_meet`: whether it may have met what somebody did at that
  /// time, for nothing refuses it then.
  void observe_ours(const RecordPlace& place, const Native& before, const Native& after, Instant at, bool heard,
                    const std::function<bool(Instant)>& may_meet);

  /// The values of rows that an entry of the history says were overwritten.
  static void collect_told(const ObjectMapping& mapping, const Native& entry, std::set<std::string>& told);

  /// Two records that are one person's, at rest.
  struct Pair {
    const ObjectMapping* mapping;
    Both<RecordPlace> at;
    Both<const Native*> fields;
    std::set<std::string> frozen;  ///< names of fields and rows held for a person
  };
  /// `may_look_edited`: a system that changes what it stores looks like a person.
  std::vector<Violation> judge(const Pair& pair, const std::set<std::string>& told, bool may_look_edited) const;

 private:
  using Counts = std::map<std::string, int>;  ///< by token
  struct Column {
    const FieldRule* rule;
    const FieldSide* side;
    bool key;
  };
  struct List {
    Path path;
    std::string id;               ///< the member of a row with its own id
    std::vector<Column> columns;  ///< those whose values are entered once only, and go both ways
  };
  struct HeldRow {
    std::string id;
    std::set<std::string> tokens;
    std::set<std::string> key;  ///< those of its key
  };
  struct Held {
    Counts tokens;
    std::vector<HeldRow> rows;
  };
  struct Edit {
    Instant at;
    Counts changes;
  };
  struct OurWrite {
    Counts changes;
    Instant at;
    bool heard = true;
  };
  /// All that people did to one value.
  struct Account {
    std::map<RecordPlace, int> put, taken;
    bool excused = false;                     ///< a race that nothing could have prevented, or seen through
    std::set<std::set<std::string>> removed;  ///< rows that held it, and that people removed
  };
  struct Row {
    std::vector<std::optional<Value>> values;  ///< of RowsRule::fields
    std::set<std::string> tokens;
    bool matched = false;
  };
  using Rows = std::vector<Row>;

  void add_list(const std::string& system, const std::string& object, const RowsRule& rule, Side side);
  Held held_in(const RecordPlace& place, const Native& fields);
  void note_removed(const RecordPlace& place, const Held& then, const Held& now, bool renews);
  void learn(const Column& column, const Value& value);
  std::string original(const std::string& token) const;
  Rows rows_of(const RowsRule& rule, Side side, const Native& fields) const;
  static void match(const RowsRule& rule, Both<Rows>& rows);
  void judge_equal(const Pair& pair, const RowsRule& rule, const Both<Rows>& rows, std::vector<Violation>& found) const;
  void judge_account(const Pair& pair, const std::string& token, const Both<Rows>& rows,
                     const std::set<std::string>& told, bool may_look_edited, std::vector<Violation>& found) const;
  static bool was_contested(const Account& account, const std::string& token, const Rows& rows);

  const AllValues& values_;
  std::map<std::pair<std::string, std::string>, std::vector<List>> lists_;
  std::map<std::string, std::string> original_;  ///< of what one side holds of a value
  std::map<std::string, Account> accounts_;
  std::map<RecordPlace, std::set<std::string>> seen_at_;
  std::map<std::pair<RecordPlace, std::string>, std::set<std::string>> held_once_;  ///< by row, as people saw it
  std::map<RecordPlace, std::vector<Edit>> edits_;
  std::map<RecordPlace, OurWrite> ours_;
};

}  // namespace counterpart::simulation
