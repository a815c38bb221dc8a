#include <atomic>

#include "mapping/values/json.h"
#include "server/store/lane.h"
#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class Reports : public StoreTest {
 protected:
  static const Native& at(const Native& native, const std::string& name) {
    const Native* member = native.member(name);
    if (member == nullptr) throw std::runtime_error("no member " + name + " in " + print_json(native));
    return *member;
  }
  static std::vector<std::string> names(const Native& native) {
    std::vector<std::string> all;
    for (const auto& [name, value] : native.object()) all.push_back(name);
    return all;
  }
};

TEST_F(Reports, StatusCountsPerSync) {
  const SyncId sync = make_sync("customers");
  make_sync("another");
  link(sync, "L", "R");
  accept(sync, left("1"));
  accept(sync, left("2"), "d2");
  claim(sync, 1);
  sql("update counterpart.dirty set first_news = first_news - interval '100 s' where lease is null");

  const Native status = get(store_->status());

  const Native::Array& syncs = at(status, "syncs").array();
  ASSERT_THAT(syncs, SizeIs(2));
  EXPECT_EQ(at(syncs[0], "name").text(), "another");
  EXPECT_EQ(at(syncs[0], "oldest_seconds").number(), "0");
  const Native& customers = syncs[1];
  EXPECT_EQ(at(customers, "dirty").number(), "2");
  EXPECT_EQ(at(customers, "due").number(), "1");
  EXPECT_GE(std::stoi(at(customers, "oldest_seconds").number()), 100);
  EXPECT_EQ(at(customers, "links").number(), "1");
  EXPECT_EQ(at(customers, "tombstones").number(), "0");
  EXPECT_EQ(at(customers, "parked").number(), "0");
  EXPECT_EQ(at(customers, "frozen").number(), "0");
  EXPECT_EQ(at(customers, "waiting").number(), "0");
  EXPECT_EQ(at(customers, "open_intents").number(), "0");
  EXPECT_EQ(at(customers, "alerts").number(), "0");
}

TEST_F(Reports, ParkedListsWithReasonAndRemedy) {
  const SyncId sync = make_sync("customers");
  accept(sync, right("7"));
  const Claim claimed = claim(sync);
  Completion completion = done(claimed.records[0]);
  completion.park = ParkedRow{"reason", "field", "remedy"};
  complete(sync, claimed, {completion});

  const Native all = get(store_->parked(std::nullopt));

  ASSERT_THAT(at(all, "parked").array(), SizeIs(1));
  const Native& row = at(all, "parked").array()[0];
  EXPECT_THAT(names(row), ElementsAre("id", "sync", "mapping", "side", "record", "reason", "field", "remedy", "since",
                                      "correlation"));
  EXPECT_EQ(at(row, "sync").text(), "customers");
  EXPECT_EQ(at(row, "side").text(), "right");
  EXPECT_EQ(at(row, "record").text(), "7");
  EXPECT_EQ(get(store_->parked_one(std::stoll(at(row, "id").number()))), row);
  EXPECT_TRUE(get(store_->parked_one(123456)).is_null());
  EXPECT_THAT(at(get(store_->parked("customers")), "parked").array(), SizeIs(1));
  EXPECT_THAT(at(get(store_->parked("another")), "parked").array(), SizeIs(0));
}

