#include <algorithm>

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Completing : public StoreTest {
 protected:
  static Native object(const std::string& name, Native value) {
    Native native{Native::Object{}};
    native.set(name, std::move(value));
    return native;
  }
  static LinkChange new_link(const std::string& left_id, const std::string& right_id) {
    LinkChange change;
    change.id.left = left_id;
    change.id.right = right_id;
    change.state.base.left = object("name", "Ann");
    change.state.base.right = object("full", Native::Number{"1.50e1"});
    change.revision.left = "r1";
    change.own_revision.right = "r2";
    return change;
  }
  LinkRow link_of(SyncId sync, const RecordKey& key) { return get(store_->links_of(sync, {key})).front().value(); }
};

TEST_F(Completing, RemovesTheRowAndStoresTheOutcome) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  Completion completion = done(claimed.records[0]);
  completion.outcome = Outcome::echo;
  completion.detail = "our own revision";

  EXPECT_THAT(complete(sync, claimed, {completion}), ElementsAre(true));

  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");
  EXPECT_EQ(sql_value("select count(*) from counterpart.lease"), "0");
  EXPECT_THAT(sql("select id, outcome, detail, correlation from counterpart.outcome"),
              ElementsAre(ElementsAre("1", "echo", "our own revision", "c1")));
}

TEST_F(Completing, NewsThatCameMeanwhileIsDueAtOnce) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  sql("update counterpart.dirty set attempts = 4");
  const Claim claimed = claim(sync);
  accept(sync, left("1"), "d2");

  EXPECT_THAT(complete(sync, claimed, {done(claimed.records[0])}), ElementsAre(true));

  EXPECT_THAT(sql("select generation, lease, attempts, due <= counterpart.now(), first_news = last_news from "
                  "counterpart.dirty"),
              ElementsAre(ElementsAre("2", "(null)", "0", "t", "t")));
  EXPECT_EQ(sql_value("select outcome from counterpart.outcome"), "unchanged") << "the work that was done counts";
}

TEST_F(Completing, WorkToBeDoneAgainWaitsAndMustRead) {
  const SyncId sync = make_sync();
  Mark mark = mark_of(left("1"));
  mark.hint = NewsHint{"r1", "u1", {}};
  get(store_->mark(sync, {mark}));
  const Claim claimed = claim(sync);
  Completion completion = done(claimed.records[0]);
  completion.outcome = Outcome::retry;
  completion.again_in = std::chrono::hours(1);
  completion.burns_attempt = true;
  accept(sync, left("1"), "d2");

  complete(sync, claimed, {completion});

  EXPECT_THAT(sql("select attempts, lease, hints, due > counterpart.now() + interval '59 min' from counterpart.dirty"),
              ElementsAre(ElementsAre("1", "(null)", "(null)", "t")))
      << "a back-off is not shortened by the news that came meanwhile";
}

TEST_F(Completing, OneTransactionStoresTheWholeBatch) {
  const SyncId sync = make_sync();
  for (int i = 0; i < 20; ++i) accept(sync, left(std::to_string(i)), "d" + std::to_string(i));
  const Claim claimed = claim(sync);
  std::vector<Completion> completions;
  for (const Claimed& record : claimed.records) completions.push_back(done(record));
  const int before = points_.count("commit.complete.after");

  EXPECT_THAT(complete(sync, claimed, completions), Each(true));

  EXPECT_EQ(points_.count("commit.complete.after"), before + 1);
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");
}

TEST_F(Completing, ALinkIsMadeAndComesBackWithItsState) {
  const SyncId sync = make_sync();
  accept(sync, left("L"));
  const Claim claimed = claim(sync);
  Completion completion = done(claimed.records[0]);
  completion.link = new_link("L", "R");
  completion.link->state.activity["name"] = Activity{.written = {false, true},
                                                     .at = Instant(std::chrono::microseconds(1234567)),
                                                     .recent = {3, 1, 1},
                                                     .ever = {8, 2, 3},
                                                     .sent = {std::nullopt, ""}};
  completion.freeze.push_back({"phone", "two persons edited it", "1", "2"});

  complete(sync, claimed, {completion});

  const LinkRow link = link_of(sync, right("R"));
  EXPECT_EQ(link.id.left, "L");
  EXPECT_FALSE(link.tombstone);
  EXPECT_EQ(link.state.base, completion.link->state.base) << "numbers keep their spelling";
  EXPECT_EQ(link.state.activity, completion.link->state.activity);
  EXPECT_THAT(link.state.frozen, ElementsAre("phone"));
  EXPECT_EQ(link.revision.left, "r1");
  EXPECT_EQ(link.own_revision.right, "r2");
}

