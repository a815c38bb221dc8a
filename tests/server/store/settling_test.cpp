#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// What was set aside for a person or alerted, and how it comes off the list again.
class Settling : public StoreTest {
 protected:
  /// Claims the one record that waits and ends its work as told.
  void work(const std::function<void(Completion&)>& change) {
    const Claim claimed = claim(sync_);
    ASSERT_THAT(claimed.records, SizeIs(1));
    Completion completion = done(claimed.records[0]);
    change(completion);
    ASSERT_THAT(complete(sync_, claimed, {completion}), ElementsAre(true));
  }
  /// News of a record, whose work then ends so.
  void work(const RecordKey& key, Outcome outcome) {
    accept(sync_, key, "d" + std::to_string(++deliveries_));
    work([outcome](Completion& completion) { completion.outcome = outcome; });
  }
  /// Parked, with the alert that goes with it.
  void park(const RecordKey& key) {
    accept(sync_, key, "d" + std::to_string(++deliveries_));
    work([&](Completion& completion) {
      completion.outcome = Outcome::parked;
      completion.park = ParkedRow{"reason", "", "remedy"};
      completion.alerts.push_back({"parked", subject_of(key), "reason", "remedy"});
    });
  }
  static std::string subject_of(const RecordKey& key) {
    return "customers/" + key.mapping + " " + std::string(name_of(key.side)) + " " + key.id;
  }
  static LinkChange change_of(std::int64_t link_id) {
    LinkChange change;
    change.link_id = link_id;
    change.id = {"L", "R"};
    return change;
  }
  /// "kind subject" of the open alerts.
  static Table open_alerts() {
    return sql("select kind, subject from counterpart.alert where resolved is null order by kind, subject");
  }
  static std::string parked() {
    return sql_value("select coalesce(string_agg(id, ' ' order by id), '') from counterpart.parked");
  }

  const SyncId sync_ = make_sync();
  int deliveries_ = 0;
};

TEST_F(Settling, ARecordInOrderLeavesTheListAndItsAlertsAreResolved) {
  for (const Outcome outcome : {Outcome::written, Outcome::unchanged, Outcome::linked, Outcome::frozen}) {
    park(left("1"));
    ASSERT_EQ(open_alerts(), (Table{{"parked", "customers/contacts left 1"}}));

    work(left("1"), outcome);

    EXPECT_EQ(parked(), "") << name_of(outcome);
    EXPECT_THAT(open_alerts(), IsEmpty()) << name_of(outcome);
  }
}

TEST_F(Settling, AnotherRecordsAlertsStay) {
  park(left("1"));
  park(left("2"));

  work(left("1"), Outcome::written);

  EXPECT_EQ(open_alerts(), (Table{{"parked", "customers/contacts left 2"}}));
}

