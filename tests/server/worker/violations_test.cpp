#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

class Violations : public WorkerTest {
 protected:
  void ask_of_phones_in_the_erp(std::size_t most) {
    auto rules = std::make_shared<ValueRules>();
    rules->max_length = most;
    mapping_.fields[2].side.right.validate = std::move(rules);
  }

  static std::string remedy() { return store::sql_value("select string_agg(remedy, '; ') from counterpart.parked"); }
  static std::string field() { return store::sql_value("select string_agg(field, '; ') from counterpart.parked"); }
};

TEST_F(Violations, ParkAnUpdateAndSpendNoCallOnIt) {
  ask_of_phones_in_the_erp(5);
  agreed(R"({"email":"anna@example.org","name":"Anna","phone":"1"})");
  crm().put("L", R"({"email":"anna@example.org","name":"Anne","phone":"123456"})");
  news(left("L"));

  settle();

  EXPECT_EQ(parked(), "not written to erp: '123456' has 6 characters, and 5 are allowed there (max_length)");
  EXPECT_EQ(field(), "phone");
  EXPECT_EQ(remedy(), "correct the record, or `validate` in the mapping");
  EXPECT_EQ(erp().written, 0) << "nor is the name, for a record is written as a whole or not at all";
  EXPECT_EQ(erp().calls, 1) << "the read alone";

  crm().put("L", R"({"email":"anna@example.org","name":"Anne","phone":"12345"})");
  news(left("L"));
  settle();
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.parked"), "0");
  EXPECT_EQ(erp().value("R", "name") + " " + erp().value("R", "phone"), "Anne 12345");
}

TEST_F(Violations, ParkACreateToo) {
  ask_of_phones_in_the_erp(5);
  crm().put("L", R"({"email":"anna@example.org","name":"Anna","phone":"123456"})");
  news(left("L"));

  settle();

  EXPECT_EQ(parked(), "not written to erp: '123456' has 6 characters, and 5 are allowed there (max_length)");
  EXPECT_TRUE(erp().records.empty());
}

TEST_F(Violations, OfWhatTheSystemItselfSaysParkAsWell) {
  ObjectDescription person;
  person.fields.emplace_back().name = "phone";
  person.fields.back().options = {"1", "2"};
  system_.right.schema.learn("person", person);
  agreed(R"({"email":"anna@example.org","name":"Anna","phone":"1"})");
  crm().put("L", R"({"email":"anna@example.org","name":"Anna","phone":"3"})");
  news(left("L"));

  settle();

  EXPECT_EQ(parked(), "not written to erp: '3' is none of the options (options: 1, 2)");
  EXPECT_EQ(erp().written, 0);
}

TEST_F(Violations, OfARefusedWriteTheSchemaIsDoubted) {
  int doubts = 0;
  system_.right.schema.on_doubt = [&] { ++doubts; };
  agreed(R"({"email":"anna@example.org","name":"Anna","phone":"1"})");
  EXPECT_EQ(doubts, 0);
  erp().faults = {SystemInMemory::Fault::reject};
  crm().put("L", R"({"email":"anna@example.org","name":"Anna","phone":"2"})");
  news(left("L"));

  settle();

  EXPECT_EQ(doubts, 1);
  EXPECT_EQ(parked(), "erp, update: 422");
}

TEST_F(Violations, AStoppedFieldIsNeitherWrittenNorTakenForBlankAndTheOthersGoOn) {
  agreed(R"({"email":"anna@example.org","name":"Anna","phone":"1"})");
  settings_of_sync_.mappings = {mapping_};
  sync_.stop_fields(mapping_.name, {"phone"});
  crm().put("L", R"({"email":"anna@example.org","name":"Anne","phone":"2"})");
  erp().put("R", R"({"email":"anna@example.org","name":"Anna"})");
  news(left("L"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "Anne");
  EXPECT_EQ(erp().value("R", "phone"), "");
  EXPECT_EQ(crm().value("L", "phone"), "2");

  sync_.stop_fields(mapping_.name, {});
  erp().put("R", R"({"email":"anna@example.org","name":"Anne","phone":"1"})");
  news(left("L"));
  settle();
  EXPECT_EQ(erp().value("R", "phone"), "2") << "what was edited meanwhile is carried over";
}

}  // namespace
}  // namespace counterpart::testing
