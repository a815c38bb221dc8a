// Records without a counterpart: made once, whatever happens to the answer.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using enum SystemInMemory::Fault;

class Creates : public WorkerTest {
 protected:
  static std::string links() { return store::sql_value("select count(*) from counterpart.link where ended is null"); }

  /// L's create, of whose record the system makes something, and whose webhook is worked before its answer comes.
  void create_overtaken_by_its_news(const std::function<void(Record&)>& make) {
    erp().after_write = [this, make](const std::string& id) -> boost::asio::awaitable<void> {
      make(erp().records[id]);
      std::vector<store::Mark> marks(1, mark_of(right(id)));
      co_await store_->mark(sync_.id, std::move(marks));
      store::ClaimOrder due = order(sync_.id);
      store::Claim other = co_await store_->claim(std::move(due));
      EXPECT_EQ(other.records.size(), 1U);
      Work work = work_of(other);
      co_await work_batch(work, std::move(other));
    };
    news(left("L"));
    pass();
    erp().after_write = nullptr;
    settle();
  }
};

TEST_F(Creates, ARecordWithoutCounterpartIsMadeOnTheOtherSide) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");

  news(left("L"));
  settle();

  ASSERT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(erp().value("new1", "name"), "A");
  EXPECT_EQ(history("name"), "write right >\"A\"");
  EXPECT_EQ(history(""), "create right >");
}

// Found by the simulation: a person deleted here came back by way of a double in the other system.
TEST_F(Creates, ADoubleOfALinkedRecordIsNotMadeASecondTimeWhenItsCounterpartIsGone) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().put("R", R"({"email":"a@x.de","name":"A"})");
  crm().put("other", R"({"email":"b@x.de","name":"B"})");
  erp().put("double", R"({"email":"a@x.de","name":"A2"})");
  news(right("R"));
  settle();
  ASSERT_EQ(links(), "1");
  crm().records.erase("L");

  news(right("double"));
  settle();

  EXPECT_EQ(crm().records.size(), 1U);
  EXPECT_EQ(store::sql_value("select reason from counterpart.parked"),
            "record R of the same system has the same key, and is or was linked already");
}

// A webhook often overtakes the answer to the call that caused it; without a match key nothing but the open intent
// tells whose record it is.
TEST_F(Creates, NewsOfOurOwnCreateThatOvertakesItsAnswerIsNotCreatedBack) {
  crm().put("L", R"({"name":"A"})");

  create_overtaken_by_its_news([](Record&) {});

  EXPECT_EQ(crm().records.size(), 1U);
  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(links(), "1");
}

// Found by the simulation: where there is no key either, each came back as a new record for ever.
TEST_F(Creates, NewsOfOurOwnCreateIsNotCreatedBackThoughTheSystemStoredSomethingElse) {
  crm().put("L", R"({"name":"A","phone":"1"})");

  create_overtaken_by_its_news([](Record& created) { created.fields.set("name", "SHOUTED"); });

  EXPECT_EQ(crm().records.size(), 1U);
  EXPECT_EQ(erp().records.size(), 1U);
}

TEST_F(Creates, AKeylessCreateWhoseAnswerWasLostIsFoundAmongTheChanges) {
  crm().put("L", R"({"name":"A"})");
  erp().faults = {lose_answer};
  news(left("L"));
  pass();
  news(right("new1"));
  pass();  // too early to look for it

  EXPECT_EQ(crm().records.size(), 1U);
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(crm().records.size(), 1U);
  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(links(), "1");
  EXPECT_EQ(history(""), "create right >");
}

// Found by the simulation: who had made it was enough, and one person's data were written over another's.
TEST_F(Creates, WhatAnotherCreateWithoutAnswerHasMadeIsNotTakenForOurs) {
  // given a system that tells who made a record, and two creates without an answer, of which the second had taken
  // effect
  system_[Side::right].own_user = "hub";
  crm().put("L1", R"({"name":"A"})");
  crm().put("L2", R"({"name":"B"})");
  erp().faults = {lose_call, lose_answer};
  news(left("L1"));
  pass();
  news(left("L2"));
  pass();
  ASSERT_EQ(erp().records.size(), 1U);
  Record& made = erp().records.begin()->second;
  made.created_by = "hub";
  made.created = time_.now();

  // when they are looked for
  time_.moved += std::chrono::minutes(2);
  settle();

  // then the first finds nothing, and is made again.
  EXPECT_EQ(erp().records.size(), 2U);
  EXPECT_EQ(links(), "2");
  EXPECT_EQ(crm().value("L1", "name"), "A");
  EXPECT_EQ(crm().value("L2", "name"), "B");
}

// News and intents bear the database's time, and so are they aged: ours may be off, and be set right at any moment.
TEST_F(Creates, AClockThatIsOffByAYearHoldsUpNoCreate) {
  for (const auto off : {-std::chrono::hours(8760), std::chrono::hours(0), std::chrono::hours(8760)}) {
    erp().can.visibility_lag = std::chrono::seconds(30);
    time_.off = off;
    time_.moved = std::chrono::microseconds(0);
    const std::string id = "L" + std::to_string(off.count());
    crm().put(id, R"({"name":"A"})");
    const std::size_t before = erp().records.size();
    news(left(id));

    pass();
    EXPECT_EQ(erp().records.size(), before) << "before the lag was over, our clock being off by hours: " << off.count();
    time_.moved += std::chrono::minutes(1);
    pass();

    EXPECT_EQ(erp().records.size(), before + 1) << "our clock being off by hours: " << off.count();
    settle();
  }
}

