#include "server/store/upkeep.h"

#include <functional>
#include <map>
#include <utility>

#include "server/store/store.h"

namespace counterpart::store {

namespace {

constexpr std::int64_t kIntentsMax = 1'000;  // a sync and transaction
constexpr int kRoundsMax = 20;
constexpr std::int64_t kRevivedMax = 500;

/// Work on whole tables: given up for now if somebody holds them. A database that is really away is met
/// again by the next transaction.
void change_tables(Session& session, const std::function<void(Transaction&)>& work) {
  try {
    session.transact("upkeep", [&work](Transaction& transaction) {
      transaction.exec("be_impatient");
      work(transaction);
    });
  } catch (const DatabaseAway& away) {
    if (away.in_doubt()) throw;
  }
}

void drop_partitions(Session& session, std::string_view statement, milliseconds kept) {
  change_tables(session,
                [statement, kept](Transaction& transaction) { transaction.exec(statement, Arguments{kept.count()}); });
}

}  // namespace

void make_partitions(Session& session) {
  change_tables(session, [](Transaction& transaction) { transaction.exec("make_partitions"); });
}

void run_upkeep(Session& session, const Retention& kept) {
  make_partitions(session);
  drop_partitions(session, "drop_evidence", kept.evidence);
  drop_partitions(session, "drop_events", kept.event_ids);
  if (kept.history) drop_partitions(session, "drop_history", *kept.history);
  session.transact("upkeep", [&kept](Transaction& transaction) {
    transaction.exec("remove_stale_leases");
    transaction.exec("remove_gone_daemons");
    transaction.exec("remove_old_alerts", Arguments{kept.alerts.count()});
  });
  std::size_t removed = 1;
  for (int round = 0; round < kRoundsMax && removed > 0; ++round) {
    session.transact("upkeep", [&](Transaction& transaction) {
      removed = transaction.exec("remove_ended_intents", Arguments{kIntentsMax, kept.intents.count()}).size();
    });
  }
}

Revived revive_parked(Transaction& transaction, std::optional<std::int64_t> parked_id,
                      std::optional<std::int64_t> last) {
  Revived revived;
  revived.last = last ? *last : transaction.exec("last_parked").integer(0, 0);
  // Sorted by key, the order in which dirty rows are locked everywhere.
  std::map<std::pair<SyncId, RecordKey>, std::string> parked;
  const Rows rows = transaction.exec("take_parked", Arguments{Cell(parked_id), revived.last, kRevivedMax});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Side side = rows.integer(i, 2) == 0 ? Side::left : Side::right;
    const RecordKey key{rows.text(i, 1), side, rows.text(i, 3)};
    parked[{static_cast<SyncId>(rows.integer(i, 0)), key}] = rows.text(i, 4);
  }
  std::map<SyncId, Woken> woken;
  Columns columns(5);
  for (const auto& [where, correlation] : parked) {
    const auto& [sync, key] = where;
    columns.add({sync, key.mapping, static_cast<int>(key.side), key.id, correlation});
    woken[sync].sync = sync;
    woken[sync].keys.push_back(key);
  }
  if (!columns.empty()) transaction.exec("revive", Arguments(columns));
  for (auto& [sync, one] : woken) revived.woken.push_back(std::move(one));
  revived.records = static_cast<int>(rows.size());
  revived.more = static_cast<std::int64_t>(rows.size()) == kRevivedMax;
  return revived;
}

}  // namespace counterpart::store
