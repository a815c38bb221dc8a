#include <thread>

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::SizeIs;

constexpr const char* kDirty = "select id, generation, class, hints is null from counterpart.dirty order by id";

class Intake : public StoreTest {
 protected:
  static NewsHint hint(const std::string& revision) {
    NewsHint hint;
    hint.revision = revision;
    return hint;
  }
  Mark mark_with(const RecordKey& key, const std::string& revision) {
    Mark mark = mark_of(key);
    mark.hint = hint(revision);
    return mark;
  }
  std::optional<std::vector<std::string>> revisions(const Claimed& claimed) {
    if (!claimed.hints) return std::nullopt;
    std::vector<std::string> all;
    for (const NewsHint& each : *claimed.hints) all.push_back(each.revision);
    return all;
  }
};

TEST_F(Intake, NewsFoldsIntoOneRowWhoseGenerationCountsThePieces) {
  const SyncId sync = make_sync();

  EXPECT_EQ(
      get(store_->accept({delivery_of(sync, "d1", {mark_of(left("1")), mark_of(left("1")), mark_of(left("2"))})})), 3);
  EXPECT_EQ(accept(sync, left("1"), "d2"), 1);

  EXPECT_THAT(sql(kDirty), ElementsAre(ElementsAre("1", "3", "0", "t"), ElementsAre("2", "1", "0", "t")));
}

TEST_F(Intake, EvidenceIsKeptOncePerRecordAndARepeatedDeliveryIsNewsAllTheSame) {
  const SyncId sync = make_sync();
  const Delivery delivery = delivery_of(sync, "d1", {mark_of(left("1")), mark_of(left("2"))});

  get(store_->accept({delivery}));
  EXPECT_EQ(get(store_->accept({delivery})), 2);

  EXPECT_THAT(sql("select id, delivery_key, convert_from(body, 'UTF8'), headers->>'agent' from counterpart.evidence "
                  "order by id"),
              ElementsAre(ElementsAre("1", "d1", R"({"id":1})", "test"), ElementsAre("2", "d1", "(null)", "(null)")));
  EXPECT_EQ(sql_value("select string_agg(generation::text, ',') from counterpart.dirty"), "2,2");
}

TEST_F(Intake, ADeliveryWithoutRecordsLeavesItsEvidence) {
  const SyncId sync = make_sync();

  EXPECT_EQ(get(store_->accept({delivery_of(sync, "d1", {})})), 0);

  EXPECT_EQ(sql_value("select count(*) from counterpart.evidence where id = ''"), "1");
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "0");
}

TEST_F(Intake, TheBodyIsKeptByteForByte) {
  const SyncId sync = make_sync();
  Delivery delivery = delivery_of(sync, "d1", {});
  delivery.body = std::string("\x00\xff\\\"{", 5);

  get(store_->accept({delivery}));

  EXPECT_EQ(sql_value("select encode(body, 'hex') from counterpart.evidence"), "00ff5c227b");
}

TEST_F(Intake, ARepeatOfAUniqueEventIsNoNews) {
  const SyncId sync = make_sync();
  Mark mark = mark_of(left("1"));
  mark.unique_event = "event 7";
  Mark same_event_other_record = mark;
  same_event_other_record.key = left("2");

  EXPECT_EQ(get(store_->accept({delivery_of(sync, "d1", {mark, mark, same_event_other_record})})), 2);
  EXPECT_EQ(get(store_->accept({delivery_of(sync, "d2", {mark})})), 0);
  sql("update counterpart.event_seen set day = day - 2");
  EXPECT_EQ(get(store_->accept({delivery_of(sync, "d3", {mark})})), 0) << "seen the day before yesterday";

  EXPECT_THAT(sql(kDirty), ElementsAre(ElementsAre("1", "1", "0", "t"), ElementsAre("2", "1", "0", "t")));
}

TEST_F(Intake, LaterNewsMovesNeitherDueNorABackOffNorTheLease) {
  const SyncId sync = make_sync();
  Mark mark = mark_of(left("1"));
  mark.settle = std::chrono::seconds(30);
  get(store_->mark(sync, {mark}));
  const std::string state = "select due, lease, attempts from counterpart.dirty";
  sql("update counterpart.dirty set lease = 77, attempts = 3");
  const Table before = sql(state);

  mark.settle = milliseconds(0);
  get(store_->mark(sync, {mark}));

  EXPECT_EQ(sql(state), before);
  EXPECT_EQ(sql_value("select generation from counterpart.dirty"), "2");
  EXPECT_EQ(sql_value("select (due - first_news) = interval '30 s' from counterpart.dirty"), "t");
}

