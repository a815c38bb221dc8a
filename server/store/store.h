#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/fault_points.h"
#include "server/store/rows.h"

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
  std::string uri;              ///< libpq connection string or URI
  int work_lanes = 2;           ///< connections for queue and links, besides the one for intake
  int intake_queue = 2000;      ///< deliveries waiting at most
  milliseconds statement_timeout{5'000};
};

/// Records that became dirty, for local workers: a hint, never ownership.
using Wake = std::function<void(SyncId sync, const std::vector<RecordKey>& keys, milliseconds settle)>;

/// The durable side of everything: evidence, dirty records, leases, links, bases, intents, history.
/// Each function is one transaction on a lane. All throw DatabaseAway when the database is away
/// (lanes reconnect by themselves), StoreError for what retrying cannot mend. Serialization faults
/// and deadlocks are retried inside.
class Store {
 public:
  Store(boost::asio::io_context& io, StoreSettings settings, Clock& clock, Random& random, FaultPoints& points);
  ~Store();  ///< lanes end after what they are running
  Store(const Store&) = delete;

  // --- set-up ---------------------------------------------------------------------------------

  /// Numbers for the configured syncs (made where missing), with their mapping version made active.
  awaitable<std::vector<SyncId>> register_syncs(std::vector<std::pair<std::string, std::string>> name_and_version);

  /// True if the database answers now.
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

  /// Links that name these records (live or tombstone), with their state; nullopt where there is none.
  awaitable<std::vector<std::optional<LinkRow>>> links_of(SyncId sync, std::vector<RecordKey> records);

  /// Record ids of `side` in the identity index, for each key.
  awaitable<std::vector<std::vector<std::string>>> identities(SyncId sync, std::string mapping, Side side,
                                                              std::vector<KeyValue> keys);

  /// Adds match keys of records seen (a fence's listing) to the identity index.
  awaitable<void> index(SyncId sync, std::vector<std::pair<RecordKey, std::vector<KeyValue>>> identity);

  /// Stores intents before their calls. 0 instead of an id where the source is no longer under the lease.
  awaitable<std::vector<std::int64_t>> begin_intents(SyncId sync, LeaseNumber lease, std::vector<IntentRow> intents);

  /// The moment creates were answered: their links are stored and their intents done. Gives the link
  /// ids; 0 where a live link already names one of the records (never doubled).
  struct CreatedLink {
    std::int64_t intent_id = 0;
    std::string mapping;
    Both<std::string> id;
  };
  awaitable<std::vector<std::int64_t>> store_created(SyncId sync, std::vector<CreatedLink> created);

  /// Ends claimed records: base, history, outcome, dirty row in one transaction. A dirty row whose
  /// generation has moved stays, due at once. False where the lease was lost: nothing was stored for it.
  /// Leases of completed records are released.
  awaitable<std::vector<bool>> complete(SyncId sync, LeaseNumber lease, std::vector<Completion> completions);

  /// Releases what is left of a lease.
  awaitable<void> release(SyncId sync, LeaseNumber lease);

  // --- sweeps ---------------------------------------------------------------------------------

  awaitable<Watermark> watermark(std::string system, std::string object);
  awaitable<void> save_watermark(std::string system, std::string object, Instant at);

  // --- upkeep ---------------------------------------------------------------------------------

  /// Makes tomorrow's partitions, drops evidence older than `evidence_kept`, ended intents, stale
  /// leases. Idempotent; called once a minute or so.
  awaitable<void> upkeep(milliseconds evidence_kept);

  // --- seen from outside ----------------------------------------------------------------------

  /// Rows as JSON for the CLI and metrics; shapes are in server/control/api.h.
  awaitable<Native> status();
  awaitable<Native> parked(std::optional<std::string> sync);
  awaitable<Native> parked_one(std::int64_t parked_id);
  /// Makes parked records dirty again; gives how many. nullopt: all.
  awaitable<int> retry_parked(std::optional<std::int64_t> parked_id);
  /// The whole story of a record in every mapping where it takes part: (sync, mapping, side) named by the caller.
  struct Subject {
    SyncId sync;
    std::string sync_name;
    RecordKey key;
  };
  awaitable<Native> explain(std::vector<Subject> subjects);
  awaitable<void> store_alert(SyncId sync, AlertRow alert);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterpart::store
