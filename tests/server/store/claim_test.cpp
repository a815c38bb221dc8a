#include <condition_variable>
#include <set>

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Claiming : public StoreTest {
 protected:
  void accept_many(SyncId sync, int count, WorkClass work_class = WorkClass::live, const std::string& prefix = "r") {
    std::vector<Mark> marks;
    for (int i = 0; i < count; ++i) {
      marks.push_back(mark_of(left(prefix + std::to_string(i))));
      marks.back().work_class = work_class;
    }
    get(store_->mark(sync, marks));
  }

  /// A row that was due so long ago, and is seen only now.
  static void commit_late(SyncId sync, const std::string& id, const std::string& ago) {
    sql("insert into counterpart.dirty values (" + std::to_string(sync) + ", 'contacts', 0, '" + id +
        "', 1, counterpart.now() - interval '" + ago +
        "', null, 0, 0, counterpart.now(), counterpart.now(), '', null)");
  }
};

TEST_F(Claiming, GivesWhatIsDueWithAllThatIsKnown) {
  const SyncId sync = make_sync();
  accept(sync, left("1"), "d7");

  const Claim claimed = claim(sync);

  ASSERT_THAT(claimed.records, SizeIs(1));
  const Claimed& record = claimed.records[0];
  EXPECT_GT(claimed.lease, 0);
  EXPECT_EQ(record.key, left("1"));
  EXPECT_EQ(record.generation, 1);
  EXPECT_EQ(record.attempts, 0);
  EXPECT_EQ(record.correlation, "c1");
  EXPECT_EQ(record.first_news, record.last_news);
  EXPECT_EQ(record.link, std::nullopt);
  EXPECT_THAT(record.open_intents, IsEmpty());
}

TEST_F(Claiming, NothingIsGivenBeforeItIsDueAndTheTimeToWaitIsTold) {
  const SyncId sync = make_sync();
  Mark mark = mark_of(left("1"));
  mark.settle = std::chrono::hours(1);
  get(store_->mark(sync, {mark}));

  const Claim claimed = claim(sync);

  EXPECT_EQ(claimed.lease, 0);
  EXPECT_THAT(claimed.records, IsEmpty());
  ASSERT_TRUE(claimed.next_due.has_value());
  EXPECT_GT(*claimed.next_due, std::chrono::minutes(59));
  EXPECT_LE(*claimed.next_due, std::chrono::hours(1));
}

TEST_F(Claiming, AnEmptyQueueHasNoNextDue) {
  EXPECT_EQ(claim(make_sync()).next_due, std::nullopt);
}

TEST_F(Claiming, MoreThanTheLimitIsDueAtOnce) {
  const SyncId sync = make_sync();
  accept_many(sync, 5);

  const Claim claimed = claim(sync, 3);

  EXPECT_THAT(claimed.records, SizeIs(3));
  EXPECT_EQ(claimed.next_due, milliseconds(0));
}

TEST_F(Claiming, ADaemonWithOtherRulesGetsNothing) {
  const SyncId sync = make_sync("customers", "v1");
  accept(sync, left("1"));
  make_sync("customers", "v2");

  EXPECT_THAT(claim(sync).records, IsEmpty());
  ClaimOrder newer = order(sync);
  newer.mapping_version = "v2";
  EXPECT_THAT(get(store_->claim(newer)).records, SizeIs(1));
}

TEST_F(Claiming, RecordsOfOtherSyncsAreLeftAlone) {
  const SyncId one = make_sync("one");
  const SyncId two = make_sync("two");
  accept(two, left("1"));

  EXPECT_THAT(claim(one).records, IsEmpty());
}

