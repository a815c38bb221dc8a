// Records that wait for others: what is waited for is worked, and whoever waited comes again.
#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Waiting : public StoreTest {
 protected:
  /// Ends a claimed record's work.
  void end(const Claim& claimed, const std::string& id, const std::function<void(Completion&)>& more) {
    for (const Claimed& record : claimed.records) {
      if (record.key.id != id) continue;
      Completion completion = done(record);
      more(completion);
      EXPECT_THAT(get(store_->complete(sync_, claimed.lease, {completion})), ElementsAre(true));
    }
  }

  void wait(const Claim& claimed, const std::string& id, const std::string& awaited, bool begins = true) {
    end(claimed, id, [&](Completion& completion) {
      completion.outcome = Outcome::waiting;
      completion.waits.emplace();
      completion.waits->push_back({left(id), left(awaited), "manager", begins, false});
    });
  }

  void release(const Claim& claimed, const std::string& id, bool linked) {
    end(claimed, id, [&](Completion& completion) { completion.releases.push_back({left(id), linked}); });
  }

  static std::vector<std::string> dirty() {
    std::vector<std::string> ids;
    for (const auto& row : sql("select id from counterpart.dirty order by id")) ids.push_back(row[0]);
    return ids;
  }

  Awaited state_of(const std::string& id, const std::string& awaited) {
    return get(store_->awaited(sync_, {{left(id), left(awaited)}})).at(0);
  }

  SyncId sync_ = make_sync();
};

TEST_F(Waiting, MakesTheOtherOneDirtyAndIsReleasedByIt) {
  get(store_->mark(sync_, {mark_of(left("child"))}));
  wait(claim(sync_), "child", "parent");
  EXPECT_THAT(dirty(), ElementsAre("parent"));
  EXPECT_TRUE(state_of("child", "parent").known);
  EXPECT_EQ(state_of("child", "parent").ended, std::nullopt);
  // when the other one's work has ended, in whatever way
  release(claim(sync_), "parent", false);
  // then the first comes again, and is told how
  EXPECT_THAT(dirty(), ElementsAre("child"));
  EXPECT_EQ(state_of("child", "parent").ended, "unchanged");
}

TEST_F(Waiting, WhoWasToldOnceIsOnlyWokenByALink) {
  get(store_->mark(sync_, {mark_of(left("child"))}));
  end(claim(sync_), "child", [](Completion& completion) {
    completion.waits.emplace();
    completion.waits->push_back({left("child"), left("parent"), "manager", false, true});
  });
  get(store_->mark(sync_, {mark_of(left("parent"))}));
  release(claim(sync_), "parent", false);
  EXPECT_THAT(dirty(), IsEmpty());
  get(store_->mark(sync_, {mark_of(left("parent"))}));
  release(claim(sync_), "parent", true);
  EXPECT_THAT(dirty(), ElementsAre("child"));
}

TEST_F(Waiting, ThatBeginsWhileTheOtherOnesWorkEndsIsNotMissed) {
  // given both under work, the child having seen no link
  get(store_->mark(sync_, {mark_of(left("child")), mark_of(left("parent"))}));
  const Claim claimed = claim(sync_);
  ASSERT_EQ(claimed.records.size(), 2u);
  // when the parent's work ends first, and the wait is stored after it
  release(claimed, "parent", true);
  wait(claimed, "child", "parent");
  // then the parent is worked once more, and that wakes the child
  EXPECT_THAT(dirty(), ElementsAre("parent"));
  release(claim(sync_), "parent", true);
  EXPECT_THAT(dirty(), ElementsAre("child"));
}

TEST_F(Waiting, EndsWithTheNextAnswer) {
  get(store_->mark(sync_, {mark_of(left("child"))}));
  wait(claim(sync_), "child", "parent");
  get(store_->mark(sync_, {mark_of(left("child"))}));
  end(claim(sync_), "child", [](Completion& completion) { completion.waits.emplace(); });
  EXPECT_EQ(sql_value("select count(*) from counterpart.waiting"), "0");
}

TEST_F(Waiting, InACircleIsSeenHoweverLongItIs) {
  get(store_->mark(sync_, {mark_of(left("a")), mark_of(left("b"))}));
  const Claim claimed = claim(sync_);
  wait(claimed, "a", "b");
  wait(claimed, "b", "c");
  EXPECT_TRUE(state_of("c", "a").circular);
  EXPECT_TRUE(state_of("c", "c").circular);
  EXPECT_FALSE(state_of("c", "d").circular);
  EXPECT_FALSE(state_of("d", "a").circular);
}

TEST_F(Waiting, CounterpartsAreThoseOfLiveLinks) {
  link(sync_, "L", "R");
  EXPECT_THAT(get(store_->counterparts(sync_, {left("L"), right("R"), left("R"), left("x")})),
              ElementsAre("R", "L", std::nullopt, std::nullopt));
  sql("update counterpart.link set ended = now(), tombstone = 'gone'");
  EXPECT_THAT(get(store_->counterparts(sync_, {left("L")})), ElementsAre(std::nullopt));
}

}  // namespace
}  // namespace counterpart::store
