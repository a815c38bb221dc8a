#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const milliseconds kHour = std::chrono::hours(1);

/// What becomes of a lease while its work is under way, and after its holder was lost.
class Leasing : public StoreTest {};

TEST_F(Leasing, ARenewedLeaseHoldsRecordsPairsAndFurtherKeysLonger) {
  const SyncId sync = make_sync();
  link(sync, "L", "R");
  accept(sync, left("L"));
  const Claim held = claim(sync);
  get(store_->lease_keys(sync, held.lease, milliseconds(60'000), {{"key a"}}));
  expire_leases();

  EXPECT_TRUE(get(store_->renew(sync, held.lease, kHour)));

  EXPECT_EQ(sql_value("select count(*) from counterpart.lease where until > counterpart.now() + interval '59 min'"),
            "3")
      << "the record, its counterpart, the key";
  EXPECT_EQ(sql_value("select due > counterpart.now() + interval '59 min' from counterpart.dirty"), "t");
  EXPECT_THAT(claim(sync).records, IsEmpty());
  EXPECT_THAT(complete(sync, held, {done(held.records[0])}), ElementsAre(true));
}

TEST_F(Leasing, WhatAnotherHasTakenOverIsNotRenewed) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim lost = claim(sync);
  expire_leases();
  const Claim heirs = claim(sync);
  ASSERT_THAT(heirs.records, SizeIs(1));
  const std::string until = sql_value("select until from counterpart.lease");

  EXPECT_FALSE(get(store_->renew(sync, lost.lease, kHour)));

  EXPECT_EQ(sql_value("select until from counterpart.lease"), until);
  EXPECT_EQ(sql_value("select due < counterpart.now() + interval '2 min' from counterpart.dirty"), "t");
  EXPECT_THAT(complete(sync, heirs, {done(heirs.records[0])}), ElementsAre(true));
}

TEST_F(Leasing, NothingIsLeftToRenewOnceAllIsCompleted) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim held = claim(sync);
  complete(sync, held, {done(held.records[0])});

  EXPECT_FALSE(get(store_->renew(sync, held.lease, kHour)));
}

// --- work that ended without a word -------------------------------------------------------------------

TEST_F(Leasing, WorkThatEndedWithoutAWordCountsAsAFailedAttempt) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  ASSERT_EQ(claim(sync).records.at(0).interrupted, 0);

  expire_leases();
  const Claimed again = claim(sync).records.at(0);

  EXPECT_EQ(again.attempts, 1);
  EXPECT_EQ(again.interrupted, 1);
  EXPECT_TRUE(again.failing_for.has_value());
}

TEST_F(Leasing, SoDoesWhatADaemonHeldWhenItWasKilled) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  settings_.daemon = "daemon a";
  const std::unique_ptr<Store> killed = another_store();
  get(killed->claim(order(sync)));

  ASSERT_EQ(get(another_store()->take_over()), 1);

  const Claimed again = claim(sync).records.at(0);
  EXPECT_EQ(again.attempts, 1);
  EXPECT_EQ(again.interrupted, 1);
}

TEST_F(Leasing, WhatMayKillTheDaemonIsWorkedAloneAndTheOthersTogether) {
  const SyncId sync = make_sync();
  for (const char* id : {"1", "2", "3"}) accept(sync, left(id), id);
  sql("update counterpart.dirty set interrupted = 2, due = counterpart.now() - interval '1 h' where id = '2'");

  const Claim first = claim(sync);
  const Claim rest = claim(sync);

  EXPECT_EQ(keys_of(first), "left 2");
  EXPECT_EQ(first.next_due, milliseconds(0));
  EXPECT_EQ(keys_of(rest), "left 1, left 3");
}

TEST_F(Leasing, WhatMayKillTheDaemonIsLeftOutOfABatchThatOthersLead) {
  const SyncId sync = make_sync();
  for (const char* id : {"1", "2", "3"}) accept(sync, left(id), id);
  sql("update counterpart.dirty set interrupted = 2 where id = '3'");
  sql("update counterpart.dirty set due = counterpart.now() - interval '1 h' where id = '1'");
  const std::string due = sql_value("select due from counterpart.dirty where id = '3'");

  EXPECT_EQ(keys_of(claim(sync)), "left 1, left 2");

  EXPECT_EQ(sql_value("select due from counterpart.dirty where id = '3'"), due) << "it keeps its place";
  EXPECT_EQ(keys_of(claim(sync)), "left 3");
}

TEST_F(Leasing, AnEndedPieceOfWorkClearsTheSuspicion) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  sql("update counterpart.dirty set interrupted = 2");
  const Claim claimed = claim(sync);
  Completion retry = done(claimed.records[0]);
  retry.outcome = Outcome::retry;
  retry.again_in = milliseconds(0);

  complete(sync, claimed, {retry});

  EXPECT_EQ(claim(sync).records.at(0).interrupted, 0);
}

// --- what failures leave behind -----------------------------------------------------------------------

class Failing : public Leasing {
 protected:
  /// Claims record 1, ends it as told and claims it again.
  Claimed after(const std::function<void(Completion&)>& change) {
    const Claim claimed = claim(sync_);
    Completion retry = done(claimed.records.at(0));
    retry.outcome = Outcome::retry;
    retry.again_in = milliseconds(0);
    change(retry);
    complete(sync_, claimed, {retry});
    const Claim next = claim(sync_);
    const Claimed seen = next.records.at(0);
    get(store_->release(sync_, next.lease));  // which counts nothing
    sql("update counterpart.dirty set due = counterpart.now()");
    return seen;
  }

  const SyncId sync_ = make_sync();
};

TEST_F(Failing, EachKindOfFailureHasItsOwnCount) {
  accept(sync_, left("1"));

  EXPECT_EQ(after([](Completion& retry) { retry.burns_attempt = true; }).attempts, 1);
  EXPECT_EQ(after([](Completion& retry) { retry.spares_attempt = true; }).spared, 1);
  EXPECT_EQ(after([](Completion& retry) { retry.not_found = true; }).not_found, 1);
  const Claimed last = after([](Completion& retry) { retry.not_found = true; });

  EXPECT_EQ(last.not_found, 2);
  EXPECT_EQ(last.attempts, 1);
  EXPECT_EQ(last.spared, 1);
  EXPECT_TRUE(last.failing_for.has_value());
}

TEST_F(Failing, AnyOtherEndingMakesNotFoundCountFromTheStart) {
  accept(sync_, left("1"));
  after([](Completion& retry) { retry.not_found = true; });

  EXPECT_EQ(after([](Completion& retry) { retry.burns_attempt = true; }).not_found, 0);
}

TEST_F(Failing, NewsThatCameMeanwhileStartsWithAllCountsAtZero) {
  accept(sync_, left("1"));
  after([](Completion& retry) { retry.burns_attempt = true; });
  after([](Completion& retry) { retry.spares_attempt = true; });

  const Claimed fresh = after([this](Completion& ended) {
    ended.outcome = Outcome::written;
    ended.again_in.reset();
    accept(sync_, left("1"), "later");
  });

  EXPECT_EQ(fresh.attempts, 0);
  EXPECT_EQ(fresh.spared, 0);
  EXPECT_EQ(fresh.failing_for, std::nullopt);
}

}  // namespace
}  // namespace counterpart::store
