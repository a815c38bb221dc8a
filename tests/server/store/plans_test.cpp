// Plans are made when a statement is first used, as a rule for a queue that is new; they must be right for a full one.
// Counted in rows that PostgreSQL looked at, not in time.
#include <pqxx/pqxx>

#include "server/store/claims.h"
#include "server/store/completions.h"
#include "server/store/statements.h"
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
      std::vector<Woken> woken;
      for (const Claimed& record : claimed.claim.records) completions.push_back(done(record));
      complete_records(transaction, sync, claimed.claim.lease, completions, woken);
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

/// What the planner believes of the queue and its leases when it makes a plan.
struct Belief {
  const char* name;
  std::vector<std::string> made_by;
};

/// As a worker's connection makes them: once, for all values.
class PlansOfTheQueue : public StoreTest, public ::testing::WithParamInterface<Belief> {
 protected:
  static constexpr const char* kTables = "counterpart.dirty, counterpart.lease";

  ~PlansOfTheQueue() override {
    sql(std::string("truncate ") + kTables);
    vacuum(kTables);
  }

  static void vacuum(const std::string& tables) { outside_transactions("vacuum (analyze) " + tables); }

  static void outside_transactions(const std::string& statement) {
    pqxx::connection connection(cluster().uri());
    pqxx::nontransaction(connection).exec(statement);
  }

  /// How tables are looked through, each with the condition that follows it: "dirty_pkey: ((sync_id = ANY …".
  static std::vector<std::string> searches(const std::string& name) {
    pqxx::connection connection(cluster().uri());
    pqxx::work work(connection);
    work.exec("prepare open_session as " + statement("open_session"));
    work.exec("execute open_session('9s', '9s', '9s', 'on', 'off', 'force_generic_plan')");
    work.exec("prepare it as " + statement(name));
    const auto count =
        work.exec("select cardinality(parameter_types) from pg_prepared_statements where name = 'it'")[0][0].as<int>();
    std::string nulls;
    for (int i = 0; i < count; ++i) nulls += i == 0 ? "null" : ", null";
    std::vector<std::string> found;
    const std::string values = nulls.empty() ? "" : "(" + nulls + ")";
    for (const auto& row : work.exec("explain (costs off) execute it" + values)) {
      const std::string line = row[0].c_str();
      if (const auto at = line.find("Index Cond: "); at != std::string::npos && !found.empty()) {
        found.back() += ": " + line.substr(at + 12);
      } else if (const auto index = line.find("Scan using "); index != std::string::npos) {
        found.push_back(line.substr(index + 11, line.find(' ', index + 11) - index - 11));
      } else if (const auto whole = line.find("Seq Scan on "); whole != std::string::npos) {
        found.push_back(line.substr(whole));
      }
    }
    return found;
  }
};

/// How a search through each begins, and what its condition has to name. No table is to be read from end to end.
const std::vector<std::pair<std::string, std::string>> kWhatASearchNames = {
    {"dirty_pkey", "(id = "},      {"dirty_pkey", "(sync_id = ANY"}, {"dirty_due", "((sync_id + 0) = "},
    {"dirty_due", "(class = "},    {"lease_pkey", "(sync_id = ANY"}, {"lease_pkey", "(key = "},
    {"lease_number_of", "(lease"}, {"Seq Scan on dirty", "nothing"}, {"Seq Scan on lease", "nothing"}};

// A search by part of a key walks all of a sync, for each row again. Found as a first load of which each pair cost 8 ms
// of PostgreSQL's time instead of 0.3.
TEST_P(PlansOfTheQueue, SearchByWholeKeysWhateverThePlannerBelieves) {
  sql(std::string("truncate ") + kTables);
  for (const std::string& statement : GetParam().made_by) outside_transactions(statement);

  for (const auto& [name, text] : statements()) {
    const bool is_of_the_queue = text.find("dirty d") != std::string::npos || text.find("lease") != std::string::npos;
    if (!is_of_the_queue || name == "take_over" || name == "remove_stale_leases" || name == "status" ||
        name == "explain" || name == "refresh_statistics")
      continue;
    for (const std::string& search : searches(name)) {
      for (const auto& [place, piece] : kWhatASearchNames) {
        EXPECT_TRUE(!search.starts_with(place) || search.find(piece) != std::string::npos) << name << ": " << search;
      }
    }
  }
}

const std::string kManyDirty =
    "insert into counterpart.dirty (sync_id, mapping, side, id, generation, due, class, first_news, last_news, "
    "correlation) "
    "select 1, 'contacts', 0, 'r' || n, 1, counterpart.now(), 0, counterpart.now(), counterpart.now(), 'c' "
    "from generate_series(1, 5000) n";
const std::string kManyLeases =
    "insert into counterpart.lease (sync_id, key, lease, until, daemon, root) "
    "select 1, 'r' || n, n / 50, counterpart.now(), 'd', '' from generate_series(1, 5000) n";

INSTANTIATE_TEST_SUITE_P(
    Beliefs, PlansOfTheQueue,
    ::testing::Values(
        Belief{"Nothing", {}}, Belief{"ThatTheyAreEmpty", {"vacuum (analyze) counterpart.dirty, counterpart.lease"}},
        Belief{"NothingAndTheyAreFull", {kManyDirty, kManyLeases}},
        Belief{"ThatTheyAreFull", {kManyDirty, kManyLeases, "vacuum (analyze) counterpart.dirty, counterpart.lease"}},
        Belief{"ThatTheyAreFullOfWhatIsGone",
               {kManyDirty, kManyLeases, "delete from counterpart.dirty where id <> 'r1'",
                "delete from counterpart.lease where key <> 'r1'", "analyze counterpart.dirty, counterpart.lease"}}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace counterpart::store
