// Records that leave a mapping's scope, and come back.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;

class Scope : public WorkerTest {
 protected:
  Scope() { mapping_.where.left = Expression::parse("status == 'customer'"); }

  static std::string outcome(const std::string& id) {
    return store::sql_value("select outcome || ': ' || detail from counterpart.outcome where id = '" + id + "'");
  }
};

TEST_F(Scope, ARecordThatLeavesKeepsItsLinkAndIsNotTouched) {
  agreed(R"({"status":"customer","email":"a@x.de","name":"Ada","phone":"1"})");
  // when it leaves, and both sides change then
  crm().put("L", R"({"status":"former","email":"a@x.de","name":"Ada L.","phone":"1"})");
  erp().put("R", R"({"status":"customer","email":"a@x.de","name":"Ada","phone":"2"})");
  news(left("L"));
  news(right("R"));
  settle();
  EXPECT_EQ(crm().written + erp().written, 0);
  EXPECT_THAT(outcome("L"), HasSubstr("excluded: outside `where.left`"));
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.link where ended is null"), "1");
  // and goes on from what was agreed on, not from either side's last word, when it comes back
  crm().put("L", R"({"status":"customer","email":"a@x.de","name":"Ada L.","phone":"1"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("R", "name"), "Ada L.");
  EXPECT_EQ(crm().value("L", "phone"), "2");
  EXPECT_EQ(crm().written, 1);
  EXPECT_EQ(erp().written, 1);
}

TEST_F(Scope, ARecordOutsideGetsNoCounterpart) {
  crm().put("L", R"({"status":"prospect","email":"a@x.de"})");
  news(left("L"));
  settle();
  EXPECT_TRUE(erp().records.empty());
  // nor is it found as one
  erp().put("R", R"({"email":"a@x.de"})");
  mapping_.on_create.left = OnCreate::ignore;
  news(right("R"));
  settle();
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.link"), "0");
}

TEST_F(Scope, ARecordThatIsFinalIsNotWrittenButCarriedOn) {
  mapping_.where.left = std::nullopt;
  mapping_.final_when.right = Expression::parse("state == 'posted'");
  agreed(R"({"email":"a@x.de","name":"Ada"})");
  erp().put("R", R"({"state":"posted","email":"a@x.de","name":"Ada L."})");
  news(right("R"));
  settle();
  EXPECT_EQ(crm().value("L", "name"), "Ada L.");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "0");
  // when the other side changes what is final
  crm().put("L", R"({"email":"a@x.de","name":"Ada B.","phone":"5"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().written, 0);
  EXPECT_THAT(parked(),
              HasSubstr("the record is final in erp (`final.right`), and the other side was changed: name, phone"));
}

}  // namespace
}  // namespace counterpart::testing
