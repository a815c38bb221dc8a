// Rows of an update whose answer was lost: what a person has done since tells whether it was written.

#include <gtest/gtest.h>

#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

class RowsInDoubt : public ::testing::Test {
 protected:
  RowsInDoubt() {
    document_.add_left("screw", "1", "5");
    document_.add_left("nut", "2", "7");
    document_.rest();
  }

  Native& left(std::string_view product) { return *document_.system.left.find("product", product); }
  Native& right(std::string_view article) { return *document_.system.right.find("article", article); }

  /// A pass to the right whose answer is lost.
  void write(bool took_effect) {
    const Decision decision = document_.decide();
    ASSERT_TRUE(decision.writes(Side::right));
    intent_ = intent_fields(document_.mapping, decision, Side::right, document_.now());
    if (took_effect) document_.system.right.store(*decision.after.right);
  }

  IntentSettlement settle() {
    const auto settled =
        settle_intent(document_.mapping, Side::right, intent_, document_.system.right.record, document_.state);
    document_.state = settled.next;
    return settled;
  }

  Document document_;
  IntentFields intent_;
};

TEST_F(RowsInDoubt, AFieldFromBeforeTellsThatNothingWasWrittenWhateverElseIsChangedInItsRow) {
  // given: an update of two fields of a row that never arrived, and a person who has changed one of them since
  left("screw").set("quantity", Native(Native::Number{"10"}));
  left("screw").set("price", "50");
  write(false);
  right("screw").set("amount", "6");
  // when
  settle();
  document_.rest();
  // then: the other is written, and of the contested one the left leads
  EXPECT_EQ(right("screw").member("count")->plain(), "10");
  EXPECT_EQ(left("screw").member("quantity")->plain(), "10");
  EXPECT_EQ(right("screw").member("amount")->plain(), left("screw").member("price")->plain());
}

TEST_F(RowsInDoubt, AFieldAsItWasSentTellsThatAllWasWritten) {
  // given: an update of two fields of a row that took effect, and a person who saw it and changed one of them
  left("screw").set("quantity", Native(Native::Number{"10"}));
  left("screw").set("price", "50");
  write(true);
  right("screw").set("amount", "6");
  // when
  settle();
  document_.rest();
  // then
  EXPECT_EQ(left("screw").member("price")->plain(), "6");
  EXPECT_EQ(left("screw").member("quantity")->plain(), "10");
}

TEST_F(RowsInDoubt, RowsAreKnownAgainUnderNewIdsByWhatWasSent) {
  // given: a system that renews its ids, rows without a key, and an update that took effect
  document_.mapping.rows[0].key.clear();
  left("screw").set("price", "50");
  write(true);
  document_.system.right.renew_ids();
  // when
  const IntentSettlement settled = settle();
  const int writes = document_.writes;
  document_.rest();
  // then: nothing is left to be written, and no row is there twice
  EXPECT_TRUE(settled.done);
  EXPECT_EQ(document_.writes, writes);
  EXPECT_EQ(document_.system.left.all().size(), 2u);
  EXPECT_EQ(document_.system.right.all().size(), 2u);
}

TEST_F(RowsInDoubt, ARemovedRowThatIsThereUnderANewIdWasNotRemoved) {
  // given: a removal that never arrived, and a person whose save has renewed all ids
  document_.system.left.remove("product", "nut");
  write(false);
  document_.system.right.renew_ids();
  // when
  settle();
  document_.rest();
  // then: it does not come back
  EXPECT_EQ(document_.system.left.all().size(), 1u);
  EXPECT_EQ(document_.system.right.all().size(), 1u);
}

TEST_F(RowsInDoubt, AnIntentTellsWhatARowThatItRemovesHeld) {
  // given
  document_.system.left.remove("product", "nut");
  // when
  write(true);
  // then: the history can tell it, though the answer was lost
  const Native& before = intent_.before.member("positions")->array().front();
  ASSERT_NE(before.member("article"), nullptr);
  EXPECT_EQ(before.member("article")->plain(), "nut");
  EXPECT_EQ(before.member("amount")->plain(), "7");
  EXPECT_TRUE(settle().done);
}

TEST_F(RowsInDoubt, RowsThatAreNeitherAsSentNorAsBeforeAreToldAsOvertaken) {
  // given: one row removed and one added, without a key, by a system that stores what it is sent in other letters
  document_.mapping.rows[0].key.clear();
  document_.system.left.remove("product", "nut");
  document_.add_left("bolt", "3", "9");
  const auto overtaken = [&] {
    return overtaken_fields(document_.mapping, Side::right, intent_, document_.system.right.record);
  };
  // when, then: before it took effect there is nothing to tell
  write(false);
  EXPECT_EQ(overtaken(), std::set<std::string>{});
  // when, then: after it there is
  write(true);
  right("bolt").set("article", "BOLT");
  EXPECT_EQ(overtaken(), std::set<std::string>{"positions"});
}

}  // namespace
}  // namespace counterpart::testing