TEST_F(Completing, ALinkIsChangedThawedAndEnded) {
  const SyncId sync = make_sync();
  accept(sync, left("L"));
  Claim claimed = claim(sync);
  Completion first = done(claimed.records[0]);
  first.link = new_link("L", "R");
  first.freeze.push_back({"phone", "manual", "1", "2"});
  complete(sync, claimed, {first});

  accept(sync, left("L"), "d2");
  claimed = claim(sync);
  Completion second = done(claimed.records[0]);
  second.link = new_link("L", "R");
  second.link->link_id = claimed.records[0].link->link_id;
  second.link->revision.left = "r9";
  second.thaw = {"phone"};
  second.link->tombstone = "deleted on left";
  complete(sync, claimed, {second});

  const LinkRow link = link_of(sync, left("L"));
  EXPECT_TRUE(link.tombstone);
  EXPECT_EQ(link.tombstone_reason, "deleted on left");
  EXPECT_EQ(link.revision.left, "r9");
  EXPECT_THAT(link.state.frozen, IsEmpty());
  EXPECT_EQ(sql_value("select count(*) from counterpart.link"), "1") << "never removed";
}

TEST_F(Completing, ALinkThatWouldDoubleARecordBecomesARetryAndSpoilsNothing) {
  const SyncId sync = make_sync();
  link(sync, "other", "R");
  accept(sync, left("L"));
  accept(sync, left("fine"), "d2");
  const Claim claimed = claim(sync);
  std::vector<Completion> completions;
  for (const Claimed& record : claimed.records) {
    completions.push_back(done(record));
    completions.back().outcome = Outcome::linked;
    completions.back().link = new_link(record.key.id, record.key.id == "L" ? "R" : "R2");
  }

  EXPECT_THAT(complete(sync, claimed, completions), ElementsAre(true, true));

  EXPECT_THAT(sql("select id, outcome from counterpart.outcome order by id"),
              ElementsAre(ElementsAre("L", "retry"), ElementsAre("fine", "linked")));
  EXPECT_THAT(sql("select id, lease from counterpart.dirty"), ElementsAre(ElementsAre("L", "(null)")));
  EXPECT_THAT(sql("select left_id, right_id from counterpart.link order by 1"),
              ElementsAre(ElementsAre("fine", "R2"), ElementsAre("other", "R")));
}

TEST_F(Completing, AnEndedLinkNamesNobodySoANewOneMayBeMade) {
  const SyncId sync = make_sync();
  link(sync, "L", "R");
  sql("update counterpart.link set ended = counterpart.now(), tombstone = 'unlinked'");

  EXPECT_GT(link(sync, "L", "R"), 0);
  EXPECT_FALSE(link_of(sync, left("L")).tombstone) << "the living one counts";
}

TEST_F(Completing, ParksAndTheNextOtherOutcomeEndsIt) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  Claim claimed = claim(sync);
  Completion parked = done(claimed.records[0]);
  parked.outcome = Outcome::parked;
  parked.park = ParkedRow{"no such option", "status", "add it to the table"};
  complete(sync, claimed, {parked});
  EXPECT_THAT(sql("select id, reason, field, remedy from counterpart.parked"),
              ElementsAre(ElementsAre("1", "no such option", "status", "add it to the table")));
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");

  accept(sync, left("1"), "d2");
  claimed = claim(sync);
  complete(sync, claimed, {done(claimed.records[0])});

  EXPECT_EQ(sql_value("select count(*) from counterpart.parked"), "0");
}

