// Leads that are converted: their counterpart goes over to the contact that they became.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;

class Conversion : public WorkerTest {
 protected:
  Conversion() {
    for (const Side side : kSides) sync_.listed.emplace("leads", side);
    leads_ = mapping_;
    leads_.name = "leads";
    leads_.where.left = Expression::parse("kind == 'lead' or kind == 'converted'");
    leads_.where.right = Expression::parse("true");
    leads_.becomes.left = Becoming{Expression::parse("kind == 'converted'"), {{"contacts", Path::parse("contact_id")}}};
    mapping_.where.left = Expression::parse("kind == 'contact'");
    mapping_.on_create.left = leads_.on_create.left = OnCreate::ignore;
    more_mappings_ = {leads_};
  }

  static store::RecordKey lead(const std::string& id) { return {"leads", Side::left, id}; }

  static std::string links() {
    return store::sql_value(
        "select string_agg(mapping || ' ' || left_id || '=' || right_id || coalesce(' ended: ' || tombstone, ''), ', ' "
        "order by mapping desc, left_id) from counterpart.link");
  }

  ObjectMapping leads_;
};

TEST_F(Conversion, MovesTheLinkToWhatTheLeadBecame) {
  crm().put("L1", R"({"kind":"lead","email":"a@x.de","name":"Ada"})");
  news(lead("L1"));
  settle();
  ASSERT_EQ(links(), "leads L1=new1");
  // when it is converted, and the contact edited at the same time
  crm().put("C1", R"({"kind":"contact","email":"ada@new.de","name":"Ada L."})");
  crm().put("L1", R"({"kind":"converted","email":"a@x.de","name":"Ada","contact_id":"C1"})");
  news(lead("L1"));
  settle();
  // then the contact has the lead's counterpart, which was not doubled, and what the contact says
  EXPECT_EQ(links(), "leads L1=new1 ended: it became contacts C1, contacts C1=new1");
  EXPECT_EQ(erp().records.size(), 1u);
  EXPECT_EQ(erp().value("new1", "name"), "Ada L.");
  EXPECT_EQ(erp().value("new1", "email"), "ada@new.de");
  // and from then on they are in step
  crm().put("C1", R"({"kind":"contact","email":"ada@new.de","name":"Ada Lovelace","phone":"1"})");
  news(left("C1"));
  settle();
  EXPECT_EQ(erp().value("new1", "phone"), "1");
  EXPECT_EQ(erp().value("new1", "name"), "Ada Lovelace");
  news(lead("L1"));
  news({"leads", Side::right, "new1"});
  settle();
  EXPECT_EQ(erp().records.size(), 1u);
}

TEST_F(Conversion, OfALeadThatWasNeverLinkedLeavesItOut) {
  crm().put("C1", R"({"kind":"contact","email":"a@x.de","name":"Ada"})");
  crm().put("L1", R"({"kind":"converted","email":"a@x.de","contact_id":"C1"})");
  news(lead("L1"));
  settle();
  EXPECT_EQ(links(), "contacts C1=new1");
  EXPECT_THAT(store::sql_value("select detail from counterpart.outcome where id = 'L1'"),
              HasSubstr("it became contacts C1"));
}

TEST_F(Conversion, WithoutAnHeirYetChangesNothing) {
  crm().put("L1", R"({"kind":"lead","email":"a@x.de"})");
  news(lead("L1"));
  settle();
  crm().put("L1", R"({"kind":"converted","email":"a@x.de","name":"Ada"})");
  news(lead("L1"));
  settle();
  EXPECT_EQ(links(), "leads L1=new1");
  EXPECT_EQ(erp().value("new1", "name"), "Ada");
}

}  // namespace
}  // namespace counterpart::testing