TEST_F(Claiming, TwoDaemonsNeverGetTheSameRecord) {
  const SyncId sync = make_sync();
  accept_many(sync, 100);
  const std::unique_ptr<Store> other = another_store();
  // Both stand before their COMMIT at the same time: locks, not committed leases, keep them apart.
  std::mutex mutex;
  std::condition_variable both;
  int arrived = 0;
  points_.at("commit.claim.before", [&] {
    std::unique_lock lock(mutex);
    ++arrived;
    both.notify_all();
    both.wait(lock, [&] { return arrived >= 2; });
  });
  std::vector<Claim> claims;
  const auto keep = [&](std::exception_ptr error, Claim claimed) {
    EXPECT_EQ(error, nullptr);
    claims.push_back(std::move(claimed));
  };

  boost::asio::co_spawn(io_, store_->claim(order(sync, 60)), keep);
  boost::asio::co_spawn(io_, other->claim(order(sync, 60)), keep);
  run_until([&] { return claims.size() == 2; });

  std::set<RecordKey> keys;
  for (const Claim& claimed : claims) {
    for (const Claimed& record : claimed.records) EXPECT_TRUE(keys.insert(record.key).second) << record.key.id;
  }
  EXPECT_THAT(keys, SizeIs(100));
  EXPECT_NE(claims[0].lease, claims[1].lease);
}

TEST_F(Claiming, WantedRecordsComeFirstButNotBeforeTheyAreDue) {
  const SyncId sync = make_sync();
  accept_many(sync, 20);
  Mark settling = mark_of(left("settling"));
  settling.settle = std::chrono::hours(1);
  get(store_->mark(sync, {settling}));
  ClaimOrder wanted = order(sync, 4);
  wanted.wanted = {left("r17"), left("settling"), left("unknown"), left("r18"), left("r17")};

  const Claim claimed = get(store_->claim(wanted));

  ASSERT_THAT(claimed.records, SizeIs(4));
  const std::set<std::string> first{claimed.records[0].key.id, claimed.records[1].key.id};
  EXPECT_THAT(first, ElementsAre("r17", "r18"));
  std::set<RecordKey> each;
  for (const Claimed& record : claimed.records) each.insert(record.key);
  EXPECT_THAT(each, SizeIs(4)) << "none is found by the walk again";
}

TEST_F(Claiming, AnExpiredLeaseIsTakenOverAndTheOldOnesResultIsNotStored) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim first = claim(sync);
  EXPECT_THAT(get(another_store()->claim(order(sync))).records, IsEmpty()) << "while the lease lasts";

  expire_leases();
  const std::unique_ptr<Store> heir = another_store();
  const Claim second = get(heir->claim(order(sync)));

  ASSERT_THAT(second.records, SizeIs(1));
  Completion late = done(first.records[0]);
  late.outcome = Outcome::written;
  late.alerts.push_back({"kind", "subject", "message", ""});
  EXPECT_THAT(complete(sync, first, {late}), ElementsAre(false));
  EXPECT_EQ(sql_value("select count(*) from counterpart.outcome"), "0");
  EXPECT_EQ(sql_value("select count(*) from counterpart.alert"), "0");
  EXPECT_THAT(get(heir->complete(sync, second.lease, {done(second.records[0])})), ElementsAre(true));
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");
}

TEST_F(Claiming, BothEndsOfAPairAreLeasedTogether) {
  const SyncId sync = make_sync();
  link(sync, "L", "R");
  accept(sync, left("L"));
  const Claim first = claim(sync);
  ASSERT_EQ(keys_of(first), "left L");
  ASSERT_TRUE(first.records[0].link.has_value());

  accept(sync, right("R"));
  const Claim other_end = claim(sync);

  EXPECT_THAT(other_end.records, IsEmpty());
  EXPECT_EQ(sql_value("select lease is null and attempts = 0 and due <= counterpart.now() + interval '200 ms' "
                      "from counterpart.dirty where id = 'R'"),
            "t")
      << "put back for a moment";
  complete(sync, first, {done(first.records[0])});
  sql("update counterpart.dirty set due = counterpart.now()");
  EXPECT_EQ(keys_of(claim(sync)), "right R");
}