TEST_F(Reports, ExplainTellsTheWholeStory) {
  const SyncId sync = make_sync("customers");
  accept(sync, left("L"), "webhook 1");
  Claim claimed = claim(sync);
  IntentRow intent;
  intent.source = left("L");
  intent.target = Side::right;
  intent.operation = "create";
  const std::vector<std::int64_t> ids = get(store_->begin_intents(sync, claimed.lease, {intent}));
  Completion completion = done(claimed.records[0]);
  completion.outcome = Outcome::written;
  completion.detail = "created on right";
  completion.link.emplace();
  completion.link->id.left = "L";
  completion.link->id.right = "R";
  completion.link->state.base.left = Native::Object{{"name", "Ann"}};
  completion.link->state.base.right = Native::Object{{"full", Native::Number{"1.50"}}};
  completion.intents.push_back({ids[0], IntentState::failed, "refused"});
  completion.freeze.push_back({"phone", "manual", "1", "2"});
  HistoryEntry entry;
  entry.side = Side::right;
  entry.field = "name";
  entry.what = "create";
  entry.after = Native("Ann");
  entry.rule = "create";
  completion.history.push_back(entry);
  complete(sync, claimed, {completion});
  accept(sync, right("R"), "webhook 2");

  const std::vector<Store::Subject> subjects{{sync, "customers", right("R")}, {sync, "customers", left("unknown")}};
  const Native story = get(store_->explain(subjects));

  const Native::Array& records = at(story, "records").array();
  ASSERT_THAT(records, SizeIs(2));
  const Native& known = records[0];
  EXPECT_THAT(names(known), ElementsAre("sync", "mapping", "side", "record", "dirty", "link", "base", "frozen",
                                        "waiting", "parked", "outcome", "history", "intents", "evidence"));
  EXPECT_EQ(at(at(known, "dirty"), "generation").number(), "1");
  EXPECT_EQ(at(at(known, "link"), "left").text(), "L");
  EXPECT_TRUE(at(at(known, "link"), "tombstone").is_null());
  EXPECT_EQ(at(at(known, "base"), "right"), completion.link->state.base.right);
  EXPECT_EQ(at(at(known, "frozen").array()[0], "right").text(), "2");
  EXPECT_TRUE(at(known, "parked").is_null());
  EXPECT_EQ(at(at(known, "history").array()[0], "after").text(), "Ann") << "though it was the left record's work";
  EXPECT_EQ(at(at(known, "intents").array()[0], "state").text(), "failed");
  EXPECT_EQ(at(at(known, "evidence").array()[0], "delivery_key").text(), "webhook 2");
  EXPECT_TRUE(at(records[1], "link").is_null());
  EXPECT_TRUE(at(records[1], "outcome").is_null());

  const Native from_left = get(store_->explain({{sync, "customers", left("L")}}));
  EXPECT_EQ(at(at(at(from_left, "records").array()[0], "outcome"), "detail").text(), "created on right");
}

TEST_F(Reports, ExplainTellsThatAFirstLoadWaitsForBothSidesToBeListed) {
  const SyncId sync = make_sync("customers");
  Mark mark = mark_of(left("L"));
  mark.work_class = WorkClass::backfill;
  get(store_->mark(sync, {mark}));
  const auto waits_for = [&] {
    const Native story = get(store_->explain({{sync, "customers", left("L")}}));
    return at(at(at(story, "records").array()[0], "dirty"), "waits_for");
  };
  const auto listed = [&](int side) {
    sql("insert into counterpart.listing (sync_id, mapping, side, ended) values (" + std::to_string(sync) +
        ", 'contacts', " + std::to_string(side) + ", counterpart.now())");
  };

  listed(0);
  EXPECT_EQ(waits_for().text(), "the first listing of both sides to end");
  listed(1);
  EXPECT_TRUE(waits_for().is_null());
}

