// What a whole batch does with records and systems that are not in order.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum SystemInMemory::Fault;

class Batch : public WorkerTest {
 protected:
  static std::string links() { return store::sql_value("select count(*) from counterpart.link where ended is null"); }
  static std::string alerts() {
    return store::sql_value("select coalesce(string_agg(kind, ' '), '') from counterpart.alert where resolved is null");
  }
};

TEST_F(Batch, ARecordThatEndsTheDaemonAgainAndAgainIsParkedUnread) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  news(left("L"));
  store::sql("update counterpart.dirty set interrupted = 8");

  pass();

  EXPECT_THAT(parked(), HasSubstr("its work ended 8 times in a row"));
  EXPECT_EQ(crm().calls, 0);
  EXPECT_EQ(pass(), 0U);
}

TEST_F(Batch, ARecordThatIsBackGoesOnWhereItsLinkEndedWhenAPersonAsksForIt) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  configuration_.left.not_found_tries = 1;
  crm().records.erase("L");
  news(left("L"));
  settle();
  ASSERT_EQ(links(), "0");
  ASSERT_THAT(parked(), HasSubstr("gone"));

  crm().put("L", R"({"email":"a@x.de","name":"B"})");
  news(left("L"));
  settle();
  EXPECT_EQ(links(), "0") << "not by itself";
  EXPECT_EQ(get(store_->retry_parked({})), 1);
  settle();

  EXPECT_EQ(links(), "1");
  EXPECT_EQ(parked(), "(null)");
  EXPECT_EQ(erp().value("R", "name"), "B");
  EXPECT_EQ(erp().records.size(), 1U);
}

TEST_F(Batch, ASystemThatForbidsUsToWriteIsLeftAloneForAWhile) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  crm().put("L", R"({"email":"a@x.de","name":"B"})");
  erp().faults = {forbid};
  news(left("L"));
  pass();
  ASSERT_EQ(alerts(), "credentials");
  erp().calls = 0;

  news(left("L"));
  pass();
  pass();
  EXPECT_EQ(erp().calls, 0);

  time_.moved += work_settings_.credentials_wait + std::chrono::seconds(1);
  settle();
  EXPECT_EQ(erp().value("R", "name"), "B");
  EXPECT_THAT(alerts(), IsEmpty());
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "0");
}

}  // namespace
}  // namespace counterpart::testing