TEST_F(Claiming, BothEndsInOneClaimShareTheLeaseUntilTheLastOfThemIsCompleted) {
  const SyncId sync = make_sync();
  link(sync, "L", "R");
  accept(sync, left("L"));
  accept(sync, right("R"));

  const Claim both = claim(sync);

  ASSERT_EQ(keys_of(both), "left L, right R");
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "2");
  complete(sync, both, {done(both.records[0])});
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "2") << "the other end is still being worked";
  EXPECT_THAT(complete(sync, both, {done(both.records[1])}), ElementsAre(true));
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "0");
}

TEST_F(Claiming, ATombstoneIsTold) {
  const SyncId sync = make_sync();
  const std::int64_t id = link(sync, "L", "R");
  sql("update counterpart.link set ended = counterpart.now(), tombstone = 'deleted on right'");
  accept(sync, left("L"));

  const Claim claimed = claim(sync);

  ASSERT_TRUE(claimed.records[0].link.has_value());
  EXPECT_EQ(claimed.records[0].link->link_id, id);
  EXPECT_TRUE(claimed.records[0].link->tombstone);
  EXPECT_EQ(claimed.records[0].link->tombstone_reason, "deleted on right");
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "1")
      << "the other end has nothing to do with it any more";
}

TEST_F(Claiming, ClassesShareTurnsSoThatNothingStarves) {
  const SyncId sync = make_sync();
  accept_many(sync, 60, WorkClass::live, "live");
  accept_many(sync, 20, WorkClass::sweep, "sweep");
  accept_many(sync, 20, WorkClass::backfill, "backfill");

  std::map<WorkClass, int> worked;
  for (int turn = 0; turn < 10; ++turn) {
    for (const Claimed& record : claim(sync, 5).records) ++worked[record.work_class];
  }

  EXPECT_EQ(worked[WorkClass::live], 35);
  EXPECT_EQ(worked[WorkClass::sweep], 10);
  EXPECT_EQ(worked[WorkClass::backfill], 5);
}

TEST_F(Claiming, OtherClassesFillWhatTheLeadingOneLeaves) {
  const SyncId sync = make_sync();
  accept_many(sync, 2, WorkClass::live, "live");
  accept_many(sync, 5, WorkClass::backfill, "backfill");

  EXPECT_THAT(claim(sync, 5).records, SizeIs(5));
}

// A row below the bound that claims remember is found: when nothing else is, and every ten seconds.
TEST_F(Claiming, WhatHidesBelowTheBoundIsFound) {
  const SyncId sync = make_sync();
  accept_many(sync, 3);
  claim(sync, 1);
  commit_late(sync, "hidden", "1 hour");

  EXPECT_THAT(keys_of(claim(sync, 1)), testing::HasSubstr("left r")) << "a bounded claim that finds work";
  clock_.move(std::chrono::seconds(10));
  EXPECT_EQ(keys_of(claim(sync, 1)), "left hidden") << "an unbounded one, after ten seconds";

  claim(sync, 50);
  sql("update counterpart.dirty set lease = null, due = counterpart.now() - interval '1 hour' where id = 'hidden'");
  sql("delete from counterpart.lease");
  clock_.move(std::chrono::seconds(2));
  EXPECT_EQ(keys_of(claim(sync, 1)), "left hidden") << "before going idle";
}

// A transaction that began before a claim and committed after it brings rows that were due before.
TEST_F(Claiming, WhatWasCommittedLateIsFoundWithinAQuarterOfASecond) {
  const SyncId sync = make_sync();
  accept_many(sync, 3);
  claim(sync, 1);
  commit_late(sync, "late", "4 s");

  EXPECT_THAT(keys_of(claim(sync, 1)), testing::HasSubstr("left r")) << "from the bound on";
  clock_.move(milliseconds(250));
  EXPECT_EQ(keys_of(claim(sync, 1)), "left late");
}

