// Fields that name other records: compared as one value, carried over once both sides have a name for it.
#include "mapping/reconcile/references.h"

#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

FieldRule reference_field(const std::string& name, const char* right = "reference(companies)") {
  FieldRule rule = text_field(name);
  rule.side.left.codec = codec("reference(companies)", Side::left);
  rule.side.right.codec = codec(right, Side::right);
  return rule;
}

/// Of companies, L1 and R1 are counterparts, and L2 and R2.
ObjectMapping knowing(const ObjectMapping& mapping) {
  auto counterparts = std::make_shared<Counterparts>();
  counterparts->add("companies", {"L1", "R1"});
  counterparts->add("companies", {"L2", "R2"});
  return with_counterparts(mapping, counterparts);
}

ObjectMapping people() {
  return mapping_of({text_field("name"), reference_field("company")});
}

std::vector<std::string> names(const std::vector<MissingCounterpart>& missing) {
  std::vector<std::string> texts;
  for (const MissingCounterpart& one : missing) {
    texts.push_back(one.field + ": " + one.record.mapping + " " + std::string(name_of(one.record.side)) + " " +
                    one.record.id + (one.required ? ", required" : ""));
  }
  return texts;
}

TEST(References, AreOneValueWhereTheTwoAreCounterparts) {
  Pair pair = agreed(R"({"name":"Ada","company":"L1"})", R"({"name":"Ada","company":"R1"})");
  // when they are compared for the first time
  pair.state = {};
  const Decision decision = reconcile(knowing(people()), pair.state, pair.now(), {});
  EXPECT_EQ(decided(decision, 1)->result, FieldResult::agreed);
  // when one changes, then the other gets its counterpart
  pair = agreed(R"({"name":"Ada","company":"L1"})", R"({"name":"Ada","company":"R1"})");
  pair.right.fields.set("company", "R2");
  const Decision changed = reconcile(knowing(people()), pair.state, pair.now(), {});
  EXPECT_EQ(changed.after.left->member("company")->plain(), "L2");
}

TEST(References, WithoutCounterpartWaitAndLeaveTheirBase) {
  Pair pair = agreed(R"({"name":"Ada","company":"L1"})", R"({"name":"Ada","company":"R1"})");
  pair.left.fields = json(R"({"name":"Ada L.","company":"L9"})");
  const Decision decision = reconcile(knowing(people()), pair.state, pair.now(), {});
  // the field waits, the others go on
  EXPECT_EQ(decided(decision, 1)->result, FieldResult::waiting);
  EXPECT_EQ(print_json(*decision.after.right), R"({"name":"Ada L.","company":"R1"})");
  EXPECT_EQ(decision.next.base.left.member("company")->plain(), "L1");
  EXPECT_THAT(names(missing_counterparts(people(), decision, false)), ElementsAre("company: companies left L9"));
}

TEST(References, GiveWayToTheOtherSidesChangeThoughTheirOwnRecordIsUnknownThere) {
  Pair pair = agreed(R"({"name":"Ada","company":"L1"})", R"({"name":"Ada","company":"R9"})");
  pair.left.fields.set("company", "L2");
  const Decision decision = reconcile(knowing(people()), pair.state, pair.now(), {});
  EXPECT_EQ(decision.after.right->member("company")->plain(), "R2");
}

TEST(References, ThatNobodyKnowsOnEitherSideAreNoConflict) {
  // given two records linked for the first time, whose companies have not been linked yet
  Pair pair{record(R"({"company":"L8"})"), record(R"({"company":"R8"})"), {}};
  const Decision decision = reconcile(knowing(people()), pair.state, pair.now(), {});
  EXPECT_EQ(decided(decision, 1)->result, FieldResult::waiting);
  EXPECT_THAT(names(missing_counterparts(people(), decision, false)),
              UnorderedElementsAre("company: companies left L8", "company: companies right R8"));
}

TEST(References, AreNeededByNewRecordsWhereThatIsSaidAndByNewRowsAlways) {
  ObjectMapping mapping =
      mapping_of({reference_field("company"), reference_field("payer", "reference(companies, required)")});
  RowsRule lines;
  lines.name = "lines";
  lines.side = {RowsSide{Path::parse("lines"), "id", {}}, RowsSide{Path::parse("lines"), "id", {}}};
  lines.fields = {reference_field("supplier")};
  mapping.rows.push_back(lines);
  const Record source =
      record(R"({"company":"L8","payer":"L9","lines":[{"id":"1","supplier":"L1"},{"id":"2","supplier":"L7"}]})");
  const Decision decision = decide_create(knowing(mapping), Side::right, source);
  EXPECT_THAT(names(missing_counterparts(mapping, decision, true)),
              ElementsAre("company: companies left L8", "payer: companies left L9, required",
                          "lines[2].supplier: companies left L7, required"));
  EXPECT_THAT(names(missing_counterparts(mapping, decide_create(knowing(people()), Side::right, record("{}")), true)),
              IsEmpty());
}

TEST(References, NameTheRecordsThatTheyLeadTo) {
  ObjectMapping mapping = mapping_of({reference_field("company", "reference(companies, placeholder='R0')")});
  EXPECT_THAT(mappings_referred_to(mapping), ElementsAre("companies"));
  EXPECT_THAT(records_referred_to(mapping, Side::left, record(R"({"company":"L8"})")),
              ElementsAre(Referred{"companies", Side::left, "L8"}));
  EXPECT_THAT(records_referred_to(mapping, Side::right, record(R"({"company":5})")),
              ElementsAre(Referred{"companies", Side::right, "5"}, Referred{"companies", Side::right, "R0"}));
  EXPECT_THAT(mappings_referred_to(mapping_of({text_field("name")})), IsEmpty());
}

}  // namespace
}  // namespace counterpart::testing
