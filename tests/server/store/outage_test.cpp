#include <boost/asio/post.hpp>
#include <fstream>
#include <set>
#include <signal.h>
#include <thread>

#include "server/store/lane.h"
#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;

/// As a crash of the server: no shutdown, no checkpoint.
void kill_database() {
  std::ifstream file(cluster_folder() / "postgres" / "data" / "postmaster.pid");
  pid_t postmaster = 0;
  file >> postmaster;
  ASSERT_GT(postmaster, 0);
  ::kill(postmaster, SIGQUIT);
  while (::kill(postmaster, 0) == 0 && !std::filesystem::is_empty("/proc/" + std::to_string(postmaster) + "/fd")) {
    std::this_thread::yield();
  }
}

class Outage : public StoreTest {
 protected:
  ~Outage() override {
    points_.forget();
    cluster().ensure_running();
  }

  /// Tries until it goes through; how often it was told that the database is away.
  template <class Call>
  int until_it_goes_through(Call call) {
    for (int refused = 0;; ++refused) {
      try {
        call();
        return refused;
      } catch (const DatabaseAway&) {
        run_until([started = std::chrono::steady_clock::now()] {
          return std::chrono::steady_clock::now() - started > milliseconds(20);
        });
      }
    }
  }
};

TEST_F(Outage, OfADatabaseKilledUnderLoadLosesNothingThatWasAnswered) {
  const SyncId sync = make_sync();
  std::vector<std::string> answered;
  bool stop = false;
  bool ended = false;
  int away = 0;
  const auto sender = [&]() -> boost::asio::awaitable<void> {
    int next = 0;
    while (!stop) {
      const std::string id = std::to_string(next++);
      std::vector<Delivery> deliveries{delivery_of(sync, id, {mark_of(left(id))})};
      bool stored = false;
      try {
        co_await store_->accept(std::move(deliveries));
        stored = true;
      } catch (const DatabaseAway&) {
        ++away;
      }
      if (stored) answered.push_back(id);
      if (!stored) co_await boost::asio::post(io_, boost::asio::use_awaitable);
    }
    ended = true;
  };
  boost::asio::co_spawn(io_, sender, [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
  run_until([&] { return answered.size() > 50; });

  kill_database();
  run_until([&] { return away > 0; });
  const std::size_t before = answered.size();
  ASSERT_TRUE(cluster().ensure_running());
  run_until([&] { return answered.size() > before + 50; });
  stop = true;
  run_until([&] { return ended; });

  const Table stored = sql("select id from counterpart.dirty");
  std::set<std::string> ids;
  for (const auto& row : stored) ids.insert(row[0]);
  for (const std::string& id : answered) EXPECT_TRUE(ids.contains(id)) << id;
}

TEST_F(Outage, IsToldAtOnceByEveryCallAndByPing) {
  const SyncId sync = make_sync();
  EXPECT_TRUE(get(store_->ping()));
  kill_database();

  EXPECT_THROW(get(store_->accept({delivery_of(sync, "d", {mark_of(left("1"))})})), DatabaseAway);
  EXPECT_THROW(get(store_->claim(order(sync))), DatabaseAway);
  EXPECT_THROW(get(store_->status()), DatabaseAway);
  const std::unique_ptr<Store> fresh = another_store();
  EXPECT_FALSE(get(fresh->ping()));

  ASSERT_TRUE(cluster().ensure_running());
  until_it_goes_through([&] { accept(sync, left("1")); });
  until_it_goes_through([&] { EXPECT_EQ(keys_of(claim(sync)), "left 1"); });
  EXPECT_TRUE(get(store_->ping()));
}

// A standby, or a full disk: questions are answered, and nothing can be kept.
TEST_F(Outage, ADatabaseThatTakesNoWritesIsToldByPing) {
  settings_.uri += " options='-c default_transaction_read_only=on'";
  const std::unique_ptr<Store> standby = another_store();

  EXPECT_FALSE(get(standby->ping()));
}

TEST_F(Outage, AConnectionLostWhileIdleIsMadeAgainWithoutAnyoneNoticing) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  claim(sync);

  sql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = "
      "'counterpart'");

  EXPECT_EQ(accept(sync, left("2"), "d2"), 1);
  EXPECT_EQ(keys_of(claim(sync)), "left 2");
}

TEST_F(Outage, ACommitWhoseAnswerIsLostIsInDoubt) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  points_.at("commit.accept.before", [this] {
    points_.forget();
    kill_database();
  });

  try {
    accept(sync, left("2"), "d2");
    FAIL() << "it was stored";
  } catch (const DatabaseAway& away) {
    EXPECT_TRUE(away.in_doubt());
  }
  ASSERT_TRUE(cluster().ensure_running());
  until_it_goes_through([&] { accept(sync, left("2"), "d2"); });
  EXPECT_THAT(sql("select id from counterpart.dirty order by id"), ElementsAre(ElementsAre("1"), ElementsAre("2")));
}

