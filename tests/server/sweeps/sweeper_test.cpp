// How far sweeps believe what systems say of time, and what becomes of those that fail.
#include "server/sweeps/sweeper.h"

#include "mapping/codecs/codec.h"
#include "tests/server/worker/fakes.h"

namespace counterpart::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::Table;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class Sweeping : public WorldTest {
 protected:
  Sweeping() {
    topology_.systems.pop_back();  // one system is swept; the other side has none
    topology_.syncs.front().system.right = nullptr;
    system_settings_.left.sweep_overlap = std::chrono::milliseconds(0);
    connector_.left->list = [this](auto since, const auto& page) { return answer(since, page); };
  }

  /// So many sweeps of the one object, one after the other.
  void sweep(int times = 1) {
    Sweeper sweeper(io_.get_executor(), topology_, *store_, time_, random_, metrics_, settings_);
    int slept = 0;
    time_.on_sleep = [&] {
      if (between_) between_(slept);
      store::sql("update counterpart.sweep set due = counterpart.now() where until is null");
      if (++slept == times) sweeper.stop();
    };
    sweeper.start();
    run_until([&] { return sweeper.running() == 0; });
    time_.on_sleep = nullptr;
  }

  ChangesResult answer(std::optional<Instant> since, const std::string& page) {
    asked_.push_back(since);
    if (pages_) return pages_(page);
    if (failure_) return *failure_;
    return page_;
  }
  static Record changed_at(const std::string& id, Instant at) {
    Record record = FakeConnector::record_of(id);
    record.modified = at;
    return record;
  }
  std::set<std::pair<std::string, Side>>& listed() { return topology_.syncs.front().listed; }
  static void another_daemon_sweeps() {
    store::sql("update counterpart.sweep set daemon = 'other', until = counterpart.now() + interval '1 min'");
  }
  std::optional<Instant> watermark() { return get(store_->watermark("crm", "contacts")).at; }
  static std::string waiting() {
    return store::sql_value("select coalesce(string_agg(id, ' ' order by id), '') from counterpart.dirty");
  }

  SweepSettings settings_;
  ChangesPage page_;
  std::optional<Failure> failure_;
  std::function<ChangesResult(const std::string&)> pages_;
  std::function<void(int)> between_;
  std::vector<std::optional<Instant>> asked_;
};

// --- what creates wait for --------------------------------------------------------------------------------

TEST_F(Sweeping, OnlyAListingThatCameToItsEndShowsAllThatIsThere) {
  failure_ = Failure{Failure::Kind::retry, "busy", {}};
  sweep();
  EXPECT_THAT(listed(), IsEmpty());

  failure_.reset();
  sweep();
  EXPECT_THAT(listed(), ElementsAre(Pair("contacts", Side::left))) << "though nothing is in it";
}

TEST_F(Sweeping, WhatAnotherDaemonListedLatelyIsKnownWithoutListingItAgain) {
  sweep();
  listed().clear();
  asked_.clear();
  another_daemon_sweeps();

  sweep();

  EXPECT_THAT(asked_, IsEmpty()) << "one daemon at a time";
  EXPECT_THAT(listed(), ElementsAre(Pair("contacts", Side::left)));
}

