#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/fault_points.h"
#include "server/store/connection_times.h"
#include "server/store/lane_host.h"
#include "server/store/rows.h"
#include "server/store/shared.h"

namespace counterpart::store {

using boost::asio::awaitable;

/// The database cannot be reached, or does not answer in time. `in_doubt`: a COMMIT was sent and
/// its answer lost.
class DatabaseAway : public std::runtime_error {
 public:
  explicit DatabaseAway(const std::string& what, bool in_doubt = false)
      : std::runtime_error(what), in_doubt_(in_doubt) {}
  bool in_doubt() const { return in_doubt_; }

 private:
  bool in_doubt_;
};

/// The bounded intake queue is full.
class IntakeFull : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A statement of ours is wrong, or the data: a bug or a culprit, not a passing fault.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct StoreSettings {
  std::string uri;          ///< libpq connection string or URI
  std::string daemon;       ///< this daemon's lasting id (of its state directory): owner of its leases
  int work_lanes = 2;       ///< connections for queue and links, besides the one for intake
  int intake_queue = 2000;  ///< deliveries waiting at most
  milliseconds statement_timeout{5'000};
  ConnectionTimes connection_times;
};

/// Records that became dirty, for local workers: a hint, never ownership.
using Wake = std::function<void(SyncId sync, const std::vector<RecordKey>& keys, milliseconds settle)>;

/// The durable side of everything: evidence, dirty records, leases, links, bases, intents, history.
/// Each function is one transaction on a lane. All throw DatabaseAway when the database is away
/// (lanes reconnect by themselves), StoreError for what retrying cannot mend. Serialization faults
/// and deadlocks are retried inside. Fault points "commit.<name>.before|after" are reached on the lanes'
/// threads; the names: register_syncs, beat, accept, mark, claim, give_back, lease_keys, leave_keys, renew, links_of,
/// identities, index, open_creates, begin_intents, store_created, complete, reopen_links, has_links, release,
/// counterparts, awaited, take_over, announce, pace, begin_sweep, keep_sweep, end_sweep, watermark, save_watermark,
/// listings, save_listings, upkeep, statistics, status, parked, retry_parked, explain, store_alert, resolve_alert,
/// schema_of, keep_schema, accept_schema, list_anew.
class Store {
 public:
  /// `host`: who runs its lanes, for simulations; nullptr: threads of their own.
  Store(boost::asio::io_context& io, StoreSettings settings, Clock& clock, Random& random, FaultPoints& points,
        LaneHost* host = nullptr);
  ~Store();  ///< end()
  Store(const Store&) = delete;

  /// Lanes end after what they are running; what waits for them is rejected, and so is what comes later.
  void end();

  // --- set-up ---------------------------------------------------------------------------------

  /// Numbers for the configured syncs (made where missing), with their mapping version made active.
  awaitable<std::vector<SyncId>> register_syncs(std::vector<std::pair<std::string, std::string>> name_and_version);

  /// At the start: gives back what an earlier run of this same daemon still held under a lease, so that
  /// a killed daemon's work runs again at once. Only sound while `daemon` can have one run at a time
  /// (the state directory is locked). Gives how many records were taken over.
  awaitable<int> take_over();

  /// True if the database commits a write within 0.8 s.
  awaitable<bool> ping();

  // --- intake ---------------------------------------------------------------------------------

  /// Stores evidence and dirty marks; returns after COMMIT. Calls that wait share one transaction; a
  /// failing batch is split by sync, then halved, until the culprits stand alone. Throws IntakeFull.
  /// Gives the number of marks that raised a generation (repeats of unique events do not).
  awaitable<int> accept(std::vector<Delivery> deliveries);

  /// Called on the io thread after each COMMIT that made records dirty.
  void on_dirty(Wake wake);

  /// Marks without evidence (sweeps, releases). Same queue class rules as accept().
  awaitable<void> mark(SyncId sync, std::vector<Mark> marks);

  // --- work -----------------------------------------------------------------------------------

  /// Claims due records of one sync under a new lease, leasing each record and its counterpart as
  /// well (all or nothing; a record whose pair is leased elsewhere is put back for a moment).
  awaitable<Claim> claim(ClaimOrder order);

  /// Leases further keys (candidates, match keys) for groups, each all or nothing, in sorted order,
  /// as long as the claim's lease. One answer a group. A key held by the same lease counts as got.
  awaitable<std::vector<bool>> lease_keys(SyncId sync, LeaseNumber lease, milliseconds duration,
                                          std::vector<std::vector<std::string>> groups);

  /// These keys, of those held under the lease, stay taken for so long whatever becomes of the lease.
  awaitable<void> leave_keys(SyncId sync, LeaseNumber lease, milliseconds duration, std::vector<std::string> keys);

  /// Extends all that is still held under a lease (records, candidates, match keys) to so long from now; what
  /// was taken over by another stays the other's. False if nothing is held any more.
  awaitable<bool> renew(SyncId sync, LeaseNumber lease, milliseconds duration);