TEST_F(Claiming, WhatWasFoundByOthersRaisesTheBound) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  claim(sync);
  sql("update counterpart.dirty set lease = null, due = counterpart.now() - interval '4 s'");
  sql("delete from counterpart.lease");
  accept(sync, left("2"), "d2");

  EXPECT_EQ(keys_of(claim(sync, 1)), "left 2") << "all that was due had been found";
}

TEST_F(Claiming, AnIdleClaimThatSawOnlyPartOfTheQueueComesBackSoon) {
  const SyncId sync = make_sync();
  claim(sync);

  EXPECT_EQ(claim(sync).next_due, std::chrono::seconds(1));
  clock_.move(std::chrono::seconds(1));
  EXPECT_EQ(claim(sync).next_due, std::nullopt);
}

TEST_F(Claiming, WhoFoundAllThatIsDueLooksAgainInAMoment) {
  const SyncId sync = make_sync();
  accept_many(sync, 2);

  EXPECT_EQ(claim(sync, 2).next_due, milliseconds(0)) << "as many as asked for";
  accept_many(sync, 2, WorkClass::live, "later");
  EXPECT_EQ(claim(sync, 3).next_due, milliseconds(10));
}

TEST_F(Claiming, ForAMomentAfterAllWasFoundOnlyFreshWorkIsClaimed) {
  const SyncId sync = make_sync();
  accept(sync, left("0"), "d0");
  claim(sync);
  for (const char* id : {"1", "2", "3", "4"}) accept(sync, left(id), id);
  const auto wanted = [&](const RecordKey& key) {
    ClaimOrder fresh = order(sync);
    fresh.wanted = {key};
    return keys_of(get(store_->claim(std::move(fresh))));
  };

  EXPECT_EQ(wanted(left("1")), "left 1");
  clock_.move(milliseconds(10));
  EXPECT_EQ(wanted(left("2")), "left 2, left 3, left 4");
  accept(sync, left("5"), "d5");
  EXPECT_EQ(wanted(left("gone")), "left 5") << "where there is none of it, what else is due";
}

TEST_F(Claiming, FirstLoadsWaitUntilTheyAreAskedFor) {
  const SyncId sync = make_sync();
  std::vector<std::string> woken;
  store_->on_dirty([&](SyncId, const std::vector<RecordKey>& keys, milliseconds) {
    for (const RecordKey& key : keys) woken.push_back(key.id);
  });
  accept_many(sync, 3, WorkClass::backfill, "old");
  accept_many(sync, 1, WorkClass::live, "new");
  run_until([&] { return !woken.empty(); });
  ClaimOrder without = order(sync);
  without.backfill = false;

  const Claim live = get(store_->claim(without));
  const Claim none = get(store_->claim(without));
  const Claim loaded = claim(sync);

  EXPECT_EQ(keys_of(live), "left new0");
  EXPECT_EQ(keys_of(none), "");
  EXPECT_GT(none.next_due, milliseconds(50)) << "it is not looked for what may not be claimed";
  EXPECT_EQ(keys_of(loaded), "left old0, left old1, left old2");
  EXPECT_THAT(woken, ElementsAre("new0"));
}

