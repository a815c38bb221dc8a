// Records with lines, by way of the real database: each write once, whatever answers are lost.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using enum SystemInMemory::Fault;

class Documents : public WorkerTest {
 protected:
  Documents() {
    RowsRule lines;
    lines.name = "lines";
    lines.side = {RowsSide{Path::parse("lines"), "id", {}}, RowsSide{Path::parse("lines"), "id", {}}};
    lines.fields = {text_field("product"), text_field("price")};
    for (const Side side : kSides) lines.fields[1].side[side].codec = codec("decimal", side);
    lines.key = {0};
    TotalsRule totals;
    totals.price = 1;
    totals.told.left = {{SumOf::net, side_of({"total"}, codec("decimal"))}};
    lines.totals = totals;
    mapping_.rows.push_back(std::move(lines));
  }

  static std::string lines_of(const SystemInMemory& system, const std::string& id) {
    std::string text;
    for (const Native& line : system.records.at(id).fields.member("lines")->array()) {
      text += (text.empty() ? "" : ", ") + line.member("product")->plain() + " " + line.member("price")->plain();
    }
    return text;
  }

  Native& line(SystemInMemory& system, const std::string& id, std::size_t place) {
    return system.records.at(id).fields.member("lines")->array().at(place);
  }

  static constexpr const char* kTwoLines =
      R"({"email":"a@x.de","lines":[{"id":"1","product":"A","price":"10"},{"id":"2","product":"B","price":"20"}]})";
};

TEST_F(Documents, AreCreatedWithTheirLines) {
  crm().put("L", kTwoLines);
  news(left("L"));
  settle();
  EXPECT_EQ(lines_of(erp(), "new1"), "A 10, B 20");
  EXPECT_EQ(erp().written, 1);
  EXPECT_EQ(crm().written, 0);
}

TEST_F(Documents, CarryWhatBothSidesChangedInTheirLinesAndAreSilentThen) {
  agreed(kTwoLines);
  line(crm(), "L", 0).set("price", "11");
  line(erp(), "R", 1).set("price", "21");
  crm().records["L"].fields.member("lines")->array().push_back(json(R"({"id":"3","product":"C","price":"30"})"));
  news(left("L"));
  settle();
  EXPECT_EQ(lines_of(crm(), "L"), "A 11, B 21, C 30");
  EXPECT_EQ(lines_of(erp(), "R"), "A 11, B 21, C 30");
  news(left("L"));
  news(right("R"));
  settle();
  EXPECT_EQ(crm().written, 1);
  EXPECT_EQ(erp().written, 1);
  EXPECT_EQ(history("lines[1].price"), R"(write right "10">"11")");
  EXPECT_EQ(history("lines[3]"), R"(add right >{"product":"C","price":"30"})");
}

TEST_F(Documents, AddNoLineTwiceWhereAnAnswerIsLost) {
  for (const auto fault : {lose_answer, lose_call}) {
    agreed(kTwoLines);
    erp().faults = {fault};
    crm().records["L"].fields.member("lines")->array().push_back(json(R"({"id":"3","product":"C","price":"30"})"));
    news(left("L"));
    pass();
    time_.moved += std::chrono::minutes(1);
    settle();
    EXPECT_EQ(lines_of(erp(), "R"), "A 10, B 20, C 30");
    EXPECT_EQ(lines_of(crm(), "L"), "A 10, B 20, C 30");
    crm().records["L"].fields.member("lines")->array().pop_back();
    news(left("L"));
    settle();
    EXPECT_EQ(lines_of(erp(), "R"), "A 10, B 20");
  }
}

TEST_F(Documents, HoldALineThatOneSideRemovedAndTheOtherChanged) {
  agreed(kTwoLines);
  crm().records["L"].fields.member("lines")->array().pop_back();
  line(erp(), "R", 1).set("price", "22");
  news(left("L"));
  settle();
  EXPECT_EQ(crm().written + erp().written, 0);
  EXPECT_EQ(store::sql_value("select field || ' ' || right_value::text from counterpart.frozen"),
            R"(lines[2] {"product":"B","price":"22"})");
  // when a person removes it there, too
  erp().records["R"].fields.member("lines")->array().pop_back();
  news(right("R"));
  settle();
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.frozen"), "0");
}

TEST_F(Documents, ThatAreACentOffAreSetAsideWithBothSums) {
  agreed(kTwoLines);
  crm().records["L"].fields.set("total", "30.01");
  line(crm(), "L", 0).set("price", "10.00");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().written, 0);
  EXPECT_THAT(parked(), AllOf(HasSubstr("30.01 in total"), HasSubstr("add up to 30.00")));
  // and go on when they are right
  line(crm(), "L", 0).set("price", "10.01");
  news(left("L"));
  settle();
  EXPECT_EQ(lines_of(erp(), "R"), "A 10.01, B 20");
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "0");
}

TEST_F(Documents, WhoseCopyAddsUpToSomethingElseAreSetAside) {
  // given a right side that has a price list of its own
  agreed(kTwoLines);
  erp().stores = [](Native& fields) { fields.member("lines")->array().at(0).set("price", "12"); };
  line(crm(), "L", 0).set("price", "11");
  news(left("L"));
  settle();
  EXPECT_THAT(parked(), AllOf(HasSubstr("left net 31.00"), HasSubstr("right net 32.00")));
}

}  // namespace
}  // namespace counterpart::testing