  /// Links that name these records (live or tombstone), with their state; nullopt where there is none.
  awaitable<std::vector<std::optional<LinkRow>>> links_of(SyncId sync, std::vector<RecordKey> records);

  /// Record ids of `side` in the identity index, for each key.
  awaitable<std::vector<std::vector<std::string>>> identities(SyncId sync, std::string mapping, Side side,
                                                              std::vector<KeyValue> keys);

  /// Adds match keys of records seen (a fence's listing) to the identity index.
  awaitable<void> index(SyncId sync, std::vector<std::pair<RecordKey, std::vector<KeyValue>>> identity);

  /// Creates in these (mapping, side written to) whose outcome is not known yet, in the order in which they
  /// were begun.
  awaitable<std::vector<IntentRow>> open_creates(SyncId sync, std::vector<std::pair<std::string, Side>> targets);

  /// Stores intents before their calls. 0 instead of an id where the source is no longer under the lease.
  awaitable<std::vector<std::int64_t>> begin_intents(SyncId sync, LeaseNumber lease, std::vector<IntentRow> intents);

  /// The moment creates were answered: their links are stored and their intents done. Gives the link
  /// ids; 0 where a live link already names one of the records (never doubled).
  struct CreatedLink {
    std::int64_t intent_id = 0;
    std::string mapping;
    Both<std::string> id;
    LinkState state;  ///< bases as sent, until the completion stores what the system really holds
    RecordKey source;
    std::vector<HistoryEntry> history;
    std::string correlation;
  };
  /// A link of just these two that is there already counts as stored: repeating after a lost answer is safe.
  awaitable<std::vector<std::int64_t>> store_created(SyncId sync, std::vector<CreatedLink> created);

  /// Ends claimed records: base, history, outcome, dirty row in one transaction. A dirty row whose
  /// generation has moved stays, due at once. False where the lease was lost: nothing was stored for it.
  /// Leases of completed records are released. Who begins to wait for another record makes that dirty, and who waited
  /// for one that was worked becomes dirty (Completion::waits, releases). Where a link cannot be made (a live link
  /// names one of the two already) or changed (it has ended), only the results of intents, match keys and alerts are
  /// stored, the outcome becomes `retry` and the record is due again in a moment; the answer is true. A completion that
  /// the database refuses (a text with U+0000, say) is stored as parked, without spoiling the others'.
  awaitable<std::vector<bool>> complete(SyncId sync, LeaseNumber lease, std::vector<Completion> completions);

  /// The counterparts (live links) of these records' ids on the other side; one answer a record.
  awaitable<std::vector<std::optional<std::string>>> counterparts(SyncId sync, std::vector<RecordKey> records);

  /// How it stands with each second record, for which the first would wait (Completion::waits).
  awaitable<std::vector<Awaited>> awaited(SyncId sync, std::vector<std::pair<RecordKey, RecordKey>> waits);

  /// For work that broke off because the database was away: what is left of the lease is released as soon as
  /// the database answers (with the next claim of any sync), so that it runs again within seconds. Nothing is
  /// counted against its records. Claims whose own answer was lost are given back without being asked.
  void give_back(SyncId sync, LeaseNumber lease);

  /// Makes links that ended live again, as they were; for claimed records that a person wants looked at again.
  /// False where the record is no longer under the lease, or another live link names one of the two.
  struct Reopening {
    RecordKey key;
    std::int64_t link_id = 0;
  };
  awaitable<std::vector<bool>> reopen_links(SyncId sync, LeaseNumber lease, std::vector<Reopening> wanted);

  /// True if a mapping has live links besides this one.
  awaitable<bool> has_links(SyncId sync, std::string mapping, std::int64_t besides);

  /// Releases what is left of a lease. Records that nobody completed come again in a second.
  awaitable<void> release(SyncId sync, LeaseNumber lease);

  // --- sweeps ---------------------------------------------------------------------------------

  /// Begins a sweep if it is due (or `eager`: this daemon has just started) and no other daemon is at it.
  awaitable<SweepTurn> begin_sweep(std::string system, std::string object, milliseconds lease, bool eager);
  /// It goes on. False if another daemon has begun anew: then this one's ends.
  awaitable<bool> keep_sweep(SweepHold hold);
  /// It has ended, and is due again then. Gives how many have failed in a row, over all daemons; nullopt where another
  /// daemon has begun anew.
  awaitable<std::optional<int>> end_sweep(SweepHold hold, milliseconds again_in, SweepEnd end);

  awaitable<Watermark> watermark(std::string system, std::string object);
  /// As keep_sweep(); where that is false, nothing is saved.
  awaitable<bool> save_watermark(SweepHold hold, Instant at);
  /// One answer a key.
  awaitable<std::vector<Listing>> listings(std::vector<ListingKey> keys);
  /// As keep_sweep(); what was reached before stays where nothing is given.
  awaitable<bool> save_listings(SweepHold hold, std::vector<ListingKey> keys, std::optional<Instant> reached,
                                bool ended);