TEST_F(Outage, AClaimThatNeverCommittedLeavesItsRecordsToOthers) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  points_.at("commit.claim.before", [this] {
    points_.forget();
    throw std::runtime_error("a crash");
  });

  EXPECT_THROW(claim(sync), std::runtime_error);

  EXPECT_EQ(keys_of(claim(sync)), "left 1");
}

TEST_F(Outage, ACrashAfterTheCommitLeavesTheWorkDone) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  points_.at("commit.complete.after", [this] {
    points_.forget();
    throw std::runtime_error("a crash");
  });

  EXPECT_THROW(complete(sync, claimed, {done(claimed.records[0])}), std::runtime_error);

  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");
  EXPECT_THAT(complete(sync, claimed, {done(claimed.records[0])}), ElementsAre(false))
      << "said again, it changes nothing";
}

TEST_F(Outage, WorkThatItBrokeOffRunsAgainWithTheNextClaims) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim broken_off = claim(sync);
  kill_database();
  EXPECT_THROW(complete(sync, broken_off, {done(broken_off.records[0])}), DatabaseAway);

  store_->give_back(sync, broken_off.lease);
  EXPECT_THROW(claim(sync), DatabaseAway) << "it is still away";
  ASSERT_TRUE(cluster().ensure_running());
  until_it_goes_through([&] { claim(sync); });

  EXPECT_EQ(sql_value("select lease is null and due <= counterpart.now() + interval '1 s' from counterpart.dirty"),
            "t");
  EXPECT_EQ(sql_value("select attempts + interrupted from counterpart.dirty"), "0") << "it was no fault of the record";
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "0");
}

TEST_F(Outage, AClaimWhoseAnswerIsLostIsGivenBackByItself) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  points_.at("commit.claim.after", [this] {
    points_.forget();
    throw DatabaseAway("the answer is lost", true);
  });
  EXPECT_THROW(claim(sync), DatabaseAway);
  ASSERT_EQ(sql_value("select count(*) from counterpart.dirty where lease is not null"), "1");

  claim(sync);

  EXPECT_EQ(sql_value("select lease is null from counterpart.dirty"), "t");
}

/// Every process of the cluster, stopped: the sockets stay open and nobody answers.
class Frozen {
 public:
  Frozen() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::error_code error;
      const std::filesystem::path works_in = std::filesystem::read_symlink(entry.path() / "cwd", error);
      if (error || works_in != std::filesystem::canonical(cluster_folder() / "postgres" / "data")) continue;
      processes_.push_back(std::stoi(entry.path().filename().string()));
      ::kill(processes_.back(), SIGSTOP);
    }
  }
  ~Frozen() {
    for (const pid_t process : processes_) ::kill(process, SIGCONT);
  }
  std::size_t count() const { return processes_.size(); }

 private:
  std::vector<pid_t> processes_;
};

TEST_F(Outage, ASilentDatabaseIsAwayToo) {
  settings_.statement_timeout = milliseconds(200);
  const std::unique_ptr<Store> store = another_store();
  const SyncId sync = get(store->register_syncs({{"customers", "v1"}})).front();
  {
    const Frozen frozen;
    ASSERT_GT(frozen.count(), 3U);
    EXPECT_THROW(get(store->accept({delivery_of(sync, "d", {mark_of(left("1"))})})), DatabaseAway);
  }
  until_it_goes_through([&] { get(store->accept({delivery_of(sync, "d", {mark_of(left("1"))})})); });
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "1");
}

TEST_F(Outage, SerializationFaultsAndDeadlocksAreTriedAgainInside) {
  Lane lane(io_, LaneSettings{"test", ConnectionSettings{settings_.uri}}, points_, 1);
  int attempts = 0;
  std::function<int(Transaction&)> work = [&](Transaction& transaction) {
    if (++attempts < 3) transaction.script("do $$ begin raise exception 'conflict' using errcode = '40001'; end $$");
    return attempts;
  };

  EXPECT_EQ(get(lane.run<int>("test", work)), 3);

  std::function<int(Transaction&)> wrong = [](Transaction& transaction) {
    transaction.script("select no_such_column");
    return 0;
  };
  EXPECT_THROW(get(lane.run<int>("test", wrong)), StoreError);
  std::function<int(Transaction&)> full = [](Transaction& transaction) {
    transaction.script("do $$ begin raise exception 'full' using errcode = '53100'; end $$");
    return 0;
  };
  EXPECT_THROW(get(lane.run<int>("test", full)), DatabaseAway) << "a full disk passes";
}

TEST_F(Outage, AStoreThatEndsAnswersWhatStillWaits) {
  std::unique_ptr<Store> store = another_store();
  std::vector<std::exception_ptr> answers;
  for (int i = 0; i < 50; ++i) {
    boost::asio::co_spawn(
        io_, store->links_of(1, {left("1")}),
        [&](std::exception_ptr error, std::vector<std::optional<LinkRow>>) { answers.push_back(error); });
  }
  io_.poll();

  store.reset();
  run_until([&] { return answers.size() == 50; });
}

}  // namespace
}  // namespace counterpart::store
