#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/configuration.h"
#include "server/simulation/agenda.h"
#include "server/simulation/network.h"
#include "server/simulation/row_oracle.h"
#include "server/simulation/system.h"
#include "server/simulation/values.h"
#include "server/simulation/violation.h"

namespace counterpart::simulation {

/// Knows the truth: it saw every edit and every write as they happened in the systems, and judges what came of them by
/// the systems' own data. Each value that a person enters is entered once only, so that a value tells which edit it
/// came from, and an edit which values its author had before his eyes. The sync's own tables are asked only for what
/// it says it could not do (parked, frozen) and for its history.
class Oracle {
 public:
  using Systems = std::map<std::string, SimulatedSystem*>;  ///< by name

  /// All of it outlives the oracle; the systems may still be added.
  Oracle(const Configuration& configuration, const AllValues& values, const Systems& systems, const Agenda& agenda,
         const Network& network);

  /// A person's word that two records are the same person, or one of which nothing can be said.
  void note_same(const std::string& system, const std::string& object, const std::string& id,
                 const std::string& other_system, const std::string& other_object, const std::string& other_id);
  void note_ambiguous(const std::string& system, const std::string& object, const std::string& id);

  /// Every write, as it happens.
  void observe(const SimulatedSystem& system, const Written& written);

  /// A daemon has ended, or has lost its leases: what it was about to write down is lost.
  void note_end() { ended_ = agenda_.now(); }

  /// Everybody has stopped and everything is at rest: from now on a write of ours is one too many.
  void expect_silence() { silent_ = true; }
  /// In the whole history: what was read once is known then.
  void expect_no_failure() { nothing_fails_ = true; }

  /// What one record and its counterpart say of themselves: Store::explain().
  using Explain =
      std::function<Native(const std::string& sync, const std::string& mapping, Side side, const std::string& id)>;

  /// At rest: is everything as it has to be?
  void judge(const Explain& explain);

  const std::vector<Violation>& violations() const { return violations_; }
  std::uint64_t edits() const { return edits_.size() + row_edits_; }
  std::uint64_t writes() const { return writes_; }

  using Place = RecordPlace;

  /// All records that this person ever had, in the order in which they were made.
  std::vector<Place> records_of(const std::string& system, const std::string& object, const std::string& id) const;

  /// Whether that person has, or ever had, a record there.
  bool is_known_in(const std::string& system, const std::string& object, const std::string& id,
                   const std::string& there, const std::string& object_there) const;

  /// Whether that identity may be edited where it says who it is.
  bool may_change_key(const std::string& system, const std::string& object, const std::string& id) const;

 private:
  using Cell = std::pair<Place, std::string>;  // and FieldSide::name
  struct Edit {
    int identity = 0;
    Cell cell;
    Instant at;
    std::string token;   ///< of what was entered; "": it was cleared
    std::set<int> knew;  ///< edits whose value its author saw, or that these saw
    bool blank = false;
    bool excused = false;  ///< overwritten in a race that nothing could have prevented
  };
  /// The last write of ours to a cell.
  struct OurWrite {
    Value before;
    Instant at;
    bool heard = true;  ///< its answer came through
  };
  struct Identity {
    std::vector<Place> records;
    bool ambiguous = false;  ///< people made a mess of it, or deleted it
    bool copied = false;     ///< there are, or were, several of it in one system by a person's doing
    bool twin = false;       ///< entered on both sides
    Instant twin_since{};
    std::map<std::string, int> created_by_us;  ///< by system/object
    std::set<std::string> removed_in;          ///< system/object
  };
  /// What one mapping makes of an identity.
  struct Case {
    const SyncConfiguration* sync;
    const ObjectMapping* mapping;
    Both<Place> at;
    Both<const Native*> fields;  ///< nullptr where there is no record
    Native story;
  };
  struct Part {
    const SyncConfiguration* sync;
    const ObjectMapping* mapping;
    Side side;
  };

  std::vector<Part> parts_of(const std::string& system, const std::string& object) const;
  std::optional<Value> value_in(const FieldSide& side, const Native& fields) const;
  void observe_fields(const SimulatedSystem& system, const Written& written, int identity);
  void observe_rows(const SimulatedSystem& system, const Written& written);
  void edited(const Cell& cell, int identity, const Value& value, const FieldRule& rule);
  void written_by_us(const SimulatedSystem& system, const Written& written, const Cell& cell, int identity,
                     const Value& value);
  bool had_to_be_seen(const SimulatedSystem& system, const Place& other, const Identity& identity) const;
  bool has_other_key(const SimulatedSystem& system, const Written& created, const Identity& identity) const;
  bool is_unrecognisable(const SimulatedSystem& system, const std::string& object) const;
  void note_removed(const SimulatedSystem& system, const Place& place);
  void judge_write_at_rest(const Place& place);
  void created_by_us(const SimulatedSystem& system, const Written& written);
  int identity_of_content(const Written& written, const std::vector<Part>& parts);
  void count_write(const SimulatedSystem& system, const Written& written);
  void judge_identity(const Identity& identity, const Explain& explain);
  std::vector<Case> cases_of(const Identity& identity, const Explain& explain);
  static void collect_told(const Case& one, std::set<std::string>& told);
  void judge_alone(const Case& one);
  void judge_pair(const Case& one, const std::set<std::string>& told);
  void judge_rows(const Case& one, const std::set<std::string>& told);
  void judge_field(const Case& one, const FieldRule& rule, const std::set<std::string>& told);
  bool knew_all(const Edit& edit, int held, const Both<Cell>& cells) const;
  void judge_lost(const FieldRule& rule, const Both<Place>& at, int held, const std::set<std::string>& told);
  bool may_look_edited() const;
  bool may_be_unknown(const SimulatedSystem& system, Instant at) const;
  bool hides_our_write(const Cell& cell, const Value& value) const;
  void break_rule(std::string kind, std::string what);
  static std::string describe(const Place& place);

  const Configuration& configuration_;
  const AllValues& values_;
  const Systems& systems_;
  const Agenda& agenda_;
  const Network& network_;
  RowOracle rows_;
  std::uint64_t row_edits_ = 0;
  std::vector<Edit> edits_;
  std::vector<Identity> identities_;
  std::map<Place, int> identity_of_;
  std::map<Cell, int> shown_;           ///< which edit's value a cell shows
  std::map<Cell, OurWrite> ours_;       ///< where we wrote last
  std::map<std::string, int> made_by_;  ///< which edit a value came from
  std::map<Place, int> writes_to_;      ///< ours
  std::map<Place, Instant> touched_;    ///< when somebody else last wrote it
  std::map<Place, int> edits_of_;
  std::vector<Violation> violations_;
  std::uint64_t writes_ = 0;
  Instant ended_ = Instant::min();  ///< a daemon, last
  bool silent_ = false;
  bool nothing_fails_ = false;
};

}  // namespace counterpart::simulation