  // --- shared by several daemons --------------------------------------------------------------

  /// Says that this daemon is alive; gives how many others were seen within ten seconds.
  awaitable<int> beat();

  /// Tells the other daemons (and this one) some words, at once and without promise.
  awaitable<void> announce(std::string words);

  /// Called on the io thread with what is announced, and with "" whenever listening has begun anew, for then
  /// something may have been missed. Listens from the first call on.
  void on_announced(std::function<void(std::string)> heard);

  /// Asks for requests that may be sent; 0 looks only, at whether it is paused or taken for down.
  awaitable<PaceGrant> take_tokens(PaceTerms terms, int wanted);
  /// The system asked not to be called for so long.
  awaitable<void> pause_system(std::string system, microseconds how_long);
  /// It is taken for down, and not tried for `how_long`. `wait`: that without its jitter.
  awaitable<void> open_breaker(std::string system, microseconds how_long, milliseconds wait);
  /// It answers again.
  awaitable<void> close_breaker(std::string system);

  // --- upkeep ---------------------------------------------------------------------------------

  /// Makes tomorrow's partitions, drops what is older than it is to be kept, and stale leases. Idempotent;
  /// called once a minute or so.
  awaitable<void> upkeep(Retention kept);

  // --- what systems are like (server/schema) --------------------------------------------------

  /// What was last kept of an object's fields; nullopt: nothing yet.
  awaitable<std::optional<StoredSchema>> schema_of(std::string system, std::string object);
  /// Keeps it, and what has changed; nothing where another daemon has kept another one since `schema.revision` was read
  /// (0: there was none). Whether it was kept.
  awaitable<bool> keep_schema(SchemaUpdate update);
  /// A person takes an object's fields as they are now: nothing of them is stopped any more, and their alerts end.
  /// Whether the object is known.
  awaitable<bool> accept_schema(std::string system, std::string object);
  /// The object's next sweep lists all of its records.
  awaitable<void> list_anew(std::string system, std::string object);

  // --- seen from outside ----------------------------------------------------------------------

  /// As JSON for the CLI and metrics; times are ISO 8601 in UTC. Counts stop at a million.
  ///   {"syncs": [{"name", "dirty", "due", "oldest_seconds", "parked", "frozen", "waiting", "links", "tombstones",
  ///               "open_intents", "alerts"}]}
  /// `due`: waiting for a worker now; `oldest_seconds`: age of the oldest unworked news, to the millisecond, 0 if none.
  awaitable<Native> status();
  ///   {"parked": [{"id", "sync", "mapping", "side", "record", "reason", "field", "remedy", "since",
  ///                "correlation"}]}   of that sync, or of all; at most the newest ten thousand
  awaitable<Native> parked(std::optional<std::string> sync);
  /// One of these rows, or null.
  awaitable<Native> parked_one(std::int64_t parked_id);
  /// Makes parked records dirty again, to be read even where their link has ended; gives how many. nullopt: all
  /// that are parked now, some hundreds in one transaction.
  awaitable<int> retry_parked(std::optional<std::int64_t> parked_id);
  /// The whole story of a record in every mapping where it takes part: (sync, mapping, side) named by the caller.
  ///   {"records": [{"sync", "mapping", "side", "record",
  ///     "dirty": {"generation", "due", "leased", "attempts", "class", "first_news", "last_news", "correlation"} |
  ///     null, "link": {"id", "left", "right", "since", "revisions": {"left", "right"}, "ended", "tombstone"} | null,
  ///     "base": {"left": {…}, "right": {…}} | null,
  ///     "frozen": [{"field", "reason", "left", "right", "since"}],
  ///     "waiting": [{"field", "mapping", "side", "record", "since", "tried"}],
  ///     "parked": {"id", "reason", "field", "remedy", "since", "correlation"} | null,
  ///     "outcome": {"outcome", "detail", "at", "correlation"} | null,
  ///     "history": [{"at", "written", "field", "what", "before", "after", "lost", "rule", "mapping_version",
  ///                  "correlation"}],                                    the last 50 of the pair, newest first
  ///     "intents": [{"id", "created", "operation", "target", "target_id", "state", "result", "ended",
  ///                  "correlation"}],                                    the last 20 of the pair
  ///     "evidence": [{"received", "system", "delivery_key", "correlation"}]}]}              the last 10
  struct Subject {
    SyncId sync;
    std::string sync_name;
    RecordKey key;
  };
  awaitable<Native> explain(std::vector<Subject> subjects);
  awaitable<void> store_alert(SyncId sync, AlertRow alert);
  /// Its cause is gone: ends the open alert of that kind and subject, in all syncs.
  awaitable<void> resolve_alert(std::string kind, std::string subject);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterpart::store
