// What is believed of a system's answers, and what a failure costs the record it meets.
#include "server/worker/reading.h"

#include "server/worker/endings.h"
#include "tests/server/worker/fakes.h"

namespace counterpart::test {
namespace {

using store::Claim;
using store::Claimed;
using store::Completion;
using store::Outcome;
using store::Store;
using store::Table;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = Failure::Kind;

class Working : public WorldTest {
 protected:
  /// Claims what waits, ends each item as `working` does, and stores that; gives the endings by record id.
  template <class F>
  std::map<std::string, Completion> pass(F working) {
    store::sql("update counterpart.dirty set due = counterpart.now() where lease is null");
    Claim claimed = claim(sync_);
    Work work{*store_, time_, random_, metrics_, work_settings_, topology_.syncs.front(), claimed.lease};
    work.claimed_at = claimed.at;
    work.begun = time_.uptime();
    std::vector<Item> items;
    for (const Claimed& record : claimed.records) {
      Item& item = items.emplace_back();
      item.mapping = &settings_of_sync_.mappings.front();
      item.side = record.key.side;
      item.id[item.side] = record.key.id;
      item.link = record.link;
      if (item.link) item.id = item.link->id;
      item.claimed.push_back(record);
    }
    working(work, items);
    std::map<std::string, Completion> endings;
    std::vector<Completion> completions;
    for (Item& item : items) {
      item.ending.key = item.news().key;
      item.ending.generation = item.news().generation;
      endings[item.news().key.id] = item.ending;
      completions.push_back(std::move(item.ending));
    }
    if (!completions.empty()) complete(sync_, claimed, completions);
    return endings;
  }
  std::map<std::string, Completion> read_pass() {
    return pass([this](Work& work, std::vector<Item>& items) {
      std::vector<Item*> all;
      for (Item& item : items) all.push_back(&item);
      get(read_side(work, all, Side::left));
    });
  }
  Completion fail(Kind kind, const std::string& doing = "read",
                  std::optional<std::chrono::milliseconds> retry_after = {}) {
    const auto endings = pass([&](Work& work, std::vector<Item>& items) {
      end_failure(work, items.at(0), Side::left, Failure{kind, "words", retry_after}, doing);
    });
    return endings.begin()->second;
  }
  void link_and_accept(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      link(sync_, "L" + n, "R" + n);
      accept(sync_, left("L" + n), n);
    }
  }
  FakeConnector& crm() { return *connector_.left; }
  static std::string links_ended() {
    return store::sql_value("select count(*) from counterpart.link where ended is not null");
  }

