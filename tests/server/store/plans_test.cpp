// Plans are made when a statement is first used, as a rule for a queue that is new; they must be right for a full one.
// Counted in rows that PostgreSQL looked at, not in time.
#include "server/store/claims.h"
#include "server/store/completions.h"
#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

class PlansForANewQueue : public StoreTest {
 protected:
  static constexpr int kWaiting = 20'000;
  static constexpr int kBatch = 50;

  PlansForANewQueue() {
    ConnectionSettings settings;
    settings.uri = settings_.uri;
    connection_ = std::make_unique<Connection>(settings);
  }
  ~PlansForANewQueue() override { sql("drop table if exists counterpart.looked_at"); }

  /// Claims a batch and ends it, all on one connection. Gives how many dirty rows it looked at for that.
  std::int64_t work(SyncId sync) {
    const auto batch = [&](Transaction& transaction) {
      ClaimResult claimed = claim_records(transaction, order(sync, kBatch), ClaimPlan(), "daemon");
      std::vector<Completion> completions;
      for (const Claimed& record : claimed.claim.records) completions.push_back(done(record));
      complete_records(transaction, sync, claimed.claim.lease, completions);
      transaction.script(
          "create table counterpart.looked_at as select sum(idx_tup_fetch + seq_tup_read) as rows "
          "from pg_stat_xact_user_tables where relname = 'dirty'");
    };
    connection_->transact("test", batch, points_);
    const std::int64_t rows = std::stoll(sql_value("select rows from counterpart.looked_at"));
    sql("drop table counterpart.looked_at");
    return rows;
  }

  std::unique_ptr<Connection> connection_;
};

TEST_F(PlansForANewQueue, LookAtNoMoreThanABatchOfAFullOne) {
  const SyncId sync = make_sync();
  sql("truncate counterpart.dirty, counterpart.lease");  // nothing is known of them any more
  accept(sync, left("first"));
  work(sync);
  sql("insert into counterpart.dirty (sync_id, mapping, side, id, generation, due, class, first_news, last_news, "
      "correlation) select " +
      std::to_string(sync) +
      ", 'contacts', 0, 'r' || n, 1, counterpart.now() - interval '1 minute', 0, counterpart.now(), counterpart.now(), "
      "'c' from generate_series(1, " +
      std::to_string(kWaiting) + ") n");

  EXPECT_LT(work(sync), 20 * kBatch);

  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), std::to_string(kWaiting - kBatch));
}

}  // namespace
}  // namespace counterpart::store