TEST_F(Completing, AParkedRecordIsRevivedOnRequest) {
  const SyncId sync = make_sync();
  for (const char* id : {"1", "2"}) {
    accept(sync, left(id), id);
    const Claim claimed = claim(sync);
    Completion parked = done(claimed.records[0]);
    parked.park = ParkedRow{"reason", "", ""};
    complete(sync, claimed, {parked});
  }
  int woken = 0;
  store_->on_dirty(
      [&](SyncId, const std::vector<RecordKey>& keys, milliseconds) { woken += static_cast<int>(keys.size()); });

  const std::string id = sql_value("select parked_id from counterpart.parked where id = '2'");
  EXPECT_EQ(get(store_->retry_parked(std::stoll(id))), 1);
  EXPECT_EQ(get(store_->retry_parked(std::stoll(id))), 0);
  EXPECT_EQ(keys_of(claim(sync)), "left 2");
  EXPECT_EQ(get(store_->retry_parked(std::nullopt)), 1);
  EXPECT_EQ(keys_of(claim(sync)), "left 1");
  run_until([&] { return woken == 2; });
}

TEST_F(Completing, HistoryKeepsBothValuesAndTheRulesVersion) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  Completion completion = done(claimed.records[0]);
  HistoryEntry entry;
  entry.side = Side::right;
  entry.field = "name";
  entry.what = "conflict";
  entry.before = Native("Bo");
  entry.after = Native("Ann");
  entry.lost = Native("Bob");
  entry.rule = "conflict: left wins";
  completion.history.push_back(entry);

  complete(sync, claimed, {completion});

  EXPECT_THAT(sql("select side, written, field, what, before, after, lost, rule, mapping_version, correlation from "
                  "counterpart.history"),
              ElementsAre(ElementsAre("0", "1", "name", "conflict", "\"Bo\"", "\"Ann\"", "\"Bob\"",
                                      "conflict: left wins", "v1", "c1")));
}

TEST_F(Completing, ThatTheDatabaseRefusesIsParkedAndTheOthersAreStored) {
  const SyncId sync = make_sync();
  for (int i = 0; i < 9; ++i) accept(sync, left(std::to_string(i)), "d" + std::to_string(i));
  const Claim claimed = claim(sync);
  std::vector<Completion> completions;
  for (const Claimed& record : claimed.records) {
    completions.push_back(done(record));
    if (record.key.id == "4") completions.back().detail = std::string("a\0b", 3);
  }

  EXPECT_THAT(complete(sync, claimed, completions), Each(true));

  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");
  EXPECT_EQ(sql_value("select count(*) from counterpart.outcome where outcome = 'unchanged'"), "8");
  EXPECT_THAT(sql("select id, outcome from counterpart.outcome where outcome <> 'unchanged'"),
              ElementsAre(ElementsAre("4", "parked")));
  EXPECT_EQ(sql_value("select count(*) from counterpart.alert where kind = 'parked'"), "1");
}

TEST_F(Completing, AlertsAreCountedWhileOpenAndANewOneIsMadeAfterADay) {
  const SyncId sync = make_sync();
  const AlertRow alert{"parked", "customers/contacts left 1", "message", "remedy"};
  const std::string rows = "select times, resolved is not null from counterpart.alert order by alert_id";

  get(store_->store_alert(sync, alert));
  get(store_->store_alert(sync, alert));
  EXPECT_THAT(sql(rows), ElementsAre(ElementsAre("2", "f")));
  sql("update counterpart.alert set last_at = last_at - interval '25 hours'");
  get(store_->store_alert(sync, alert));

  EXPECT_THAT(sql(rows), ElementsAre(ElementsAre("2", "t"), ElementsAre("1", "f")));
}

TEST_F(Completing, MatchKeysOfARecordAreReplacedAndFoundByKey) {
  const SyncId sync = make_sync();
  const KeyValue old_mail{KeyKind::email, "ann@old.example", ""};
  const KeyValue new_mail{KeyKind::email, "ann@new.example", ""};
  const KeyValue vat{KeyKind::vat_id, "DE123", ""};
  get(store_->index(sync, {{right("R"), {old_mail, vat}}, {right("S"), {vat}}}));
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  Completion completion = done(claimed.records[0]);
  completion.identity.push_back({right("R"), {new_mail, vat}});

  complete(sync, claimed, {completion});

  const auto found = get(store_->identities(sync, "contacts", Side::right, {old_mail, new_mail, vat}));
  EXPECT_THAT(found, ElementsAre(IsEmpty(), ElementsAre("R"), ElementsAre("R", "S")));
  EXPECT_THAT(get(store_->identities(sync, "contacts", Side::left, {vat})), ElementsAre(IsEmpty()));
}

