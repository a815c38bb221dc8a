// Plans made for empty tables walk along any index that begins alike: the planner is told early of what a first load
// puts into them, long before PostgreSQL looks by itself.
#include "server/store/statistics.h"

#include <future>

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

TEST(Growth, IsSeenAfterTheFirstFewThenEachTimeThereAreFourTimesAsManyAndLaterAfterSoMany) {
  Growth growth;
  std::vector<int> seen_at;

  for (int stored = 1; stored <= 14'000; ++stored) {
    if (growth.note(1)) seen_at.push_back(stored);
  }

  EXPECT_THAT(seen_at, testing::ElementsAre(16, 64, 256, 1'024, 4'096, 8'192, 12'288));
}

TEST(Growth, ManyAtOnceAreSeenOnce) {
  Growth growth;

  EXPECT_TRUE(growth.note(1'000));
  EXPECT_FALSE(growth.note(23));
  EXPECT_TRUE(growth.note(1));
}

class PlannersStatistics : public StoreTest {
 protected:
  /// So many records become dirty, and are worked off as newly linked pairs.
  void link_new(SyncId sync, int from, int count) {
    for (int i = from; i < from + count; ++i) accept(sync, left(std::to_string(i)), std::to_string(i));
    const Claim claimed = claim(sync, count);
    std::vector<Completion> completions;
    for (const Claimed& record : claimed.records) {
      Completion& completion = completions.emplace_back(done(record));
      completion.link.emplace().id = {record.key.id, "r" + record.key.id};
    }
    complete(sync, claimed, std::move(completions));
  }
};

TEST_F(PlannersStatistics, AreMadeAsSoonAsThereAreAFewPairs) {
  const SyncId sync = make_sync();

  link_new(sync, 0, 15);
  EXPECT_EQ(points_.count("commit.statistics.after"), 0);

  link_new(sync, 15, 1);
  run_until([&] { return points_.count("commit.statistics.after") == 1; });
  EXPECT_EQ(sql_value("select reltuples from pg_class where oid = 'counterpart.link'::regclass"), "16");
}

// They take as long as they take: on a lane of their own work goes on meanwhile.
TEST_F(PlannersStatistics, HoldUpNoWork) {
  const SyncId sync = make_sync();
  std::promise<void> end;
  points_.at("commit.statistics.before", [&] { end.get_future().wait(); });

  link_new(sync, 0, 16);
  run_until([&] { return points_.count("commit.statistics.before") == 1; });
  link_new(sync, 16, 1);

  EXPECT_EQ(sql_value("select count(*) from counterpart.link"), "17");
  EXPECT_EQ(points_.count("commit.statistics.after"), 0);
  end.set_value();
}

TEST_F(PlannersStatistics, AreAHelpOnlySoWorkIsStoredWithoutThem) {
  const SyncId sync = make_sync();
  points_.at("commit.statistics.before", [] { throw StoreError("refused"); });

  link_new(sync, 0, 16);
  run_until([&] { return points_.count("commit.statistics.before") == 1; });
  link_new(sync, 16, 1);

  EXPECT_EQ(sql_value("select count(*) from counterpart.link"), "17");
}

}  // namespace
}  // namespace counterpart::store