TEST_F(Creates, AClockSetBackAfterALostAnswerHoldsUpNothing) {
  crm().put("L", R"({"name":"A"})");
  erp().faults = {lose_answer};
  news(left("L"));
  pass();

  time_.off = -std::chrono::hours(8760);
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(links(), "1");
}

TEST_F(Creates, AStampFindsACreateWhoseAnswerWasLost) {
  erp().can.stamp = "external_ref";
  crm().put("L", R"({"name":"A"})");
  erp().put("clone", R"({"name":"A"})");
  news(left("L"));
  erp().faults = {lose_answer};
  pass();
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(store::sql_value("select right_id from counterpart.link"), "new1");
  EXPECT_EQ(erp().records.size(), 2U);
}

// Found by the simulation: its key was changed before its create was looked at again, and it was created back.
TEST_F(Creates, WhatACreateWithoutAnswerMadeIsKnownByItsStampThoughAPersonGaveItAnotherKey) {
  erp().can.stamp = "external_ref";
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().faults = {lose_answer};
  news(left("L"));
  pass();
  erp().records["new1"].fields.set("email", "b@x.de");
  erp().records["new1"].fields.set("name", "B");

  news(right("new1"));
  pass();
  EXPECT_EQ(crm().records.size(), 1U);
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(crm().records.size(), 1U);
  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(links(), "1");
}

TEST_F(Creates, ACreateThatNeverArrivedIsMadeAgain) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().faults = {lose_call};
  news(left("L"));
  pass();
  EXPECT_TRUE(erp().records.empty());

  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(links(), "1");
}

// Found by the simulation: what the person had left empty counted as cleared since.
TEST_F(Creates, WhoWasEnteredByAPersonWhileACreateHadNoAnswerIsMatchedAndClearsNothing) {
  // given a system that tells neither stamp nor creator, and a create that did not arrive
  crm().put("L", R"({"email":"a@x.de","name":"A","phone":"1"})");
  erp().faults = {lose_call};
  news(left("L"));
  pass();

  // when somebody enters the same person there
  erp().put("R", R"({"email":"a@x.de","name":"A"})");
  time_.moved += std::chrono::minutes(2);
  settle();

  // then the two are one, as two that were found alike.
  EXPECT_EQ(links(), "1");
  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(crm().value("L", "phone"), "1");
  EXPECT_EQ(erp().value("R", "phone"), "1");
}

// Found by the simulation: it was looked at every five seconds, for ever.
TEST_F(Creates, WhatMayComeOfACreateThatIsParkedIsParkedToo) {
  work_settings_.attempts = 2;
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().faults = {lose_answer};
  news(left("L"));
  pass();
  erp().put("R", R"({"email":"a@x.de","name":"A"})");
  time_.moved += std::chrono::minutes(3);
  settle();
  ASSERT_THAT(parked(), HasSubstr("several records may be it"));

  news(right("new1"));
  settle();

  EXPECT_THAT(parked(), HasSubstr("the create for left L was not answered, and nothing tells which record it made"));
  EXPECT_EQ(crm().records.size(), 1U);
}

TEST_F(Creates, WhatTheirSystemFilledInComesBack) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().after_write = [this](const std::string& id) -> boost::asio::awaitable<void> {
    erp().records[id].fields.set("phone", "default");
    co_return;
  };
  news(left("L"));
  pass();
  erp().after_write = nullptr;

  settle();

  EXPECT_EQ(crm().value("L", "phone"), "default");
}

// Work that waits for its system's pace renews its lease, and may have searched long ago.
TEST_F(Creates, WhoWasEnteredLongAfterTheSearchIsFoundAndNotCreatedOnceMore) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().after_find = [this] {
    erp().put("entered", R"({"email":"a@x.de","name":"A"})");
    time_.moved += work_settings_.lease + std::chrono::seconds(1);
  };

  news(left("L"));
  settings_of_sync_.mappings = {mapping_};
  store::Claim claimed = claim(sync_.id);
  Work work = work_of(claimed);
  work.lease_until += 2 * work_settings_.lease;
  get(work_batch(work, std::move(claimed)));
  EXPECT_EQ(erp().written, 0);
  settle();

  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(store::sql_value("select right_id from counterpart.link"), "entered");
}

TEST_F(Creates, NothingIsCreatedBeforeTheOtherSystemWasListedToItsEnd) {
  sync_.listed.erase({mapping_.name, Side::right});
  crm().put("L", R"({"email":"a@x.de","name":"A"})");

  news(left("L"));
  pass();
  EXPECT_EQ(crm().calls + erp().calls, 0);
  sync_.listed.emplace(mapping_.name, Side::right);
  settle();

  EXPECT_EQ(erp().records.size(), 1U);
}

}  // namespace
}  // namespace counterpart::testing