// --- intents and creates ----------------------------------------------------------------------------

class Intents : public Completing {
 protected:
  static IntentRow intent_of(const RecordKey& source, std::int64_t link_id = 0) {
    IntentRow intent;
    intent.link_id = link_id;
    intent.source = source;
    intent.target = other(source.side);
    intent.operation = link_id == 0 ? "create" : "update";
    intent.stamp = "stamp";
    intent.fields = {object("name", "Bo"), object("name", "Ann"), object("full", Native::Number{"1.0"})};
    intent.deadline = Instant(std::chrono::microseconds(1'800'000'000'123'456));
    return intent;
  }
};

TEST_F(Intents, AreStoredBeforeTheCallAndFoundByTheHeir) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim first = claim(sync);
  const std::vector<std::int64_t> ids =
      get(store_->begin_intents(sync, first.lease, {intent_of(left("1")), intent_of(left("1"))}));
  ASSERT_THAT(ids, SizeIs(2));
  EXPECT_GT(ids[0], 0);
  EXPECT_NE(ids[0], ids[1]);

  expire_leases();
  const Claim heir = get(another_store()->claim(order(sync)));

  ASSERT_THAT(heir.records, SizeIs(1));
  ASSERT_THAT(heir.records[0].open_intents, SizeIs(2));
  const IntentRow& found = heir.records[0].open_intents[0];
  const IntentRow stored = intent_of(left("1"));
  EXPECT_EQ(found.intent_id, ids[0]);
  EXPECT_EQ(found.source, stored.source);
  EXPECT_EQ(found.target, Side::right);
  EXPECT_EQ(found.operation, "create");
  EXPECT_EQ(found.stamp, "stamp");
  EXPECT_EQ(found.fields.before, stored.fields.before);
  EXPECT_EQ(found.fields.sent, stored.fields.sent);
  EXPECT_EQ(found.fields.source, stored.fields.source);
  EXPECT_EQ(found.deadline, stored.deadline);
}

TEST_F(Intents, OfALinkAreFoundFromBothEnds) {
  const SyncId sync = make_sync();
  const std::int64_t id = link(sync, "L", "R");
  accept(sync, left("L"));
  const Claim first = claim(sync);
  get(store_->begin_intents(sync, first.lease, {intent_of(left("L"), id)}));
  complete(sync, first, {done(first.records[0])});
  accept(sync, right("R"), "d2");

  const Claim second = claim(sync);

  ASSERT_THAT(second.records[0].open_intents, SizeIs(1));
  EXPECT_EQ(second.records[0].open_intents[0].source, left("L"));
}

TEST_F(Intents, AreRefusedToOneWhoHasLostTheLease) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim first = claim(sync);
  expire_leases();
  const Claim heir = get(another_store()->claim(order(sync)));

  EXPECT_THAT(get(store_->begin_intents(sync, first.lease, {intent_of(left("1"))})), ElementsAre(0));
  EXPECT_EQ(sql_value("select count(*) from counterpart.intent"), "0");
}

TEST_F(Intents, EndOnce) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  Claim claimed = claim(sync);
  const std::vector<std::int64_t> ids = get(store_->begin_intents(sync, claimed.lease, {intent_of(left("1"))}));
  Completion completion = done(claimed.records[0]);
  completion.intents.push_back({ids[0], IntentState::failed, "refused"});
  complete(sync, claimed, {completion});

  accept(sync, left("1"), "d2");
  claimed = claim(sync);
  EXPECT_THAT(claimed.records[0].open_intents, IsEmpty());
  completion = done(claimed.records[0]);
  completion.intents.push_back({ids[0], IntentState::abandoned, "late"});
  complete(sync, claimed, {completion});

  EXPECT_THAT(sql("select state, result from counterpart.intent"), ElementsAre(ElementsAre("2", "refused")));
}

TEST_F(Intents, LeaveWhenTheyAreDone) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  const std::vector<std::int64_t> ids =
      get(store_->begin_intents(sync, claimed.lease, {intent_of(left("1")), intent_of(left("1"))}));
  Completion completion = done(claimed.records[0]);
  completion.intents = {{ids[0], IntentState::done, "holds what was sent"}, {ids[1], IntentState::failed, "refused"}};
  complete(sync, claimed, {completion});

  EXPECT_THAT(sql("select intent_id, state from counterpart.intent"),
              ElementsAre(ElementsAre(std::to_string(ids[1]), "2")));
}

