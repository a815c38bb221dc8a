#include "server/schema/schema_watch.h"

#include "tests/mapping/reconcile/support.h"
#include "tests/server/worker/fakes.h"

namespace counterpart::test {
namespace {

using ::testing::ElementsAre;

/// Two systems with one object each; the fields `name`, and `city` where nothing else is said.
class SchemaWatchTest : public WorldTest {
 protected:
  SchemaWatchTest() {
    ObjectMapping& mapping = settings_of_sync_.mappings.front();
    mapping.fields = {counterpart::testing::text_field("name"), counterpart::testing::text_field("city")};
    for (const Side side : kSides) connector_[side]->description = described({"name", "city"});
  }

  static ObjectDescription described(const std::vector<std::string>& names) {
    ObjectDescription object;
    for (const std::string& name : names) {
      FieldDescription& field = object.fields.emplace_back();
      field.name = name;
      field.max_length = 40;
    }
    return object;
  }

  System& erp() { return *topology_.system("erp"); }
  FieldDescription& field_of_erp(std::size_t index) { return connector_.right->description.fields.at(index); }

  bool look() {
    time_.move(std::chrono::minutes(1));
    return get(watch_.look(erp()));
  }

  /// The names of the fields in force.
  std::vector<std::string> in_force() {
    std::vector<std::string> names;
    for (const FieldRule& rule : topology_.syncs.front().mapping("contacts")->fields) names.push_back(rule.name);
    return names;
  }

  static store::Table changes() {
    return store::sql("select field || ' ' || kind from counterpart.schema_change order by change_id");
  }

  SchemaWatch watch_{io_.get_executor(), topology_, *store_, time_, metrics_};
};

TEST_F(SchemaWatchTest, TheFirstLookIsNoChangeAndTellsValidationWhatThereIs) {
  EXPECT_TRUE(look());

  ASSERT_NE(erp().schema.object("contacts"), nullptr);
  EXPECT_EQ(*erp().schema.object("contacts"), connector_.right->description);
  EXPECT_TRUE(alerts().empty());
  EXPECT_TRUE(changes().empty());
}

TEST_F(SchemaWatchTest, ASystemThatTellsNoFieldsIsLeftAlone) {
  connector_.right->description = {};

  EXPECT_FALSE(look());

  EXPECT_EQ(erp().schema.object("contacts"), nullptr);
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.schema_snapshot"), "0");
}

TEST_F(SchemaWatchTest, AFieldThatIsNewIsKeptAndAlertedOnce) {
  look();
  connector_.right->description = described({"name", "city", "score"});

  look();
  look();

  EXPECT_THAT(changes(), ElementsAre(ElementsAre("score added")));
  EXPECT_THAT(alerts(), ElementsAre(ElementsAre("schema", "erp/contacts/score")));
  EXPECT_THAT(in_force(), ElementsAre("name", "city"));
}

TEST_F(SchemaWatchTest, WhereNewFieldsAreIgnoredTheyAreKeptAllTheSame) {
  system_settings_.right.new_fields = NewFields::ignore;
  look();
  connector_.right->description = described({"name", "city", "score"});

  look();

  EXPECT_THAT(changes(), ElementsAre(ElementsAre("score added")));
  EXPECT_TRUE(alerts().empty());
}

TEST_F(SchemaWatchTest, AFieldThatIsGoneStopsUntilItIsBackAndTheOthersGoOn) {
  look();
  store::sql(
      "insert into counterpart.watermark (system_id, object, at, saved) values ('crm', 'contacts', "
      "counterpart.now(), counterpart.now()), ('erp', 'contacts', counterpart.now(), counterpart.now())");
  const ObjectMapping* held = topology_.syncs.front().mapping("contacts");

  connector_.right->description = described({"name"});
  look();
  EXPECT_THAT(in_force(), ElementsAre("name"));
  EXPECT_EQ(held->fields.size(), 2U) << "what is under way goes on as it began";
  EXPECT_THAT(alerts(), ElementsAre(ElementsAre("schema", "erp/contacts/city")));
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.watermark"), "2");

  connector_.right->description = described({"name", "city"});
  look();
  EXPECT_THAT(in_force(), ElementsAre("name", "city"));
  EXPECT_TRUE(alerts().empty());
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.watermark"), "0") << "both sides are listed anew";
  EXPECT_THAT(changes(), ElementsAre(ElementsAre("city removed"), ElementsAre("city added")));
}

TEST_F(SchemaWatchTest, AnotherDaemonKnowsWhatIsStoppedAndReportsItNoSecondTime) {
  look();
  connector_.right->description = described({"name"});
  look();
  topology_.syncs.front().stop_fields("contacts", {});
  SchemaWatch other(io_.get_executor(), topology_, *store_, time_, metrics_);

  get(other.look(erp()));

  EXPECT_THAT(in_force(), ElementsAre("name"));
  EXPECT_EQ(store::sql_value("select times from counterpart.alert"), "1");
  EXPECT_THAT(changes(), ElementsAre(ElementsAre("city removed")));
}

TEST_F(SchemaWatchTest, AFieldThatHoldsLessStopsUntilAPersonAcceptsIt) {
  look();
  field_of_erp(1).max_length = 20;
  look();
  EXPECT_THAT(in_force(), ElementsAre("name"));

  EXPECT_TRUE(get(store_->accept_schema("erp", "contacts")));
  EXPECT_TRUE(alerts().empty());
  look();

  EXPECT_THAT(in_force(), ElementsAre("name", "city"));
  EXPECT_TRUE(alerts().empty());
  EXPECT_FALSE(get(store_->accept_schema("erp", "unheard-of")));
}

}  // namespace
}  // namespace counterpart::test
