#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::Gt;
using testing::Le;

class Sharing : public StoreTest {
 protected:
  Sharing() {
    StoreSettings settings = settings_;
    settings.daemon = "another daemon";
    other_ = std::make_unique<Store>(io_, settings, clock_, random_, points_);
  }

  PaceGrant ask(Store& of, int wanted) { return get(of.take_tokens(terms_, wanted)); }
  static void pass(seconds time) {
    sql("update counterpart.pace set filled = filled - interval '" + std::to_string(time.count()) +
        " s', paused_until = paused_until - interval '" + std::to_string(time.count()) +
        " s', open_until = open_until - interval '" + std::to_string(time.count()) +
        " s', probe_until = probe_until - interval '" + std::to_string(time.count()) + " s'");
  }

  PaceTerms terms_{"crm", 2, 5, seconds(30)};
  std::unique_ptr<Store> other_;  ///< another daemon's
};

// --- the pace of a system -------------------------------------------------------------------------------

TEST_F(Sharing, OneBucketOfTokensIsForAllDaemons) {
  EXPECT_EQ(ask(*store_, 3).tokens, 3);
  EXPECT_EQ(ask(*other_, 3).tokens, 2) << "five at once are allowed";

  const PaceGrant none = ask(*store_, 1);

  EXPECT_EQ(none.tokens, 0);
  EXPECT_THAT(none.wait, AllOf(Gt(microseconds(0)), Le(microseconds(500'000)))) << "two a second";
}

TEST_F(Sharing, TheBucketFillsAtTheConfiguredRateAndNoFurtherThanItsBrim) {
  ask(*store_, 5);

  pass(seconds(1));
  EXPECT_EQ(ask(*other_, 5).tokens, 2);

  pass(seconds(3600));
  EXPECT_EQ(ask(*other_, 100).tokens, 5);
}

TEST_F(Sharing, AnotherSystemHasABucketOfItsOwn) {
  ask(*store_, 5);
  terms_.system = "erp";

  EXPECT_EQ(ask(*store_, 5).tokens, 5);
}

TEST_F(Sharing, APauseThatOneDaemonWasAskedForHoldsForAll) {
  get(store_->pause_system("crm", seconds(20)));

  const PaceGrant told = ask(*other_, 1);

  EXPECT_EQ(told.tokens, 0);
  EXPECT_THAT(told.paused_for, AllOf(Gt(seconds(10)), Le(seconds(20))));
}

TEST_F(Sharing, AShorterPauseDoesNotEndALongerOne) {
  get(store_->pause_system("crm", seconds(20)));
  get(other_->pause_system("crm", seconds(1)));

  EXPECT_THAT(ask(*other_, 1).paused_for, Gt(seconds(10)));
}

TEST_F(Sharing, AfterAPauseNothingIsSavedUp) {
  get(store_->pause_system("crm", seconds(20)));

  pass(seconds(21));

  EXPECT_EQ(ask(*other_, 5).tokens, 2) << "of the second that has passed since";
}

TEST_F(Sharing, OfAllDaemonsOneTriesWhetherASystemIsBack) {
  get(store_->open_breaker("crm", seconds(5), seconds(4)));
  const PaceGrant closed = ask(*other_, 1);
  EXPECT_TRUE(closed.open);
  EXPECT_EQ(closed.tokens, 0);
  EXPECT_EQ(closed.open_wait, seconds(4));

  pass(seconds(6));

  EXPECT_FALSE(ask(*store_, 0).probe) << "who only looks does not try";
  EXPECT_TRUE(ask(*other_, 1).probe);
  const PaceGrant second = ask(*store_, 1);
  EXPECT_FALSE(second.probe);
  EXPECT_TRUE(second.open);
  EXPECT_THAT(second.open_for, Gt(seconds(20))) << "as long as the other one may take";
}

TEST_F(Sharing, WhoeverTriedItAndNeverSaidIsFollowedByAnother) {
  get(store_->open_breaker("crm", seconds(5), seconds(4)));
  pass(seconds(6));
  ask(*other_, 1);

  pass(seconds(31));

  EXPECT_TRUE(ask(*store_, 1).probe);
}

TEST_F(Sharing, AClosedBreakerLetsAllGoOn) {
  get(store_->open_breaker("crm", seconds(5), seconds(4)));
  get(other_->close_breaker("crm"));

  pass(seconds(1));

  const PaceGrant grant = ask(*store_, 1);
  EXPECT_FALSE(grant.open);
  EXPECT_EQ(grant.tokens, 1);
}

// --- sweeps ---------------------------------------------------------------------------------------------

class SharedSweeps : public Sharing {
 protected:
  SweepTurn begin(Store& of, bool eager = false) { return get(of.begin_sweep("crm", "contacts", seconds(60), eager)); }
  static SweepHold hold_of(const SweepTurn& turn) { return {"crm", "contacts", *turn.number, seconds(60)}; }
};

TEST_F(SharedSweeps, AreOneDaemonsAtATime) {
  const SweepTurn first = begin(*store_);
  ASSERT_TRUE(first.number);

  const SweepTurn second = begin(*other_, true);

  EXPECT_FALSE(second.number);
  EXPECT_THAT(second.again_in, AllOf(Gt(seconds(50)), Le(seconds(60))));
}

TEST_F(SharedSweeps, AreDueAgainAfterTheirIntervalWhicheverDaemonComesFirst) {
  EXPECT_EQ(get(store_->end_sweep(hold_of(begin(*store_)), seconds(300), SweepEnd::complete)), 0);
  EXPECT_FALSE(begin(*other_).number);

  sql("update counterpart.sweep set due = due - interval '300 s'");

  const SweepTurn turn = begin(*other_);
  EXPECT_TRUE(turn.number);
  EXPECT_TRUE(turn.ended_ago);
}

TEST_F(SharedSweeps, NeedNotBeDueForADaemonThatHasJustStarted) {
  get(store_->end_sweep(hold_of(begin(*store_)), seconds(300), SweepEnd::complete));

  EXPECT_TRUE(begin(*other_, true).number);
}

TEST_F(SharedSweeps, OfADaemonThatStartsAgainBeginAnewAtOnce) {
  begin(*store_);

  EXPECT_TRUE(begin(*store_).number);
}

TEST_F(SharedSweeps, ChangeNothingOnceAnotherHasBegunAnew) {
  const SweepHold lost = hold_of(begin(*store_));
  sql("update counterpart.sweep set until = until - interval '61 s'");
  const SweepHold held = hold_of(begin(*other_));
  const ListingKey key{1, "contacts", Side::left};

  EXPECT_FALSE(get(store_->keep_sweep(lost)));
  EXPECT_FALSE(get(store_->save_watermark(lost, Instant(seconds(9)))));
  EXPECT_FALSE(get(store_->save_listings(lost, {key}, std::nullopt, true)));
  EXPECT_EQ(get(store_->end_sweep(lost, seconds(1), SweepEnd::complete)), std::nullopt);

  EXPECT_TRUE(get(other_->keep_sweep(held)));
  EXPECT_EQ(get(store_->watermark("crm", "contacts")).at, std::nullopt);
  EXPECT_FALSE(get(store_->listings({key})).at(0).ended);
}

TEST_F(SharedSweeps, CountTheirFailuresOverAllDaemons) {
  EXPECT_EQ(get(store_->end_sweep(hold_of(begin(*store_)), seconds(0), SweepEnd::failed)), 1);
  EXPECT_EQ(get(other_->end_sweep(hold_of(begin(*other_)), seconds(0), SweepEnd::failed)), 2);
  EXPECT_EQ(get(store_->end_sweep(hold_of(begin(*store_)), seconds(0), SweepEnd::complete)), 0);
}

TEST_F(SharedSweeps, RememberHowFarAFirstLoadCameAndThatItEnded) {
  const SweepHold hold = hold_of(begin(*store_));
  const ListingKey key{1, "contacts", Side::left};
  const ListingKey other_side{1, "contacts", Side::right};

  EXPECT_TRUE(get(store_->save_listings(hold, {key}, Instant(seconds(9)), false)));
  EXPECT_TRUE(get(store_->save_listings(hold, {key}, std::nullopt, true)));

  const std::vector<Listing> listings = get(store_->listings({other_side, key}));
  EXPECT_FALSE(listings.at(0).ended);
  EXPECT_EQ(listings.at(0).reached, std::nullopt);
  EXPECT_TRUE(listings.at(1).ended);
  EXPECT_EQ(listings.at(1).reached, Instant(seconds(9)));
}

// --- each other -----------------------------------------------------------------------------------------

TEST_F(Sharing, DaemonsAreCountedWhileTheySayThatTheyAreAlive) {
  EXPECT_EQ(get(store_->beat()), 0);
  EXPECT_EQ(get(other_->beat()), 1);

  sql("update counterpart.daemon set seen = seen - interval '11 s'");

  EXPECT_EQ(get(other_->beat()), 0);
}

TEST_F(Sharing, WhatIsAnnouncedIsHeardByTheOthers) {
  std::vector<std::string> heard;
  other_->on_announced([&](const std::string& words) { heard.push_back(words); });
  run_until([&] { return !heard.empty(); });
  EXPECT_EQ(heard.front(), "") << "listening has begun";

  get(store_->announce("news x 1,2"));
  run_until([&] { return heard.size() >= 2; });

  EXPECT_EQ(heard.back(), "news x 1,2");
}

TEST_F(Sharing, AChangeOfASystemsPaceIsAnnounced) {
  std::vector<std::string> heard;
  other_->on_announced([&](const std::string& words) { heard.push_back(words); });
  run_until([&] { return !heard.empty(); });

  get(store_->pause_system("crm", seconds(20)));
  run_until([&] { return heard.size() >= 2; });

  EXPECT_EQ(heard.back(), "pace " + settings_.daemon + " crm");
}

TEST_F(Sharing, ALostConnectionIsListenedOnAgain) {
  std::vector<std::string> heard;
  other_->on_announced([&](const std::string& words) { heard.push_back(words); });
  run_until([&] { return !heard.empty(); });

  sql("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'");
  run_until([&] { return heard.size() >= 2; });

  EXPECT_EQ(heard.back(), "") << "something may have been missed";
  get(store_->announce("news x 1"));
  run_until([&] { return heard.size() >= 3; });
  EXPECT_THAT(heard, Contains("news x 1"));
}

}  // namespace
}  // namespace counterpart::store