TEST_F(Settling, WhatTellsNothingOfTheCauseLeavesTheRecordOnTheList) {
  park(left("1"));

  work(left("1"), Outcome::echo);
  EXPECT_EQ(parked(), "1");

  accept(sync_, left("1"), "later");
  work([](Completion& completion) {
    completion.outcome = Outcome::retry;
    completion.again_in = milliseconds(60'000);
  });
  EXPECT_EQ(parked(), "1");
  EXPECT_THAT(open_alerts(), SizeIs(1));
}

TEST_F(Settling, WhatLeftTheScopeLeavesTheListToo) {
  park(left("1"));

  work(left("1"), Outcome::excluded);

  EXPECT_EQ(parked(), "");
}

TEST_F(Settling, ButNotWhatAPersonDecidesBecauseItsLinkHasEnded) {
  link(sync_, "L", "R");
  sql("update counterpart.link set ended = counterpart.now(), tombstone = 'deleted on left'");
  park(right("R"));

  work(right("R"), Outcome::excluded);

  EXPECT_EQ(parked(), "R");
}

TEST_F(Settling, AWrittenPairIsInOrderAtBothEnds) {
  const std::int64_t id = link(sync_, "L", "R");
  park(left("L"));
  accept(sync_, right("R"), "r");

  work([&](Completion& completion) {
    completion.outcome = Outcome::written;
    completion.link = change_of(id);
  });

  EXPECT_EQ(parked(), "");
  EXPECT_THAT(open_alerts(), IsEmpty());
}

TEST_F(Settling, AnUnchangedRecordTellsNothingOfItsCounterpart) {
  const std::int64_t id = link(sync_, "L", "R");
  park(left("L"));
  accept(sync_, right("R"), "r");

  work([&](Completion& completion) {
    completion.outcome = Outcome::unchanged;
    completion.link = change_of(id);
  });

  EXPECT_EQ(parked(), "L");
  EXPECT_THAT(open_alerts(), SizeIs(1));
}

TEST_F(Settling, AnAlertRaisedByTheSameWorkStaysOpenAndIsCounted) {
  for (int i = 0; i < 2; ++i) {
    accept(sync_, left("1"), "n" + std::to_string(i));
    work([](Completion& completion) {
      completion.outcome = Outcome::written;
      completion.alerts.push_back({"direction", subject_of(left("1")), "message", "remedy"});
    });
  }

  EXPECT_THAT(sql("select times, resolved is null from counterpart.alert"), ElementsAre(ElementsAre("2", "t")));
}

TEST_F(Settling, AnAlertAboutFrozenFieldsEndsWhenTheLastOfThemThaws) {
  const std::int64_t id = link(sync_, "L", "R");
  accept(sync_, left("L"), "a");
  work([&](Completion& completion) {
    completion.outcome = Outcome::frozen;
    completion.link = change_of(id);
    completion.freeze = {{"name", "manual", Native("a"), Native("b")}, {"phone", "manual", Native("1"), Native("2")}};
    completion.alerts.push_back({"frozen", subject_of(left("L")), "held", ""});
  });

  accept(sync_, left("L"), "b");
  work([&](Completion& completion) {
    completion.outcome = Outcome::written;
    completion.link = change_of(id);
    completion.thaw = {"name"};
  });
  EXPECT_THAT(open_alerts(), SizeIs(1)) << "one is held still";

  accept(sync_, right("R"), "c");
  work([&](Completion& completion) {
    completion.outcome = Outcome::written;
    completion.link = change_of(id);
    completion.thaw = {"phone"};
  });
  EXPECT_THAT(open_alerts(), IsEmpty());
}

TEST_F(Settling, AResultThatTheDatabaseRefusesIsAlertedUnderTheRecordsName) {
  accept(sync_, left("1"));

  work([](Completion& completion) { completion.detail = std::string("a\0b", 3); });

  EXPECT_EQ(open_alerts(), (Table{{"parked", "customers/contacts left 1"}}));
}

TEST_F(Settling, AnAlertWhoseCauseIsGoneIsResolvedInAllSyncs) {
  const SyncId other = make_sync("suppliers");
  for (const SyncId sync : {sync_, other}) get(store_->store_alert(sync, {"credentials", "crm", "m", "r"}));
  get(store_->store_alert(sync_, {"credentials", "erp", "m", "r"}));

  get(store_->resolve_alert("credentials", "crm"));

  EXPECT_EQ(open_alerts(), (Table{{"credentials", "erp"}}));
}

// --- parked records that a person sends again ----------------------------------------------------------

TEST_F(Settling, ARevivedRecordIsToBeLookedAtUntilThatHasEnded) {
  park(left("1"));
  get(store_->retry_parked(std::nullopt));

  work([](Completion& completion) {
    completion.outcome = Outcome::retry;
    completion.again_in = milliseconds(0);
  });
  const Claim claimed = claim(sync_);
  EXPECT_TRUE(claimed.records.at(0).look_again);
  complete(sync_, claimed, {done(claimed.records[0])});
  accept(sync_, left("1"), "later");

  EXPECT_FALSE(claim(sync_).records.at(0).look_again);
}

TEST_F(Settling, ARecordWhoseWorkWasPutOffIsUnfinishedUntilItHasEnded) {
  accept(sync_, left("1"));
  work([](Completion& completion) {
    completion.outcome = Outcome::retry;
    completion.again_in = milliseconds(0);
  });

  const Claim again = claim(sync_);
  EXPECT_TRUE(again.records.at(0).unfinished);
  accept(sync_, left("1"), "meanwhile");
  complete(sync_, again, {done(again.records[0])});

  EXPECT_FALSE(claim(sync_).records.at(0).unfinished);
}

TEST_F(Settling, ManyAreRevivedInSeveralTransactions) {
  sql("insert into counterpart.parked (sync_id, mapping, side, id, reason, field, remedy, since, correlation) select " +
      std::to_string(sync_) +
      ", 'contacts', 0, 'r' || n, '', '', '', counterpart.now(), '' from generate_series(1, 1201) n");

  EXPECT_EQ(get(store_->retry_parked(std::nullopt)), 1'201);

  EXPECT_EQ(points_.count("commit.retry_parked.after"), 3);
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "1201");
  EXPECT_EQ(parked(), "");
}

TEST_F(Settling, WhatIsParkedAnewMeanwhileIsNotRevivedAgain) {
  const std::string park_one_more =
      "insert into counterpart.parked (sync_id, mapping, side, id, reason, field, remedy, since, correlation) select " +
      std::to_string(sync_) +
      ", 'contacts', 0, 'r' || nextval('counterpart.lease_number'), '', '', '', counterpart.now(), '' ";
  sql(park_one_more + "from generate_series(1, 500) n");
  points_.at("commit.retry_parked.after", [&] { sql(park_one_more); });

  EXPECT_EQ(get(store_->retry_parked(std::nullopt)), 500);
}

TEST_F(Settling, AnEndedLinkIsReopenedAsItWas) {
  const std::int64_t id = link(sync_, "L", "R");
  accept(sync_, left("L"), "a");
  work([&](Completion& completion) {
    completion.link = change_of(id);
    completion.link->state.base.left = Native(Native::Object{{"name", Native("Ann")}});
    completion.link->tombstone = "deleted on left";
  });
  accept(sync_, left("L"), "b");
  const Claim claimed = claim(sync_);
  ASSERT_TRUE(claimed.records.at(0).link->tombstone);

  EXPECT_THAT(get(store_->reopen_links(sync_, claimed.lease, {{left("L"), id}})), ElementsAre(true));

  const std::optional<LinkRow> reopened = get(store_->links_of(sync_, {right("R")})).front();
  ASSERT_TRUE(reopened.has_value());
  EXPECT_FALSE(reopened->tombstone);
  EXPECT_EQ(reopened->state.base.left.member("name")->plain(), "Ann");
  EXPECT_THAT(get(store_->reopen_links(sync_, claimed.lease, {{left("L"), id}})), ElementsAre(true)) << "said again";
}

TEST_F(Settling, AnEndedLinkStaysEndedWhereOneOfTheTwoHasAnotherOrTheLeaseIsLost) {
  const std::int64_t id = link(sync_, "L", "R");
  sql("update counterpart.link set ended = counterpart.now(), tombstone = 'deleted on left'");
  accept(sync_, left("L"));
  const Claim claimed = claim(sync_);

  EXPECT_THAT(get(store_->reopen_links(sync_, claimed.lease + 1, {{left("L"), id}})), ElementsAre(false));
  link(sync_, "L2", "R");
  EXPECT_THAT(get(store_->reopen_links(sync_, claimed.lease, {{left("L"), id}})), ElementsAre(false));
}

TEST_F(Settling, ItIsKnownWhetherAMappingHasFurtherLinks) {
  const std::int64_t id = link(sync_, "L", "R");
  EXPECT_FALSE(get(store_->has_links(sync_, "contacts", id)));

  link(sync_, "L2", "R2");
  EXPECT_TRUE(get(store_->has_links(sync_, "contacts", id)));
  EXPECT_FALSE(get(store_->has_links(sync_, "companies", id)));
}

}  // namespace
}  // namespace counterpart::store
