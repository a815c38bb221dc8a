// Contacts that name their managers, who are contacts too: whoever is named comes first.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class References : public WorkerTest {
 protected:
  References() {
    manage("reference(contacts)");
    sync_.referring = sync_.referred = {"contacts"};
  }

  /// How the right side names managers.
  void manage(const char* right) {
    FieldRule manager = text_field("manager");
    manager.side.left.codec = codec("reference(contacts)", Side::left);
    manager.side.right.codec = codec(right, Side::right);
    mapping_.fields.resize(3);
    mapping_.fields.push_back(std::move(manager));
  }

  static std::string waits() {
    return store::sql_value(
        "select coalesce(string_agg(id || ' for ' || for_id || case when tried then ' (tried)' else '' end, ', ' "
        "order by id), '') from counterpart.waiting");
  }
  static std::string outcome(const std::string& id) {
    return store::sql_value("select outcome || ': ' || detail from counterpart.outcome where id = '" + id + "'");
  }
  std::string erp_manager_of(const std::string& email) {
    for (const auto& [id, record] : erp().records) {
      if (erp().value(id, "email") == email) return erp().value(erp().value(id, "manager"), "email");
    }
    return "nobody of that e-mail";
  }
};

TEST_F(References, AreWrittenAsTheCounterpartsId) {
  crm().put("boss", R"({"email":"boss@x.de"})");
  erp().put("7", R"({"email":"boss@x.de"})");
  news(left("boss"));
  settle();
  crm().put("L", R"({"email":"a@x.de","manager":"boss"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("new1", "manager"), "7");
  // and back
  erp().records["new1"].fields.set("manager", "new1");
  news(right("new1"));
  settle();
  EXPECT_EQ(crm().value("L", "manager"), "L");
  EXPECT_EQ(erp().written, 1);
  EXPECT_EQ(crm().written, 1);
}

TEST_F(References, LetTheOneNamedGoFirstWhoeverHadTheNews) {
  // given a contact whose manager nobody has told of
  crm().put("L", R"({"email":"a@x.de","manager":"boss"})");
  crm().put("boss", R"({"email":"boss@x.de","manager":"top"})");
  crm().put("top", R"({"email":"top@x.de"})");
  news(left("L"));
  // when it is worked
  pass();
  // then it waits, and says for whom
  EXPECT_THAT(outcome("L"), AllOf(HasSubstr("waiting: manager names crm/contacts boss"), HasSubstr("worked first")));
  EXPECT_EQ(waits(), "L for boss");
  EXPECT_EQ(erp().written, 0);
  settle();
  // and each was made once, with its manager
  EXPECT_EQ(erp_manager_of("a@x.de"), "boss@x.de");
  EXPECT_EQ(erp_manager_of("boss@x.de"), "top@x.de");
  EXPECT_EQ(erp().written, 3);
  EXPECT_EQ(crm().written, 0);
  EXPECT_EQ(waits(), "");
}

TEST_F(References, InACircleAreWrittenInTwoSteps) {
  crm().put("A", R"({"email":"a@x.de","manager":"B"})");
  crm().put("B", R"({"email":"b@x.de","manager":"C"})");
  crm().put("C", R"({"email":"c@x.de","manager":"A"})");
  crm().put("S", R"({"email":"s@x.de","manager":"S"})");
  for (const char* id : {"A", "B", "C", "S"}) news(left(id));
  settle();
  EXPECT_EQ(erp_manager_of("a@x.de"), "b@x.de");
  EXPECT_EQ(erp_manager_of("b@x.de"), "c@x.de");
  EXPECT_EQ(erp_manager_of("c@x.de"), "a@x.de");
  EXPECT_EQ(erp_manager_of("s@x.de"), "s@x.de");
  EXPECT_EQ(erp().written, 8);  // each is created, and named then
  EXPECT_EQ(waits(), "");
}

TEST_F(References, ToWhatTakesNoPartAreLeftOutUntilItDoes) {
  mapping_.where.left = Expression::parse("not hidden");
  crm().put("boss", R"({"email":"boss@x.de","hidden":true})");
  crm().put("L", R"({"email":"a@x.de","manager":"boss"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("new1", "email"), "a@x.de");
  EXPECT_EQ(erp().value("new1", "manager"), "");
  EXPECT_EQ(waits(), "L for boss (tried)");
  // news of the one that is left out wakes nobody
  news(left("boss"));
  EXPECT_EQ(settle(), 1);
  // and when it takes part, the field is written
  crm().put("boss", R"({"email":"boss@x.de","hidden":false})");
  news(left("boss"));
  settle();
  EXPECT_EQ(erp_manager_of("a@x.de"), "boss@x.de");
  EXPECT_EQ(waits(), "");
}

TEST_F(References, ThatARecordNeedsParkItWhereTheyLeadNowhere) {
  manage("reference(contacts, required)");
  crm().put("L", R"({"email":"a@x.de","manager":"gone"})");
  news(left("L"));
  for (int i = 0; i < 10; ++i) pass();  // it is read several times before it counts as gone
  EXPECT_TRUE(erp().records.empty());
  EXPECT_THAT(parked(), AllOf(HasSubstr("manager names crm/contacts gone, which has no counterpart"),
                              HasSubstr("work on that one ended as gone")));
  // and it follows by itself
  crm().put("gone", R"({"email":"boss@x.de"})");
  news(left("gone"));
  settle();
  EXPECT_EQ(erp_manager_of("a@x.de"), "boss@x.de");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "0");
}

TEST_F(References, WithoutCounterpartMayHaveAPlaceholder) {
  manage("reference(contacts, placeholder='7')");
  mapping_.on_create.left = OnCreate::ignore;
  erp().put("7", R"({"email":"nobody@x.de"})");
  crm().put("L", R"({"email":"a@x.de","manager":"gone"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("new1", "manager"), "7");
  EXPECT_EQ(crm().value("L", "manager"), "gone");
  news(right("new1"));
  settle();
  EXPECT_EQ(crm().written, 0);
  EXPECT_EQ(erp().written, 1);
}

TEST_F(References, DoNotHoldUpWhatElseChanges) {
  mapping_.where.left = Expression::parse("not hidden");
  crm().put("boss", R"({"email":"boss@x.de","hidden":true})");
  agreed(R"({"email":"a@x.de","name":"Ada"})");
  crm().put("L", R"({"email":"a@x.de","name":"Ada L.","manager":"boss"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("R", "name"), "Ada L.");
  EXPECT_EQ(waits(), "L for boss (tried)");
  // and when it names nobody any more, it waits for nobody
  crm().put("L", R"({"email":"a@x.de","name":"Ada L."})");
  news(left("L"));
  settle();
  EXPECT_EQ(waits(), "");
}

TEST_F(References, OnBothSidesOfTwoNewPairsAreNotTakenForDifferent) {
  // given two pairs that match by e-mail, the one naming the other on both sides
  crm().put("L", R"({"email":"a@x.de","manager":"LB"})");
  crm().put("LB", R"({"email":"b@x.de"})");
  erp().put("R", R"({"email":"a@x.de","manager":"RB"})");
  erp().put("RB", R"({"email":"b@x.de"})");
  news(left("L"));
  settle();
  EXPECT_EQ(crm().written + erp().written, 0);
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.frozen"), "0");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.link"), "2");
  EXPECT_EQ(waits(), "");
}

}  // namespace
}  // namespace counterpart::testing