TEST_F(Sweeping, WhatWasListedLongAgoIsNotKnown) {
  sweep();
  listed().clear();
  another_daemon_sweeps();
  store::sql("update counterpart.sweep set ended = ended - interval '1 day'");

  sweep();

  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(Sweeping, WhatAnotherDaemonHasNotListedForThisMappingIsNotKnown) {
  sweep();
  listed().clear();
  another_daemon_sweeps();
  store::sql("update counterpart.listing set ended = null");

  sweep();

  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(Sweeping, ADaemonWhoseTurnWasTakenOverStopsWithoutAWord) {
  pages_ = [this](const std::string& page) {
    ChangesPage answer;
    answer.records = {changed_at(page + "1", time_.now() - hours(1))};
    answer.next = page + "x";
    if (page == "x") {
      store::sql("update counterpart.sweep set number = number + 1, daemon = 'other'");
      time_.move(settings_.lease);  // so long without a sign of life
    }
    return answer;
  };

  sweep();

  EXPECT_THAT(asked_, SizeIs(2));
  EXPECT_EQ(watermark(), std::nullopt);
  EXPECT_THAT(listed(), IsEmpty());
  EXPECT_EQ(store::sql_value("select failures from counterpart.sweep"), "0");
}

// --- first loads ------------------------------------------------------------------------------------------

TEST_F(Sweeping, AMappingThatJoinsLaterIsLoadedFromTheBeginning) {
  const Instant old = time_.now() - hours(100);
  page_.records = {changed_at("1", old)};
  sweep();
  store::sql("delete from counterpart.dirty");
  store::sql("delete from counterpart.listing");  // as before the mapping was there
  asked_.clear();

  sweep();

  EXPECT_THAT(asked_, ElementsAre(std::nullopt, old)) << "all for the new one, the changes for everybody";
  EXPECT_EQ(store::sql_value("select class from counterpart.dirty where id = '1'"), "1") << "and once more as swept";
}

TEST_F(Sweeping, AFirstLoadThatBrokeOffGoesOnWhereItCameToIfTheSystemSortsByChange) {
  connector_.left->can.sorted_changes = true;
  const Instant reached = time_.now() - hours(50);
  pages_ = [&](const std::string& page) -> ChangesResult {
    ChangesPage answer;
    answer.records = {changed_at("1", reached)};
    answer.next = "2";
    if (page.empty()) return answer;
    return Failure{Failure::Kind::retry, "busy", {}};
  };
  sweep();
  EXPECT_EQ(watermark(), std::nullopt) << "nothing is complete yet";
  asked_.clear();
  pages_ = nullptr;

  sweep();

  EXPECT_THAT(asked_, ElementsAre(reached));
  EXPECT_THAT(listed(), SizeIs(1));
  EXPECT_NE(watermark(), std::nullopt);
}

TEST_F(Sweeping, WhatIsListedIsKnownByItsMatchKeys) {
  ObjectMapping& mapping = settings_of_sync_.mappings.front();
  FieldRule& email = mapping.fields.emplace_back();
  email.name = "email";
  for (const Side side : kSides) {
    auto codec = make_codec("email", side, [](std::string_view) { return nullptr; });
    email.side[side].name = "email";
    email.side[side].paths.push_back(Path::parse("email"));
    email.side[side].codec = std::get<CodecPtr>(std::move(codec));
  }
  mapping.match.push_back({KeyKind::email, 0});
  page_.records = {FakeConnector::record_of("1")};
  page_.records[0].fields.set("email", "Ada@Example.com");

  sweep();

  const std::vector<KeyValue> wanted = match_keys(mapping, Side::left, page_.records[0]);
  ASSERT_THAT(wanted, SizeIs(1));
  EXPECT_THAT(get(store_->identities(sync_, "contacts", Side::left, wanted)), ElementsAre(ElementsAre("1")));
}

// --- the watermark --------------------------------------------------------------------------------------

TEST_F(Sweeping, ARecordDatedInTheFutureDoesNotMoveTheWatermarkThere) {
  page_.records = {changed_at("1", time_.now() + hours(24 * 365))};

  sweep();

  EXPECT_EQ(watermark(), time_.now() + settings_.clock_skew) << "our own clock bounds it";
  EXPECT_EQ(waiting(), "1");
}

TEST_F(Sweeping, TheSystemsOwnClockBoundsItWhereItIsTold) {
  page_.records = {changed_at("1", time_.now() + hours(24 * 365))};
  page_.system_time = time_.now() - minutes(10);

  sweep();

  EXPECT_EQ(watermark(), time_.now() - minutes(10));
}

TEST_F(Sweeping, AWatermarkThatStandsInTheFutureIsGivenUpAndAllIsListed) {
  page_.records = {changed_at("1", time_.now() - hours(1))};
  sweep();
  asked_.clear();
  store::sql("update counterpart.watermark set at = at + interval '365 days'");
  const auto ahead = watermark();

  sweep();

  EXPECT_THAT(asked_, ElementsAre(ahead, std::nullopt));
  EXPECT_EQ(watermark(), time_.now() - hours(1));
  EXPECT_EQ(waiting(), "1");
}

// --- listings without end -----------------------------------------------------------------------------------

TEST_F(Sweeping, AListingThatLeadsBackToAnEarlierPageIsBrokenOff) {
  pages_ = [](const std::string& page) {
    ChangesPage answer;
    answer.next = page.empty() ? "a" : page == "a" ? "b" : page == "b" ? "c" : "a";
    return answer;
  };

  sweep();

  EXPECT_LT(asked_.size(), 20U);
  EXPECT_EQ(alerts(), (Table{{"sweep", "crm/contacts"}}));
}

TEST_F(Sweeping, AListingThatBringsEverNewPagesIsBrokenOffToo) {
  settings_.pages_max = 30;
  pages_ = [](const std::string& page) {
    ChangesPage answer;
    answer.next = page + "x";
    return answer;
  };

  sweep();

  EXPECT_THAT(asked_, SizeIs(30));
  EXPECT_THAT(alerts(), SizeIs(1));
}

// --- failures -----------------------------------------------------------------------------------------

TEST_F(Sweeping, OneThatAPersonMustMendIsAlertedOnceAndTriedEverMoreRarely) {
  failure_ = Failure{Failure::Kind::credentials, "401", {}};

  sweep(10);

  EXPECT_THAT(store::sql("select kind, subject, times from counterpart.alert"),
              ElementsAre(ElementsAre("sweep", "crm/contacts", "1")));
  ASSERT_THAT(time_.pauses, SizeIs(10));
  EXPECT_LT(time_.pauses.front(), seconds(6));
  EXPECT_GE(time_.pauses[3], seconds(40));
  EXPECT_GE(time_.pauses.back(), minutes(5)) << "as rarely as it sweeps";
}

TEST_F(Sweeping, OneThatMayPassIsAlertedWhenItLasts) {
  failure_ = Failure{Failure::Kind::system_down, "no route", {}};

  sweep(4);
  EXPECT_THAT(alerts(), IsEmpty());

  sweep(5);
  EXPECT_THAT(alerts(), SizeIs(1));
}

TEST_F(Sweeping, WhenItWorksAgainTheAlertIsResolvedAndThePauseIsTheUsualOne) {
  failure_ = Failure{Failure::Kind::credentials, "401", {}};
  between_ = [this](int slept) {
    EXPECT_THAT(alerts(), SizeIs(slept == 0 ? 1 : 0));
    failure_.reset();
  };

  sweep(2);

  EXPECT_THAT(alerts(), IsEmpty());
  EXPECT_GE(time_.pauses.back(), minutes(5));
}

TEST_F(Sweeping, TheTimeThatASystemAsksForIsWaited) {
  failure_ = Failure{Failure::Kind::retry, "429", std::chrono::milliseconds(3'600'000)};

  sweep();

  EXPECT_GE(time_.pauses.back(), hours(1));
}

// --- ids that cannot be stored ----------------------------------------------------------------------------

TEST_F(Sweeping, ARecordWithAnUnusableIdIsLeftOutAndAlerted) {
  page_.records = {changed_at("1", time_.now()), changed_at(std::string(600, 'x'), time_.now())};
  page_.ids = {"2", std::string("a\0b", 3)};

  sweep(2);

  EXPECT_EQ(waiting(), "1 2");
  EXPECT_THAT(store::sql("select kind, subject, times from counterpart.alert where resolved is null"),
              ElementsAre(ElementsAre("unusable_id", "crm/contacts", "1")));
}

}  // namespace
}  // namespace counterpart::test
