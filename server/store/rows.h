#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mapping/reconcile/guards.h"
#include "mapping/reconcile/match.h"
#include "mapping/reconcile/reconcile.h"
#include "server/store/keys.h"

namespace counterpart::store {

using std::chrono::milliseconds;

/// Number of a sync in the database; its name is in table `sync`.
using SyncId = std::int32_t;
using LeaseNumber = std::int64_t;
/// Stands in place of a sync for leases of what several syncs may write.
inline constexpr SyncId kAcrossSyncs = 0;

/// One record of one sync.
struct RecordKey {
  std::string mapping;
  Side side = Side::left;
  std::string id;
  auto operator<=>(const RecordKey&) const = default;
};

/// The name under which a record is leased (table `lease`).
inline std::string lease_key(const RecordKey& key) {
  return bounded_key("record/" + key.mapping + "/" + std::string(name_of(key.side)) + "/" + key.id);
}
/// The name under which a match key of a mapping is leased.
inline std::string lease_key(const std::string& mapping, const KeyValue& key) {
  return bounded_key("key/" + mapping + "/" + std::string(name_of(key.kind)) + "/" + key.normal);
}

/// Where news came from; live is worked first, by weight.
enum class WorkClass : std::int16_t { live = 0, sweep = 1, backfill = 2 };

/// One dirty mark.
struct Mark {
  RecordKey key;
  WorkClass work_class = WorkClass::live;
  milliseconds settle{0};
  std::string correlation;
  std::optional<NewsHint> hint;
  std::string unique_event;  ///< an event id that its sender never reuses; "" if none
};

/// A webhook with its marks, for one sync.
struct Delivery {
  SyncId sync = 0;
  std::string system;
  std::string delivery_key;  ///< the sender's message id, or a hash of the body: evidence is kept once
  std::string correlation;
  std::string headers;  ///< JSON, secrets taken out
  std::string body;
  std::vector<Mark> marks;
};

struct LinkRow {
  std::int64_t link_id = 0;
  Both<std::string> id;
  bool tombstone = false;
  std::string tombstone_reason;
  bool parked = false;  ///< either end is: not all that is known of them has been carried over
  LinkState state;
  Both<std::string> revision;      ///< as last read
  Both<std::string> own_revision;  ///< of our own last write, where unique and as sent; ""
};

enum class IntentState : std::int16_t { open = 0, done = 1, failed = 2, abandoned = 3 };

/// A remote call about to be made, or made.
struct IntentRow {
  std::int64_t intent_id = 0;
  std::int64_t link_id = 0;  ///< 0: a create
  RecordKey source;          ///< the record whose change led to it
  Side target = Side::left;
  std::string target_id;  ///< "" for a create
  std::string operation;  ///< "create", "update"
  std::string stamp;      ///< of a create
  std::string revision;   ///< the precondition
  IntentFields fields;
  Native decided{Native::Object{}};  ///< object: FieldSide::name of the target → {field, what, rule}
  Instant created{};
  Instant deadline{};  ///< after it the call can have no effect any more
  std::string correlation;
};

/// A dirty record under our lease, with all that is known of it.
struct Claimed {
  RecordKey key;
  std::int64_t generation = 0;
  int attempts = 0;     ///< failed ones in a row that count, those included that a lease ended over
  int not_found = 0;    ///< how often in a row a system said that a record is not there (Completion::not_found)
  int spared = 0;       ///< failures in a row that did not count (Completion::spares_attempt)
  int interrupted = 0;  ///< how often in a row work on it ended without a word: it may be what kills the daemon
  std::optional<milliseconds> failing_for;  ///< since the first of the attempts failed
  bool look_again = false;                  ///< a person wants it read although its link has ended
  bool unfinished = false;                  ///< its work was put off, maybe on what is the other end's change
  WorkClass work_class = WorkClass::live;
  Instant first_news{};
  Instant last_news{};
  std::optional<std::vector<NewsHint>> hints;  ///< nullopt: some news told nothing, must be read
  std::string correlation;
  std::optional<LinkRow> link;          ///< live link or tombstone that names this record
  std::vector<IntentRow> open_intents;  ///< of this record or its link
};

struct ClaimOrder {
  SyncId sync = 0;
  std::string mapping_version;  ///< a sync whose active version is another gives nothing
  int limit = 50;
  milliseconds lease{60'000};
  milliseconds put_back{200};     ///< a record whose pair another worker holds comes again after so long
  std::vector<RecordKey> wanted;  ///< hints of fresh work, tried first
  bool backfill = true;           ///< false: records of first loads are left waiting
};
struct Claim {
  LeaseNumber lease = 0;  ///< 0: nothing was due
  Instant at{};           ///< when it was made, by the database's clock
  std::vector<Claimed> records;
  std::optional<milliseconds> next_due;  ///< how long until more may be due (0: now); nullopt: nothing waits
  bool outdated = false;                 ///< another mapping version is active: nothing is claimed
};

enum class Outcome : std::int16_t {
  written,
  unchanged,
  echo,
  excluded,
  waiting,
  frozen,
  parked,
  retry,
  erased,
  gone,
  linked
};
std::string_view name_of(Outcome outcome);

struct HistoryEntry {
  Side side = Side::left;  ///< written side; for a lost conflict value too
  std::string field;
  std::string what;  ///< mapping::name_of(FieldResult), "create", "link", "tombstone", "thaw"
  std::optional<Native> before, after,
      lost;  ///< as the system spells it; `lost`: the value that a conflict's rule set aside
  std::string rule;
};

struct FrozenField {
  std::string field;
  std::string reason;
  Native left, right;
};

struct ParkedRow {
  std::string reason;
  std::string field;
  std::string remedy;
};

struct AlertRow {
  std::string kind;     ///< "parked", "frozen", "credentials", "direction", ...
  std::string subject;  ///< what it is about: "customers/contacts left 42"; "" in a completion: its record
  std::string message;
  std::string remedy;
};

/// Changes to a link; link_id 0 makes it (both ids needed).
struct LinkChange {
  std::int64_t link_id = 0;
  Both<std::string> id;
  LinkState state;
  Both<std::string> revision;
  Both<std::string> own_revision;
  std::optional<std::string> tombstone;  ///< reason
};

struct IntentResult {
  std::int64_t intent_id = 0;
  IntentState state = IntentState::done;
  std::string result;  ///< in words
};

/// A record waits for one that it names to get a counterpart.
struct Wait {
  RecordKey waiter;
  RecordKey awaited;
  std::string field;    ///< of the waiter, for people
  bool begins = false;  ///< it did not wait for that one before: the other one becomes dirty
  bool tried = false;   ///< work on the other one has ended without: only its link is waited for
};

/// How it stands with a record that another one would wait for.
struct Awaited {
  bool known = false;                ///< it is waited for already
  bool circular = false;             ///< it waits for the asking one itself
  std::optional<std::string> ended;  ///< work on it has ended since without a counterpart; how, in words
};

/// Work on a record that others may wait for has ended.
struct Release {
  RecordKey awaited;
  bool linked = false;  ///< it has a counterpart
};

/// How one claimed record's work ended.
struct Completion {
  RecordKey key;
  std::int64_t generation = 0;
  Outcome outcome = Outcome::unchanged;
  std::string detail;                    ///< for `explain`: why
  std::optional<milliseconds> again_in;  ///< stays dirty, due then
  // With again_in; without it the record's counts start again.
  bool burns_attempt = false;   ///< counts towards Claimed::attempts
  bool spares_attempt = false;  ///< a failure that does not count yet: raises Claimed::spared
  bool not_found = false;       ///< raises Claimed::not_found, which every other ending resets
  std::string correlation;
  std::optional<LinkChange> link;
  std::vector<HistoryEntry> history;
  std::vector<FrozenField> freeze;
  std::vector<std::string> thaw;
  /// Without it, a parked row goes once the record is in order again: after written, unchanged, linked, frozen,
  /// gone, erased, and after excluded but for a record whose link has ended (there a person decides). So do
  /// the open alerts about it, after the first four; those about frozen fields when none is left. What was
  /// written or linked puts both ends in order.
  std::optional<ParkedRow> park;
  std::vector<IntentResult> intents;
  std::vector<std::pair<RecordKey, std::vector<KeyValue>>> identity;  ///< match keys of records read
  std::vector<AlertRow> alerts;
  /// What the pair waits for now, under either of its ends; nullopt: as before.
  std::optional<std::vector<Wait>> waits;
  std::vector<Release> releases;  ///< who waits for these becomes dirty
};

/// How long what is no longer worked with is kept; evidence and event ids by whole days, history by whole months.
struct Retention {
  milliseconds evidence{7 * 24 * 3600 * 1000LL};
  milliseconds event_ids{3 * 24 * 3600 * 1000LL};
  milliseconds intents{24 * 3600 * 1000LL};      ///< ended ones
  milliseconds alerts{30 * 24 * 3600 * 1000LL};  ///< resolved ones
  std::optional<milliseconds> history{};         ///< nullopt: for ever
};

struct Watermark {
  std::optional<Instant> at;  ///< nullopt: never swept
};

/// An object's fields as a system tells them (mapping/schema/description_json.h).
struct StoredSchema {
  Native accepted;            ///< as they are gone on with: what was narrowed since is as it was
  Native live;                ///< as they were last read
  std::int64_t revision = 0;  ///< counts what was kept
};

/// Something that has changed in a field since the last look.
struct SchemaNote {
  std::string field;
  std::string kind;  ///< name_of(SchemaChangeKind)
  std::string what;  ///< in words
};

struct SchemaUpdate {
  std::string system;
  std::string object;
  StoredSchema schema;  ///< `revision`: the one that was read before
  std::vector<SchemaNote> changes;
};

}  // namespace counterpart::store