TEST_F(Intents, ACreatesLinkIsStoredWhenItIsAnsweredAndNeverDoubled) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim claimed = claim(sync);
  std::vector<Store::CreatedLink> created(1);
  created[0].intent_id = get(store_->begin_intents(sync, claimed.lease, {intent_of(left("1"))})).front();
  created[0].mapping = "contacts";
  created[0].id.left = "1";
  created[0].id.right = "new";
  created[0].state.base.left = object("name", "Ann");
  created[0].state.base.right = object("full", "Ann");

  const std::int64_t id = get(store_->store_created(sync, created)).front();
  EXPECT_GT(id, 0);
  EXPECT_THAT(get(store_->store_created(sync, created)), ElementsAre(id)) << "said again after a lost answer";
  created[0].id.right = "another";
  created[0].intent_id = get(store_->begin_intents(sync, claimed.lease, {intent_of(left("1"))})).front();
  EXPECT_THAT(get(store_->store_created(sync, created)), ElementsAre(0));

  EXPECT_THAT(sql("select left_id, right_id from counterpart.link"), ElementsAre(ElementsAre("1", "new")));
  EXPECT_EQ(link_of(sync, left("1")).state.base, created[0].state.base);
  EXPECT_THAT(sql("select state, result from counterpart.intent"),
              ElementsAre(ElementsAre("2", testing::HasSubstr("one of left 1 and right another is linked already"))))
      << "of the one that was linked, the history tells";
}

TEST_F(Intents, CreatesUnderWayAreToldByWhatTheyMayHaveMade) {
  const SyncId sync = make_sync();
  const std::int64_t linked = link(sync, "L", "R");
  for (const char* id : {"L", "1", "2", "3"}) accept(sync, left(id), id);
  const Claim claimed = claim(sync);
  std::vector<std::int64_t> ids;
  for (const IntentRow& intent :
       {intent_of(left("2")), intent_of(left("1")), intent_of(left("L"), linked), intent_of(left("3"))}) {
    ids.push_back(get(store_->begin_intents(sync, claimed.lease, {intent})).front());
  }
  Completion completion = done(claimed.records[0]);
  completion.intents.push_back({ids[3], IntentState::done, "created"});
  complete(sync, claimed, {completion});

  const std::vector<IntentRow> open = get(store_->open_creates(sync, {{"contacts", Side::right}}));

  ASSERT_THAT(open, SizeIs(2)) << "neither the update nor the answered one";
  EXPECT_EQ(open[0].intent_id, ids[0]) << "in the order in which they were begun";
  EXPECT_EQ(open[0].source, left("2"));
  EXPECT_EQ(open[0].fields.sent, intent_of(left("2")).fields.sent);
  EXPECT_EQ(open[1].source, left("1"));
  EXPECT_THAT(get(store_->open_creates(sync, {{"contacts", Side::left}, {"companies", Side::right}})), IsEmpty());
  EXPECT_THAT(get(store_->open_creates(make_sync("other"), {{"contacts", Side::right}})), IsEmpty());
}

// Ended intents stay for a day: a record that changes all the time has very many.
TEST_F(Intents, OpenOnesAreFoundWithoutWalkingTheEndedOnes) {
  const auto plan_of = [](const std::string& condition) {
    std::string plan;
    for (const auto& row :
         sql("set enable_seqscan = off; set enable_bitmapscan = off; set plan_cache_mode = "
             "force_generic_plan; set search_path = counterpart; explain select * from intent x where " +
             condition)) {
      plan += row[0] + "\n";
    }
    return plan;
  };

  EXPECT_THAT(plan_of("x.sync_id = 1 and x.mapping = 'm' and x.side = 0 and x.id = 'i' and x.state = 0"),
              testing::HasSubstr("intent_open_of"));
  EXPECT_THAT(plan_of("x.sync_id = 1 and x.mapping = 'm' and x.target = 0 and x.state = 0 and x.operation = 'create'"),
              testing::HasSubstr("intent_open_create"));
}

}  // namespace
}  // namespace counterpart::store