TEST_F(Intake, AWorkClassOnlyRises) {
  const SyncId sync = make_sync();
  Mark mark = mark_of(left("1"));
  mark.work_class = WorkClass::backfill;
  get(store_->mark(sync, {mark}));
  mark.work_class = WorkClass::live;
  get(store_->mark(sync, {mark}));
  mark.work_class = WorkClass::sweep;
  get(store_->mark(sync, {mark}));

  EXPECT_EQ(sql_value("select class from counterpart.dirty"), "0");
}

TEST_F(Intake, HintsAreKeptUntilOneIsMissingOrThereAreTooMany) {
  const SyncId sync = make_sync();
  get(store_->mark(sync, {mark_with(left("all"), "1"), mark_with(left("all"), "2")}));
  get(store_->mark(sync, {mark_with(left("all"), "3")}));
  get(store_->mark(sync, {mark_with(left("one missing"), "1")}));
  get(store_->mark(sync, {mark_of(left("one missing"))}));
  get(store_->mark(sync, {mark_with(left("one missing"), "3")}));
  for (int i = 0; i < 9; ++i) get(store_->mark(sync, {mark_with(left("too many"), std::to_string(i))}));

  const Claim claimed = claim(sync);

  std::map<std::string, std::optional<std::vector<std::string>>> found;
  for (const Claimed& record : claimed.records) found[record.key.id] = revisions(record);
  EXPECT_THAT(found["all"], Optional(ElementsAre("1", "2", "3")));
  EXPECT_EQ(found["one missing"], std::nullopt);
  EXPECT_EQ(found["too many"], std::nullopt);
}

TEST_F(Intake, AHintComesBackAsItWas) {
  const SyncId sync = make_sync();
  Mark mark = mark_of(left("1"));
  mark.hint = hint("r \"7\" \\ é");
  mark.hint->actor = "u1";
  mark.hint->changed = Native::Object{};
  mark.hint->changed.set("amount", Native::Number{"1.50e3"});
  mark.hint->changed.set("name", "O'Brien, \"{x}\"");
  get(store_->mark(sync, {mark}));

  const Claim claimed = claim(sync);

  ASSERT_THAT(claimed.records, SizeIs(1));
  ASSERT_THAT(claimed.records[0].hints, Optional(SizeIs(1)));
  EXPECT_EQ(claimed.records[0].hints->front(), *mark.hint);
}

TEST_F(Intake, WorkersAreWokenAfterTheCommitOnTheIoThread) {
  const SyncId sync = make_sync();
  struct Call {
    SyncId sync;
    std::vector<RecordKey> keys;
    milliseconds settle;
    std::string committed;
    std::thread::id thread;
  };
  std::vector<Call> calls;
  store_->on_dirty([&](SyncId which, const std::vector<RecordKey>& keys, milliseconds settle) {
    calls.push_back(
        {which, keys, settle, sql_value("select count(*) from counterpart.dirty"), std::this_thread::get_id()});
  });
  Mark slow = mark_of(left("2"));
  slow.settle = milliseconds(700);

  get(store_->accept({delivery_of(sync, "d1", {mark_of(left("1")), slow})}));
  run_until([&] { return calls.size() == 2; });

  EXPECT_THAT(calls[0].keys, ElementsAre(left("1")));
  EXPECT_EQ(calls[0].settle, milliseconds(0));
  EXPECT_THAT(calls[1].keys, ElementsAre(left("2")));
  EXPECT_EQ(calls[1].settle, milliseconds(700));
  EXPECT_EQ(calls[0].sync, sync);
  EXPECT_EQ(calls[0].committed, "2");
  EXPECT_EQ(calls[0].thread, std::this_thread::get_id());
}

// --- group commit -----------------------------------------------------------------------------------

class Group : public Intake {
 protected:
  struct Answer {
    std::optional<int> raised;
    std::exception_ptr error;
  };