TEST_F(Reports, WatermarksBelongToASystemsObject) {
  const Instant at(std::chrono::microseconds(1'800'000'000'123'456));
  EXPECT_EQ(get(store_->watermark("crm", "contacts")).at, std::nullopt);

  const SweepTurn turn = get(store_->begin_sweep("crm", "contacts", milliseconds(60'000), false));
  const SweepHold hold{"crm", "contacts", turn.number.value_or(0), milliseconds(60'000)};
  EXPECT_TRUE(get(store_->save_watermark(hold, Instant{})));
  EXPECT_TRUE(get(store_->save_watermark(hold, at)));

  EXPECT_EQ(get(store_->watermark("crm", "contacts")).at, at);
  EXPECT_EQ(get(store_->watermark("erp", "contacts")).at, std::nullopt);
}

// --- upkeep -----------------------------------------------------------------------------------------

class Upkeep : public StoreTest {
 protected:
  static std::string partitions(const std::string& of) {
    return sql_value("select count(*) from pg_inherits where inhparent = 'counterpart." + of + "'::regclass");
  }

  static Retention kept_for(int days) {
    const milliseconds time = std::chrono::hours(24 * days);
    return {time, time, time, time, time};
  }

  /// Lets the reader end even where the test fails before.
  struct Release {
    std::atomic<bool>& upkept;
    void now() const {
      upkept = true;
      upkept.notify_all();
    }
    ~Release() { now(); }
  };

  std::atomic<bool> reading_{false};
  std::atomic<bool> upkept_{false};
};

TEST_F(Upkeep, PartitionsAreMadeAheadAndNoneIsMissed) {
  const SyncId sync = make_sync();
  EXPECT_GE(std::stoi(partitions("evidence")), 4) << "today, two days ahead, and the one for the rest";
  EXPECT_GE(std::stoi(partitions("history")), 3);

  // Nobody made today's: the row goes to the spare one, and moves when it is made.
  const std::string today = sql_value("select to_char(counterpart.now() at time zone 'UTC', 'YYYYMMDD')");
  sql("drop table counterpart.evidence_" + today);
  accept(sync, left("1"));
  EXPECT_EQ(sql_value("select count(*) from counterpart.evidence_other"), "1");
  get(store_->upkeep(kept_for(1)));

  EXPECT_EQ(sql_value("select count(*) from counterpart.evidence_other"), "0");
  EXPECT_EQ(sql_value("select count(*) from counterpart.evidence_" + today), "1");
}

TEST_F(Upkeep, OldEvidenceGoesAndTodaysStays) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  sql("select counterpart.make_partition('evidence', '20200102', '2020-01-02', '2020-01-03')");
  sql("insert into counterpart.evidence select sync_id, mapping, side, id, delivery_key, '2020-01-02', received, "
      "system, correlation, headers, body from counterpart.evidence");
  sql("insert into counterpart.evidence select sync_id, mapping, side, id, delivery_key, '2019-01-02', received, "
      "system, correlation, headers, body from counterpart.evidence limit 1");
  ASSERT_EQ(sql_value("select count(*) from counterpart.evidence"), "3");

  get(store_->upkeep(kept_for(30)));

  EXPECT_EQ(sql_value("select count(*) from counterpart.evidence"), "1");
  EXPECT_EQ(sql_value("select to_regclass('counterpart.evidence_20200102') is null"), "t");
}

TEST_F(Upkeep, EndedIntentsAndStaleLeasesGoAndOpenIntentsStay) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  IntentRow intent;
  intent.source = left("1");
  get(store_->begin_intents(sync, claimed.lease, {intent, intent, intent}));
  sql("update counterpart.intent set state = 1, ended = counterpart.now() - interval '2 days' where intent_id = 1");
  sql("update counterpart.intent set state = 1, ended = counterpart.now() - interval '2 hours' where intent_id = 2");
  sql("update counterpart.intent set created = counterpart.now() - interval '9 days' where intent_id = 3");
  sql("update counterpart.lease set until = counterpart.now() - interval '2 hours'");

  get(store_->upkeep(kept_for(1)));

  EXPECT_THAT(sql("select intent_id from counterpart.intent order by 1"),
              ElementsAre(ElementsAre("2"), ElementsAre("3")));
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "0");
}

TEST_F(Upkeep, EventIdsAndResolvedAlertsGoWhenTheyAreOldEnough) {
  const SyncId sync = make_sync();
  for (const char* age : {"0", "9"}) {
    sql("insert into counterpart.event_seen (sync_id, event, mapping, side, id, day) values (" + std::to_string(sync) +
        ", 'e', 'contacts', 0, '1', (counterpart.now() at time zone 'UTC')::date - " + age + ")");
  }
  for (const char* kind : {"old", "young", "open"}) get(store_->store_alert(sync, {kind, "s", "m", "r"}));
  sql("update counterpart.alert set resolved = counterpart.now() - interval '9 days' where kind = 'old'");
  sql("update counterpart.alert set resolved = counterpart.now() where kind = 'young'");
  Retention kept = kept_for(30);
  kept.alerts = kept.event_ids = std::chrono::hours(24 * 8);

  get(store_->upkeep(kept));

  EXPECT_EQ(sql_value("select count(*) from counterpart.event_seen"), "1");
  EXPECT_THAT(sql("select kind from counterpart.alert order by 1"),
              ElementsAre(ElementsAre("open"), ElementsAre("young")));
}

TEST_F(Upkeep, HistoryStaysForEverUnlessItIsToGoByMonths) {
  const SyncId sync = make_sync();
  sql("select counterpart.make_partition('history', '202001', '2020-01-01', '2020-02-01')");
  for (const char* at : {"2020-01-07", "2019-01-07", "now"}) {
    sql("insert into counterpart.history (at, sync_id, mapping, side, id, link_id, written, field, what, rule, "
        "mapping_version, correlation) values ('" +
        std::string(at) + "', " + std::to_string(sync) + ", 'contacts', 0, '1', 0, 0, 'f', 'w', 'r', 'v', 'c')");
  }
  Retention kept = kept_for(30);
  kept.history.reset();

  get(store_->upkeep(kept));
  EXPECT_EQ(sql_value("select count(*) from counterpart.history"), "3");

  get(store_->upkeep(kept_for(30)));
  EXPECT_EQ(sql_value("select count(*) from counterpart.history"), "1");
  EXPECT_EQ(sql_value("select to_regclass('counterpart.history_202001') is null"), "t");
}

// As a backup does, for hours: what waits for its lock would hold up all intake behind it.
TEST_F(Upkeep, ALongReaderIsNotWaitedFor) {
  const SyncId sync = make_sync();
  sql("select counterpart.make_partition('evidence', '20200102', '2020-01-02', '2020-01-03')");
  Lane reader(io_, LaneSettings{"reader", ConnectionSettings{settings_.uri}}, points_, 1);
  std::function<int(Transaction&)> read = [this](Transaction& transaction) {
    transaction.script("lock table counterpart.evidence in access share mode");
    reading_ = true;
    reading_.notify_all();
    upkept_.wait(false);
    return 0;
  };
  const Release release{upkept_};
  int done = 0;
  const auto finished = [&](std::exception_ptr error, int) {
    EXPECT_EQ(error, nullptr);
    ++done;
  };
  boost::asio::co_spawn(io_, reader.run<int>("read", read), finished);
  io_.poll();
  reading_.wait(false);

  get(store_->upkeep(kept_for(1)));
  const int accepted = accept(sync, left("1"));
  const std::string dropped = sql_value("select to_regclass('counterpart.evidence_20200102') is null");
  release.now();
  run_until([&] { return done == 1; });
  get(store_->upkeep(kept_for(1)));

  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(dropped, "f") << "it was held";
  EXPECT_EQ(sql_value("select to_regclass('counterpart.evidence_20200102') is null"), "t");
}

// A simulation's time, set for its sessions, is what every statement goes by.
TEST_F(Upkeep, TheTimeIsTheSessionsWhereItIsSet) {
  settings_.uri += " options='-c counterpart.now=2031-02-03T04:05:06Z'";
  const std::unique_ptr<Store> later = another_store();
  const SyncId sync = get(later->register_syncs({{"customers", "v1"}})).front();

  get(later->accept({delivery_of(sync, "d", {mark_of(left("1"))})}));

  EXPECT_EQ(sql_value("select due from counterpart.dirty where due = '2031-02-03T04:05:06Z'"),
            "2031-02-03 04:05:06+00");
  EXPECT_EQ(claim(sync).lease, 0) << "not due by the real clock";
  EXPECT_EQ(keys_of(get(later->claim(order(sync)))), "left 1");
}

}  // namespace
}  // namespace counterpart::store
