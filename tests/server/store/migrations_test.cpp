#include "server/store/migrations.h"

#include <atomic>
#include <thread>

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A database without our schema, and with it again afterwards.
class Migrations : public testing::Test {
 protected:
  Migrations() { sql("drop schema counterpart cascade"); }
  ~Migrations() override {
    sql("drop schema if exists counterpart cascade");
    migrate(cluster().uri());
  }

  static std::vector<Migration> with(int number, const std::string& name, const std::string& text) {
    std::vector<Migration> migrations = known_migrations();
    migrations.push_back({number, name, text});
    return migrations;
  }
  static std::string refusal(const std::vector<Migration>& migrations) {
    try {
      migrate(cluster().uri(), migrations);
    } catch (const MigrationError& error) {
      return error.what();
    }
    return "(it was accepted)";
  }
};

TEST_F(Migrations, BringAnEmptyDatabaseToTheNewestSchemaAndThenDoNothing) {
  EXPECT_EQ(schema_state(cluster().uri()).applied, 0);
  EXPECT_EQ(sql_value("select to_regclass('counterpart.migration') is null"), "t") << "looking changes nothing";

  EXPECT_EQ(migrate(cluster().uri()).size(), known_migrations().size());

  EXPECT_THAT(migrate(cluster().uri()), IsEmpty());
  const SchemaState state = schema_state(cluster().uri());
  EXPECT_EQ(state.applied, state.known);
  EXPECT_EQ(sql_value("select name from counterpart.migration where number = 1"), "0001_queue_and_links");
}

TEST_F(Migrations, ANewerSchemaIsRefused) {
  migrate(cluster().uri(), with(9999, "9999_future", "create table counterpart.future ()"));

  EXPECT_THAT(refusal(known_migrations()),
              testing::AllOf(HasSubstr("9999_future"), HasSubstr("newer version of Counterpart")));
}

TEST_F(Migrations, AChangedFileIsRefused) {
  migrate(cluster().uri(), with(9999, "9999_more", "create table counterpart.more ()"));

  EXPECT_THAT(refusal(with(9999, "9999_more", "create table counterpart.more (a int)")),
              testing::AllOf(HasSubstr("9999_more"), HasSubstr("has changed")));
}

TEST_F(Migrations, AFailingOneIsTakenBackWholeAndThoseBeforeItStay) {
  EXPECT_THAT(refusal(with(9999, "9999_bad", "create table counterpart.half (); select no_such_column")),
              testing::AllOf(HasSubstr("9999_bad"), HasSubstr("taken back")));

  EXPECT_EQ(sql_value("select to_regclass('counterpart.half') is null"), "t");
  EXPECT_EQ(schema_state(cluster().uri()).applied, static_cast<int>(known_migrations().size()));
}

TEST_F(Migrations, SeveralDaemonsStartingAtOnceMigrateOnce) {
  std::vector<std::thread> daemons;
  std::atomic<std::size_t> applied{0};
  for (int i = 0; i < 4; ++i) daemons.emplace_back([&] { applied += migrate(cluster().uri()).size(); });
  for (std::thread& daemon : daemons) daemon.join();

  EXPECT_EQ(applied, known_migrations().size());
}

TEST_F(Migrations, ADatabaseThatIsAwayIsNoBadMigration) {
  EXPECT_THROW(migrate("host=/nowhere dbname=counterpart"), DatabaseAway);
  EXPECT_THROW(schema_state("host=/nowhere dbname=counterpart"), DatabaseAway);
}

}  // namespace
}  // namespace counterpart::store