  /// Starts so many at once; they are all handed to the store before the lane gets to the second group.
  void start(Store& store, std::vector<Delivery> deliveries) {
    answers_.resize(deliveries.size());
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
      std::vector<Delivery> one{std::move(deliveries[i])};
      boost::asio::co_spawn(io_, store.accept(std::move(one)), [this, i](std::exception_ptr error, int raised) {
        if (!error) answers_[i].raised = raised;
        answers_[i].error = error;
        ++answered_;
      });
    }
  }
  void wait() {
    run_until([&] { return answered_ == answers_.size(); });
  }
  template <class Error>
  static bool holds(const std::exception_ptr& error) {
    if (!error) return false;
    try {
      std::rethrow_exception(error);
    } catch (const Error&) {
      return true;
    } catch (...) {
      return false;
    }
  }
  int stored() const {
    int count = 0;
    for (const Answer& answer : answers_) count += answer.raised.value_or(0);
    return count;
  }

  std::vector<Answer> answers_;
  std::size_t answered_ = 0;
};

TEST_F(Group, CallsThatWaitShareTransactions) {
  const SyncId sync = make_sync();
  constexpr int kCalls = 300;
  std::vector<Delivery> deliveries;
  for (int i = 0; i < kCalls; ++i) {
    deliveries.push_back(delivery_of(sync, "d" + std::to_string(i), {mark_of(left(std::to_string(i)))}));
  }

  start(*store_, std::move(deliveries));
  wait();

  EXPECT_EQ(stored(), kCalls);
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), std::to_string(kCalls));
  EXPECT_EQ(sql_value("select count(*) from counterpart.evidence"), std::to_string(kCalls));
  EXPECT_LE(points_.count("commit.accept.after"), kCalls / 10);
}

TEST_F(Group, OnlyTheCulpritsSendersAreToldAndTheOthersAreStored) {
  const SyncId one = make_sync("one");
  const SyncId two = make_sync("two");
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 40; ++i) {
    deliveries.push_back(
        delivery_of(i % 2 == 0 ? one : two, "d" + std::to_string(i), {mark_of(left(std::to_string(i)))}));
  }
  deliveries[7].marks[0].key.id = std::string("a\0b", 3);
  deliveries[30].headers = "{no json";

  start(*store_, std::move(deliveries));
  wait();

  for (std::size_t i = 0; i < answers_.size(); ++i) {
    EXPECT_EQ(holds<StoreError>(answers_[i].error), i == 7 || i == 30) << i;
  }
  EXPECT_EQ(stored(), 38);
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), "38");
}

TEST_F(Group, AnErrorTellsNothingOfTheData) {
  const SyncId sync = make_sync();
  Delivery delivery = delivery_of(sync, "d1", {mark_of(left("1"))});
  delivery.headers = "{canary";

  try {
    get(store_->accept({delivery}));
    FAIL() << "it was stored";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("22P02"));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("canary")));
  }
}

TEST_F(Group, AFullQueueSaysSoAtOnceAndForgetsNothing) {
  const SyncId sync = make_sync();
  const std::unique_ptr<Store> small = another_store(10);
  // The first transaction is held before its COMMIT, until the others have been answered or wait.
  std::mutex held;
  held.lock();
  points_.at("commit.accept.before", [&] { const std::lock_guard lock(held); });
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 30; ++i) {
    deliveries.push_back(delivery_of(sync, "d" + std::to_string(i), {mark_of(left(std::to_string(i)))}));
  }

  start(*small, std::move(deliveries));
  run_until([&] { return answered_ >= 10; });
  held.unlock();
  wait();

  int full = 0;
  for (const Answer& answer : answers_) full += holds<IntakeFull>(answer.error) ? 1 : 0;
  EXPECT_GE(full, 10);
  EXPECT_EQ(stored() + full, 30);
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), std::to_string(stored()));
}

TEST_F(Group, MarksOfManyRecordsFromManySidesDoNotDeadlock) {
  const SyncId sync = make_sync();
  std::vector<Mark> forwards;
  for (int i = 0; i < 200; ++i) forwards.push_back(mark_of(left(std::to_string(i))));
  const std::vector<Mark> backwards(forwards.rbegin(), forwards.rend());
  const std::unique_ptr<Store> other = another_store();
  int done = 0;
  std::exception_ptr failed;
  const auto finished = [&](std::exception_ptr error) {
    if (error) failed = error;
    ++done;
  };

  for (int round = 0; round < 10; ++round) {
    boost::asio::co_spawn(io_, store_->mark(sync, forwards), finished);
    boost::asio::co_spawn(io_, other->mark(sync, backwards), finished);
  }
  run_until([&] { return done == 20; });

  EXPECT_EQ(failed, nullptr);
  EXPECT_EQ(sql_value("select min(generation)::text || ',' || max(generation)::text from counterpart.dirty"), "20,20");
}

}  // namespace
}  // namespace counterpart::store
