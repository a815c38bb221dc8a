// Linked pairs: whichever side had the news, what was decided is written, once, and its base is kept.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using enum SystemInMemory::Fault;

class Pairs : public WorkerTest {};

TEST_F(Pairs, AChangeIsCarriedAndThenAllIsSilent) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  crm().put("L", R"({"email":"a@x.de","name":"B"})");

  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("R", "name"), "B");
  news(right("R"));
  news(left("L"));
  settle();

  EXPECT_EQ(erp().written, 1);
  EXPECT_EQ(crm().written, 0);
  EXPECT_EQ(history("name"), "write right \"A\">\"B\"");
}

// Found by the simulation: the news of the other side ended as "unchanged" and took the record off the parked ones.
TEST_F(Pairs, WhatAParkedPairStillHasToCarryIsCarriedWithTheNextNewsOfEitherSide) {
  agreed(R"({"email":"a@x.de","name":"A","phone":"1"})");
  crm().put("L", R"({"email":"a@x.de","name":"B","phone":"1"})");
  erp().put("R", R"({"email":"a@x.de","name":"A","phone":"2"})");
  erp().faults = {reject};
  news(left("L"));
  settle();
  ASSERT_EQ(crm().value("L", "phone"), "2");
  ASSERT_EQ(erp().value("R", "name"), "A");
  ASSERT_EQ(store::sql_value("select count(*) from counterpart.parked"), "1");

  news(right("R"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "B");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "0");
}

// Found by the simulation: the record with the news was in order after the first try, and the other side's change,
// whose own news was lost, was carried by nobody.
TEST_F(Pairs, WhatCouldNotBeWrittenIsCarriedLaterThoughTheRecordWithTheNewsIsInOrder) {
  agreed(R"({"email":"a@x.de","name":"A","phone":"1"})");
  crm().records["L"].fields.set("phone", "2");
  erp().records["R"].fields.set("name", "B");
  erp().faults = {refuse};

  news(right("R"));
  settle();

  EXPECT_EQ(crm().value("L", "name"), "B");
  EXPECT_EQ(erp().value("R", "phone"), "2");
}