  WorkSettings work_settings_;
};

// --- not found ------------------------------------------------------------------------------------------

class NotFound : public Working {
 protected:
  NotFound() {
    accept(sync_, left("other"), "o");  // readable, as a rule
    crm().answers.emplace("other", FakeConnector::record_of("other"));
  }
  /// A pass in which the other record is read as well.
  Completion look_for(const std::string& id) {
    accept(sync_, left("other"), "again" + std::to_string(++looks_));
    return read_pass().at(id);
  }
  int looks_ = 0;
};

TEST_F(NotFound, IsBelievedAfterSoManyReadsWhileOthersAreThere) {
  link(sync_, "L", "R");
  accept(sync_, left("L"));
  for (int i = 1; i < 4; ++i) {
    EXPECT_EQ(look_for("L").again_in, std::chrono::milliseconds(2'000)) << i;
  }

  const Completion last = look_for("L");

  EXPECT_EQ(last.outcome, Outcome::parked);
  EXPECT_EQ(last.link.value().tombstone, "deleted on left");
  EXPECT_EQ(crm().listings, 0) << "the other record has shown that the object is readable";
}

TEST_F(NotFound, IsNotHelpedByFailuresOfOtherKinds) {
  link(sync_, "L", "R");
  accept(sync_, left("L"));
  crm().answers.insert_or_assign("L", Failure{Kind::retry, "500", {}});
  for (int i = 0; i < 5; ++i) look_for("L");
  crm().answers.erase("L");

  look_for("L");

  EXPECT_EQ(links_ended(), "0");
  crm().answers.insert_or_assign("L", Failure{Kind::retry, "500", {}});
  look_for("L");
  crm().answers.erase("L");
  for (int i = 0; i < 3; ++i) look_for("L");
  EXPECT_EQ(links_ended(), "0") << "counted from the start";
  look_for("L");
  EXPECT_EQ(links_ended(), "1");
}

class NothingReadable : public Working {
 protected:
  Completion look(int times) {
    Completion last;
    for (int i = 0; i < times; ++i) last = read_pass().at("L0");
    return last;
  }
};

TEST_F(NothingReadable, AListingThatFailsConfirmsNothing) {
  link_and_accept(1);
  crm().list = [](auto, auto) { return Failure{Kind::credentials, "no", {}}; };

  const Completion last = look(4);

  EXPECT_EQ(last.outcome, Outcome::retry);
  EXPECT_EQ(links_ended(), "0");
}

TEST_F(NothingReadable, AnEmptyListingConfirmsNothingWhileOthersAreLinked) {
  link_and_accept(1);
  link(sync_, "L9", "R9");

  const Completion last = look(4);

  EXPECT_EQ(last.outcome, Outcome::retry);
  EXPECT_TRUE(last.burns_attempt);
  EXPECT_EQ(links_ended(), "0");
  EXPECT_EQ(alerts(), (Table{{"vanished", "crm/contacts"}}));
}

TEST_F(NothingReadable, AListingThatShowsOthersConfirmsIt) {
  link_and_accept(1);
  link(sync_, "L9", "R9");
  crm().list = [](auto, auto) {
    ChangesPage page;
    page.ids = {"L9"};
    return page;
  };

  EXPECT_EQ(look(4).outcome, Outcome::parked);
  EXPECT_EQ(crm().listings, 1);
}

TEST_F(NothingReadable, TheOnlyLinkedRecordMayBeGoneFromAnEmptyListing) {
  link_and_accept(1);

  EXPECT_EQ(look(4).outcome, Outcome::parked);
}

TEST_F(Working, AWaveOfVanishedRecordsIsBelievedOfNone) {
  link_and_accept(6);
  for (const char* id : {"L4", "L5"}) crm().answers.insert_or_assign(id, FakeConnector::record_of(id));
  for (int i = 0; i < 6; ++i) {
    for (const auto& [id, ending] : read_pass()) {
      if (id == "L4" || id == "L5") continue;
      EXPECT_EQ(ending.outcome, Outcome::retry);
      EXPECT_TRUE(ending.burns_attempt);
    }
    for (const char* id : {"L4", "L5"}) accept(sync_, left(id), id + std::to_string(i));
  }

  EXPECT_EQ(links_ended(), "0");
  EXPECT_EQ(alerts(), (Table{{"vanished", "crm/contacts"}}));
}

TEST_F(Working, ItsAlertIsResolvedWhenAllCanBeReadAgain) {
  link_and_accept(5);
  read_pass();
  ASSERT_THAT(alerts(), SizeIs(1));
  for (int i = 0; i < 5; ++i) {
    const std::string id = "L" + std::to_string(i);
    crm().answers.insert_or_assign(id, FakeConnector::record_of(id));
  }

  read_pass();

  EXPECT_THAT(alerts(), IsEmpty());
}

// --- looked at again because a person wants it ------------------------------------------------------------

class LookingAgain : public Working {
 protected:
  LookingAgain() {
    id_ = link(sync_, "L", "R");
    accept(sync_, left("L"));
    for (int i = 0; i < 4; ++i) read_pass();
    EXPECT_EQ(links_ended(), "1");
  }
  std::int64_t id_ = 0;
};

TEST_F(LookingAgain, ARecordThatIsThereAgainGetsItsLinkBack) {
  crm().answers.insert_or_assign("L", FakeConnector::record_of("L"));
  get(store_->retry_parked(std::nullopt));

  const Completion first = read_pass().at("L");

  EXPECT_EQ(first.again_in, std::chrono::milliseconds(0));
  EXPECT_EQ(links_ended(), "0");
  store::sql("update counterpart.dirty set due = counterpart.now()");
  const Claimed next = claim(sync_).records.at(0);
  EXPECT_EQ(next.link.value().link_id, id_);
  EXPECT_FALSE(next.link->tombstone);
}

TEST_F(LookingAgain, OneThatIsStillGoneIsParkedAgain) {
  get(store_->retry_parked(std::nullopt));

  for (int i = 0; i < 4; ++i) read_pass();

  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "1");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.dirty"), "0");
}

TEST_F(LookingAgain, OneWhoseCounterpartHasAnotherIsLeftToAPerson) {
  link(sync_, "L2", "R");
  crm().answers.insert_or_assign("L", FakeConnector::record_of("L"));
  get(store_->retry_parked(std::nullopt));

  EXPECT_EQ(read_pass().at("L").outcome, Outcome::parked);
}

// --- failures -----------------------------------------------------------------------------------------

class FailingWork : public Working {
 protected:
  FailingWork() { accept(sync_, left("1")); }
  static void as_if_failing_since(const std::string& interval) {
    store::sql("update counterpart.dirty set failing_since = counterpart.now() - interval '" + interval + "'");
  }
};

TEST_F(FailingWork, ATroubledSystemIsTriedForHoursAndWithGrowingPauses) {
  for (int i = 0; i < 20; ++i) {
    const Completion ending = fail(Kind::retry);
    ASSERT_EQ(ending.outcome, Outcome::retry);
    EXPECT_TRUE(ending.burns_attempt);
    EXPECT_LE(*ending.again_in, work_settings_.backoff_most);
  }

  as_if_failing_since("5 hours");

  EXPECT_EQ(fail(Kind::retry).outcome, Outcome::parked);
}

TEST_F(FailingWork, HoursAloneDoNotParkEither) {
  fail(Kind::retry);
  as_if_failing_since("5 hours");

  EXPECT_EQ(fail(Kind::retry).outcome, Outcome::retry);
}

TEST_F(FailingWork, ASystemThatSaysWhenToComeAgainBurnsNothing) {
  const Completion ending = fail(Kind::retry, "read", std::chrono::milliseconds(30'000));

  EXPECT_FALSE(ending.burns_attempt);
  EXPECT_GE(*ending.again_in, std::chrono::milliseconds(30'000));
  EXPECT_GE(*fail(Kind::retry, "read", std::chrono::milliseconds(0)).again_in, work_settings_.backoff_first);
}

TEST_F(FailingWork, APermanentConflictEndsAfterTwoMoreTriesThanOtherFailures) {
  for (const Kind kind : {Kind::conflict, Kind::not_found}) {
    store::sql("delete from counterpart.dirty");
    accept(sync_, left("1"), std::to_string(static_cast<int>(kind)));
    int tries = 1;
    while (fail(kind, "update").outcome == Outcome::retry) ++tries;
    EXPECT_EQ(tries, 2 + work_settings_.attempts);
  }
}

TEST_F(FailingWork, ALostAnswerIsWaitedForOnceAndThenCounted) {
  EXPECT_FALSE(fail(Kind::in_doubt, "update").burns_attempt);
  const Completion second = fail(Kind::in_doubt, "update");

  EXPECT_TRUE(second.burns_attempt);
  EXPECT_GE(*second.again_in, connector_.left->call_timeout());
}

TEST_F(FailingWork, ASystemThatIsDownBurnsNothing) {
  EXPECT_FALSE(fail(Kind::system_down).burns_attempt);
  EXPECT_FALSE(fail(Kind::system_down).spares_attempt);
}

TEST_F(FailingWork, WhatEndsTheDaemonAgainAndAgainIsParked) {
  store::sql("update counterpart.dirty set interrupted = 8");

  const auto endings =
      pass([](Work& work, std::vector<Item>& items) { EXPECT_TRUE(end_if_suspect(work, items.at(0))); });

  EXPECT_EQ(endings.at("1").outcome, Outcome::parked);
}

// --- a system that refuses our user -------------------------------------------------------------------------

class Refused : public Working {
 protected:
  Refused() { crm().everything = Failure{Kind::credentials, "401", {}}; }
};

TEST_F(Refused, IsToldOnceForTheSystemAndItIsLeftAloneForAWhile) {
  link_and_accept(3);

  for (const auto& [id, ending] : read_pass()) EXPECT_FALSE(ending.burns_attempt) << id;
  read_pass();

  EXPECT_EQ(crm().reads, 1) << "no further call";
  EXPECT_EQ(alerts(), (Table{{"credentials", "crm"}}));
  time_.move(std::chrono::minutes(2));
  read_pass();
  EXPECT_EQ(crm().reads, 2);
}

TEST_F(Refused, IsOverWhenItIsLetIn) {
  link_and_accept(1);
  read_pass();
  time_.move(std::chrono::minutes(2));
  crm().everything = FakeConnector::record_of("L0");

  read_pass();

  EXPECT_THAT(alerts(), IsEmpty());
}

TEST_F(Refused, WhoMayReadButNotWriteIsRefusedStill) {
  link_and_accept(1);
  fail(Kind::credentials, "update");
  time_.move(std::chrono::minutes(2));
  crm().everything = FakeConnector::record_of("L0");

  read_pass();
  EXPECT_THAT(alerts(), SizeIs(1));

  accept(sync_, left("L0"), "later");
  pass([this](Work& work, std::vector<Item>&) { get(note_let_in(work, Side::left, "update")); });
  EXPECT_THAT(alerts(), IsEmpty());
}

}  // namespace
}  // namespace counterpart::test