// A lease may have to be waited for, and what its last holder stored is newer than what was read before.
TEST_F(Claiming, WhatAnotherStoredBetweenPickAndLeaseIsWhatTheClaimHandsOut) {
  const SyncId sync = make_sync();
  const std::int64_t id = link(sync, "L", "R");
  accept(sync, left("L"));
  const Claim first = claim(sync);
  accept(sync, right("R"), "d2");
  Completion newer = done(first.records.at(0));
  newer.outcome = Outcome::written;
  newer.link.emplace();
  newer.link->link_id = id;
  newer.link->id = {"L", "R"};
  newer.link->revision.right = "r2";
  newer.link->state.base.right = Native(Native::Object{{"name", Native("Ann")}});
  // Stands before its COMMIT until the other waits for the lease that this one gives up.
  bool waited = false;
  points_.at("commit.complete.before", [&] {
    for (int i = 0; i < 100'000 && !waited; ++i) {
      waited = sql_value("select count(*) from pg_locks where not granted") != "0";
    }
  });
  const std::unique_ptr<Store> other = another_store();
  std::optional<Claim> second;
  bool completed = false;

  boost::asio::co_spawn(io_, store_->complete(sync, first.lease, {newer}),
                        [&](std::exception_ptr, const std::vector<bool>&) { completed = true; });
  run_until([&] { return points_.count("commit.complete.before") == 1; });
  boost::asio::co_spawn(io_, other->claim(order(sync)),
                        [&](std::exception_ptr, Claim claimed) { second = std::move(claimed); });
  run_until([&] { return completed && second.has_value(); });

  ASSERT_TRUE(waited);
  ASSERT_EQ(keys_of(*second), "right R");
  ASSERT_TRUE(second->records[0].link.has_value());
  EXPECT_EQ(second->records[0].link->revision.right, "r2");
  EXPECT_EQ(second->records[0].link->state.base.right, newer.link->state.base.right);
}

// --- leases of further keys -------------------------------------------------------------------------

TEST_F(Claiming, FurtherKeysAreLeasedAllOrNoneAGroup) {
  const SyncId sync = make_sync();
  accept_many(sync, 2);
  const Claim mine = claim(sync, 1);
  const Claim theirs = claim(sync, 1);
  const milliseconds minute = std::chrono::minutes(1);

  EXPECT_THAT(get(store_->lease_keys(sync, theirs.lease, minute, {{"key a"}})), ElementsAre(true));
  const std::vector<std::vector<std::string>> groups{
      {"key b", "key a"}, {"key c", lease_key(mine.records[0].key)}, {"key c"}};
  EXPECT_THAT(get(store_->lease_keys(sync, mine.lease, minute, groups)), ElementsAre(false, true, true));

  EXPECT_THAT(get(store_->lease_keys(sync, theirs.lease, minute, {{"key b"}})), ElementsAre(true))
      << "a group that was refused holds nothing";
  EXPECT_THAT(get(store_->lease_keys(sync, theirs.lease, minute, {{"key c"}})), ElementsAre(false));
}

TEST_F(Claiming, ReleasedWorkComesAgainSoonAndItsKeysAreFree) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim first = claim(sync);
  get(store_->lease_keys(sync, first.lease, std::chrono::minutes(1), {{"key a"}}));

  get(store_->release(sync, first.lease));

  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "0");
  EXPECT_EQ(sql_value("select lease is null and due <= counterpart.now() + interval '1 s' from counterpart.dirty"),
            "t");
  EXPECT_THAT(complete(sync, first, {done(first.records[0])}), ElementsAre(false));
}

TEST_F(Claiming, ADaemonThatStartsAgainTakesItsOwnWorkBackAtOnce) {
  const SyncId sync = make_sync();
  accept_many(sync, 2);
  settings_.daemon = "daemon a";
  const std::unique_ptr<Store> killed = another_store();
  settings_.daemon = "daemon b";
  const std::unique_ptr<Store> living = another_store();
  ASSERT_THAT(get(killed->claim(order(sync, 1))).records, SizeIs(1));
  const Claim others = get(living->claim(order(sync, 1)));

  settings_.daemon = "daemon a";
  const std::unique_ptr<Store> again = another_store();
  EXPECT_EQ(get(again->take_over()), 1);

  EXPECT_THAT(get(again->claim(order(sync))).records, SizeIs(1));
  EXPECT_THAT(get(living->complete(sync, others.lease, {done(others.records[0])})), ElementsAre(true));
}

}  // namespace
}  // namespace counterpart::store