TEST_F(Pairs, AChangeAgainstTheDirectionIsPutBackOnTheSideThatHadTheNews) {
  mapping_.fields[1].direction = Direction::to_right;
  mapping_.fields[1].forbidden = Forbidden::restore;
  agreed(R"({"email":"a@x.de","name":"A"})");
  erp().put("R", R"({"email":"a@x.de","name":"B"})");

  news(right("R"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "A");
  EXPECT_EQ(erp().written, 1);
}

TEST_F(Pairs, AConflictIsWrittenToTheSideThatHadTheNews) {
  mapping_.fields[1].conflict = ConflictRule::left;
  agreed(R"({"email":"a@x.de","name":"A"})");
  crm().put("L", R"({"email":"a@x.de","name":"left"})");
  erp().put("R", R"({"email":"a@x.de","name":"right"})");

  news(right("R"));  // the left side's webhook was lost
  settle();

  EXPECT_EQ(erp().value("R", "name"), "left");
  EXPECT_EQ(history("name"), "conflict right \"right\">\"left\"");
}

TEST_F(Pairs, AFirstLinkFillsTheSideThatHadTheNews) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  erp().put("R", R"({"email":"a@x.de"})");

  news(right("R"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "A");
  EXPECT_EQ(crm().records.size(), 1U);
}

// Given both sides changed, when the second write fails, the first one's base is kept all the same: a
// person's later edit there is an edit, not a conflict with what we wrote.
class SecondWrite : public Pairs, public ::testing::WithParamInterface<SystemInMemory::Fault> {};

TEST_P(SecondWrite, ThatFailsDoesNotLoseTheFirstOnesBase) {
  mapping_.fields[2].conflict = ConflictRule::left;
  agreed(R"({"email":"a@x.de","name":"A","phone":"1"})");
  crm().put("L", R"({"email":"a@x.de","name":"B","phone":"1"})");   // name goes to the right
  erp().put("R", R"({"email":"a@x.de","name":"A","phone":"v1"})");  // phone goes to the left
  erp().faults = {GetParam()};

  news(left("L"));
  pass();
  EXPECT_EQ(crm().value("L", "phone"), "v1");
  erp().put("R", R"({"email":"a@x.de","name":")" + erp().value("R", "name") + R"(","phone":"v2"})");
  news(right("R"));
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(erp().value("R", "phone"), "v2");
  EXPECT_EQ(crm().value("L", "phone"), "v2");
  EXPECT_EQ(erp().value("R", "name"), "B");
  EXPECT_THAT(history("phone"), HasSubstr("write left \"1\">\"v1\""));
  EXPECT_THAT(history("name"), HasSubstr("write right \"A\">\"B\""));
}

INSTANTIATE_TEST_SUITE_P(Faults, SecondWrite, ::testing::Values(refuse, lose_answer, lose_call));

// Won by the left: the write to the right takes effect, and nobody hears of it.
class LostAnswers : public Pairs {
 protected:
  void given_a_conflict_whose_answer_is_lost() {
    agreed(R"({"email":"a@x.de","name":"A"})");
    mapping_.fields[1].conflict = ConflictRule::left;
    crm().put("L", R"({"email":"a@x.de","name":"left"})");
    erp().put("R", R"({"email":"a@x.de","name":"right"})");
    erp().faults = {lose_answer};
  }
};

TEST_F(LostAnswers, AWriteWhoseAnswerWasLostStandsInTheHistoryWithItsRule) {
  given_a_conflict_whose_answer_is_lost();

  news(left("L"));
  news(right("R"));
  settle();

  EXPECT_EQ(erp().written, 1);
  EXPECT_EQ(history("name"), "conflict right \"right\">\"left\"");
  EXPECT_THAT(store::sql_value("select rule from counterpart.history where field = 'name'"),
              HasSubstr("left wins; settled after its answer was lost"));
  EXPECT_EQ(store::sql_value("select lost::text from counterpart.history where field = 'name'"), "\"right\"");
}

// Found by the simulation: what our write had overwritten was in no history, for a person changed the field again.
TEST_F(LostAnswers, AWriteWhoseAnswerWasLostStandsInTheHistoryThoughAPersonOvertookIt) {
  given_a_conflict_whose_answer_is_lost();
  news(left("L"));
  pass();
  ASSERT_EQ(erp().value("R", "name"), "left");

  erp().put("R", R"({"email":"a@x.de","name":"right again"})");
  news(right("R"));
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(crm().value("L", "name"), "right again");  // a later edit of what had been written, no conflict
  EXPECT_EQ(store::sql_value("select string_agg(lost::text, ' ' order by at) from counterpart.history "
                             "where field = 'name' and what = 'conflict'"),
            "\"right\"");
  EXPECT_THAT(store::sql_value("select rule from counterpart.history where field = 'name' order by at limit 1"),
              HasSubstr("it may have been written"));
}

// Found by the simulation: how old a decision is was told by the side that was read last.
TEST_F(Pairs, WhatIsToBeOverwrittenIsReadAgainWhereReadingTheOtherSideTookLong) {
  agreed(R"({"email":"a@x.de","name":"A","phone":"1"})");
  crm().put("L", R"({"email":"a@x.de","name":"B","phone":"1"})");
  erp().put("R", R"({"email":"a@x.de","name":"A","phone":"2"})");
  crm().on_read = [this] {
    time_.moved += std::chrono::seconds(9);
    erp().records.at("R").fields.set("name", "person");
  };

  news(right("R"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "person");
  EXPECT_EQ(history("name"), "frozen left \"B\">");
}

// Found by the simulation: the person's edit lost against what the person had seen.
TEST_F(Pairs, TheFirstUpdateOfAPairThatWasCutOffIsKnownFromTheRecordItWasMeantFor) {
  // given an update that took effect, and the daemon ends before the two are linked
  crm().put("L", R"({"email":"a@x.de"})");
  erp().put("R", R"({"email":"a@x.de","name":"A","phone":"1"})");
  crm().after_write = [](const std::string&) -> boost::asio::awaitable<void> {
    throw std::runtime_error("the daemon ends");
    co_return;
  };
  news(right("R"));
  EXPECT_THROW(pass(), std::runtime_error);
  crm().after_write = nullptr;
  ASSERT_EQ(crm().value("L", "name"), "A");

  // when a person edits what it wrote, and that is worked before the other end's news
  expire_leases();
  store::sql("delete from counterpart.dirty");
  crm().records.at("L").fields.set("name", "C");
  time_.moved += std::chrono::minutes(2);
  news(left("L"));
  settle();

  // then that is the newer one.
  EXPECT_EQ(crm().value("L", "name"), "C");
  EXPECT_EQ(erp().value("R", "name"), "C");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.intent where state = 0"), "0");
}

TEST_F(Pairs, AnUpdateThatMayStillArriveIsWaitedFor) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  crm().put("L", R"({"email":"a@x.de","name":"B"})");
  erp().faults = {lose_call};
  news(left("L"));
  pass();

  pass();  // before its deadline
  EXPECT_EQ(erp().value("R", "name"), "A");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.intent where state = 0"), "1");
  time_.moved += std::chrono::minutes(2);
  settle();

  EXPECT_EQ(erp().value("R", "name"), "B");
}

TEST_F(Pairs, WhatASystemMakesOfAWriteIsCarriedBack) {
  agreed(R"({"email":"a@x.de","name":"A","phone":"1"})");
  erp().after_write = [this](const std::string& id) -> boost::asio::awaitable<void> {
    erp().records[id].fields.set("phone", "set by a workflow");
    co_return;
  };
  crm().put("L", R"({"email":"a@x.de","name":"B","phone":"1"})");
  erp().can.returns_record = false;

  news(left("L"));
  pass();
  erp().after_write = nullptr;
  news(right("R"));
  settle();

  EXPECT_EQ(crm().value("L", "phone"), "set by a workflow");
}

}  // namespace
}  // namespace counterpart::testing
