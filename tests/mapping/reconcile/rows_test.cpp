// Child rows: linked by their own ids, merged field by field, added and removed with the fewest edits.

#include <algorithm>

#include "mapping/reconcile/unchanged.h"
#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Two lines that both sides hold, and agreed on.
void agree_on_two_lines(Document& document) {
  document.add_left("A-1", "1", "10");
  document.add_left("B-2", "2", "20");
  document.rest();
  ASSERT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 2 @ 20"));
  document.decided.clear();
  document.writes = 0;
}

TEST(Rows, GoToTheOtherSideInItsOwnSpelling) {
  // given a line on the left of two linked documents, when they are compared
  Document document;
  document.add_left("A-1", "1.5", "1234.50");
  document.rest();
  // then the right has it, with an id of its own, and nothing more is written
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1,5 @ 1234,5"));
  EXPECT_EQ(document.writes, 1);
}

TEST(Rows, AnEditGoesToTheLinkedRowAndTouchesNoOther) {
  Document document;
  agree_on_two_lines(document);
  // when the right edits one line, and the left another field of it
  document.system.right.find("article", "B-2")->set("count", "5");
  document.system.left.find("product", "B-2")->set("price", "21");
  document.rest();
  // then both hold both
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 5 @ 21"));
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 5 @ 21"));
  ASSERT_EQ(document.decided.size(), 1u);
  EXPECT_EQ(document.decided[0].result, RowResult::fields);
  EXPECT_EQ(document.decided[0].fields.size(), 2u);
}

TEST(Rows, TheirPlaceDecidesNothing) {
  Document document;
  agree_on_two_lines(document);
  // when the left sorts its lines anew
  std::ranges::reverse(document.system.left.all());
  document.rest();
  EXPECT_EQ(document.writes, 0);
  // and one of them is edited then
  document.system.left.find("product", "A-1")->set("quantity", Native(Native::Number{"7"}));
  document.rest();
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 7 @ 10", "B-2 × 2 @ 20"));
}

TEST(Rows, OneRemovedOnASideIsRemovedOnTheOther) {
  for (const Side side : kSides) {
    Document document;
    agree_on_two_lines(document);
    document.system[side].remove(side == Side::left ? "product" : "article", "A-1");
    document.rest();
    EXPECT_THAT(document.left_rows(), ElementsAre("B-2 × 2 @ 20"));
    EXPECT_THAT(document.right_rows(), ElementsAre("B-2 × 2 @ 20"));
    EXPECT_EQ(document.writes, 1);
  }
}

TEST(Rows, OneRemovedOnBothSidesIsForgotten) {
  Document document;
  agree_on_two_lines(document);
  document.system.left.remove("product", "A-1");
  document.system.right.remove("article", "A-1");
  document.rest();
  EXPECT_EQ(document.writes, 0);
  EXPECT_EQ(LinkedRows(document.mapping.rows[0], document.state).size(), 1u);
}

TEST(Rows, OneRemovedHereAndEditedThereIsHeldForAPerson) {
  Document document;
  agree_on_two_lines(document);
  document.system.left.remove("product", "A-1");
  document.system.right.find("article", "A-1")->set("count", "9");
  document.rest();
  // then nothing is written, the edit is kept, and the row is frozen, once
  EXPECT_EQ(document.writes, 0);
  EXPECT_THAT(document.right_rows(), Contains("A-1 × 9 @ 10"));
  EXPECT_THAT(document.state.frozen, ElementsAre("lines[1]"));
  EXPECT_THAT(document.decide().rows, IsEmpty());
  // other lines go on
  document.system.left.find("product", "B-2")->set("price", "22");
  document.rest();
  EXPECT_THAT(document.right_rows(), Contains("B-2 × 2 @ 22"));
  // and a person who removes it there, too, has decided
  document.system.right.remove("article", "A-1");
  const Decision decision = document.decide();
  EXPECT_THAT(decision.thawed, ElementsAre("lines[1]"));
  EXPECT_THAT(decision.next.frozen, IsEmpty());
}

TEST(Rows, OneHeldForAPersonGoesOnWhenItIsEnteredAgain) {
  Document document;
  agree_on_two_lines(document);
  document.system.left.remove("product", "A-1");
  document.system.right.find("article", "A-1")->set("count", "9");
  document.rest();
  document.add_left("A-1", "9", "10");
  document.rest();
  EXPECT_THAT(document.state.frozen, IsEmpty());
  document.system.left.find("product", "A-1")->set("quantity", Native(Native::Number{"8"}));
  document.rest();
  EXPECT_THAT(document.right_rows(), UnorderedElementsAre("A-1 × 8 @ 10", "B-2 × 2 @ 20"));
}

struct Contest {
  ConflictRule rule;
  std::optional<Side> changed_last;
  bool kept;
};

class RemovedAndEdited : public ::testing::TestWithParam<Contest> {};

TEST_P(RemovedAndEdited, IsDecidedByTheConflictRule) {
  // given a line removed on the left and edited on the right
  Document document;
  document.mapping.rows[0].conflict = GetParam().rule;
  agree_on_two_lines(document);
  document.system.left.remove("product", "A-1");
  document.system.right.find("article", "A-1")->set("count", "9");
  if (const auto last = GetParam().changed_last) {
    document.context.changed_at[*last] = Instant{std::chrono::hours(2)};
    document.context.changed_at[other(*last)] = Instant{std::chrono::hours(1)};
  }
  document.rest();
  // then the winner has its way on both sides
  if (GetParam().kept) {
    EXPECT_THAT(document.left_rows(), UnorderedElementsAre("A-1 × 9 @ 10", "B-2 × 2 @ 20"));
    EXPECT_THAT(document.right_rows(), UnorderedElementsAre("A-1 × 9 @ 10", "B-2 × 2 @ 20"));
  } else {
    EXPECT_THAT(document.left_rows(), ElementsAre("B-2 × 2 @ 20"));
    EXPECT_THAT(document.right_rows(), ElementsAre("B-2 × 2 @ 20"));
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, RemovedAndEdited,
                         ::testing::Values(Contest{ConflictRule::left, {}, false},
                                           Contest{ConflictRule::right, {}, true},
                                           Contest{ConflictRule::keep_non_blank, {}, true},
                                           Contest{ConflictRule::latest, Side::left, false},
                                           Contest{ConflictRule::latest, Side::right, true}));

TEST(Rows, AddedOnBothSidesAreTwoUnlessTheyAreEqual) {
  Document document;
  agree_on_two_lines(document);
  document.add_left("C-3", "1", "5");
  document.add_right("C-3", "1", "5,00");
  document.add_left("D-4", "1", "6");
  document.add_right("D-4", "2", "6");
  document.rest();
  EXPECT_EQ(document.left_rows().size(), 5u);
  EXPECT_EQ(std::ranges::count(document.left_rows(), "C-3 × 1 @ 5"), 1);
  EXPECT_THAT(document.left_rows(), Contains("D-4 × 1 @ 6"));
  EXPECT_THAT(document.left_rows(), Contains("D-4 × 2 @ 6"));
  EXPECT_EQ(document.right_rows().size(), 5u);
}

TEST(Rows, OfTheSameProductTwiceAreTwo) {
  Document document;
  document.add_left("A-1", "1", "10");
  document.add_left("A-1", "1", "10");
  document.rest();
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 10", "A-1 × 1 @ 10"));
  document.system.left.all().pop_back();
  document.rest();
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 10"));
}

// --- two documents are linked ---------------------------------------------------------------------

TEST(RowsLinkedFirst, ThoseOfOneKeyAreOneWhateverTheirOrder) {
  Document document;
  document.add_left("A-1", "1", "10");
  document.add_left("B-2", "2", "20");
  document.add_right("B-2", "3", "20");
  document.add_right("A-1", "1", "10,0");
  document.rest();
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 2 @ 20"));
  EXPECT_THAT(document.right_rows(), ElementsAre("B-2 × 2 @ 20", "A-1 × 1 @ 10,0"));
}

struct First {
  InitialRule rule;
  std::vector<std::string> products;
  std::size_t frozen;
};

class RowsLinkedFirstAlone : public ::testing::TestWithParam<First> {};

TEST_P(RowsLinkedFirstAlone, AreDecidedByTheInitialRule) {
  // given a line that both have, and one that each has alone
  Document document;
  document.mapping.rows[0].initial = GetParam().rule;
  document.add_left("A-1", "1", "10");
  document.add_left("L-1", "1", "10");
  document.add_right("A-1", "1", "10");
  document.add_right("R-1", "1", "10");
  document.rest();
  std::vector<std::string> right;
  for (const Native& row : document.system.right.all()) right.push_back(row.member("article")->plain());
  EXPECT_EQ(right, GetParam().products);
  EXPECT_EQ(document.state.frozen.size(), GetParam().frozen);
}

INSTANTIATE_TEST_SUITE_P(Rules, RowsLinkedFirstAlone,
                         ::testing::Values(First{InitialRule::left, {"A-1", "L-1"}, 0},
                                           First{InitialRule::right, {"A-1", "R-1"}, 0},
                                           First{InitialRule::manual, {"A-1", "R-1"}, 2}));

TEST(RowsLinkedFirst, AnEmptyListIsFilled) {
  Document document;
  document.mapping.rows[0].initial = InitialRule::left;
  document.add_right("R-1", "1", "10");
  document.rest();
  EXPECT_THAT(document.left_rows(), ElementsAre("R-1 × 1 @ 10"));
}

// --- directions ------------------------------------------------------------------------------------

TEST(RowsOneWay, WhatTheFollowerAddsAndRemovesIsLeftSo) {
  Document document;
  document.mapping.rows[0].direction = Direction::to_right;
  agree_on_two_lines(document);
  document.system.right.remove("article", "A-1");
  document.add_right("R-9", "1", "1");
  document.rest();
  EXPECT_EQ(document.writes, 0);
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 2 @ 20"));
  EXPECT_THAT(document.right_rows(), ElementsAre("B-2 × 2 @ 20", "R-9 × 1 @ 1"));
  // and stays so, while the rest goes on
  document.system.left.find("product", "B-2")->set("price", "23");
  document.rest();
  EXPECT_THAT(document.right_rows(), ElementsAre("B-2 × 2 @ 23", "R-9 × 1 @ 1"));
  EXPECT_TRUE(document.decide().rows.empty());
}

// --- systems with ways of their own ---------------------------------------------------------------

TEST(RowsOfASystem, ThatRenewsAllIdsWithEachWriteStayLinked) {
  Document document;
  document.system.right.stores = [&](Native& fields) {
    for (Native& row : fields.member("positions")->array()) row.remove("no");
  };
  agree_on_two_lines(document);
  for (int round = 1; round <= 3; ++round) {
    document.system.left.find("product", "A-1")->set("quantity", Native::integer(10 + round));
    document.add_left("N-" + std::to_string(round), "1", "1");
    document.rest();
  }
  EXPECT_THAT(document.right_rows(),
              ElementsAre("A-1 × 13 @ 10", "B-2 × 2 @ 20", "N-1 × 1 @ 1", "N-2 × 1 @ 1", "N-3 × 1 @ 1"));
  EXPECT_EQ(document.left_rows().size(), 5u);
  EXPECT_EQ(document.writes, 3);
}

TEST(RowsOfASystem, ThatRenewsAllIdsWhenAPersonSavesStayLinked) {
  Document document;
  agree_on_two_lines(document);
  document.system.right.renew_ids();
  document.rest();
  EXPECT_EQ(document.writes, 0);
  document.system.right.find("article", "A-1")->set("count", "4");
  document.rest();
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 4 @ 10", "B-2 × 2 @ 20"));
}

TEST(RowsOfASystem, ThatRenewsIdsAndStoresOtherThanWasSentAreNotDoubled) {
  Document document;
  agree_on_two_lines(document);
  // given a right side that renews ids and stores prices without what follows the point
  document.system.right.stores = [](Native& fields) {
    for (Native& row : fields.member("positions")->array()) {
      row.remove("no");
      const std::string amount = row.member("amount")->plain();
      row.set("amount", amount.substr(0, amount.find(',')));
    }
  };
  document.system.left.find("product", "A-1")->set("price", "11.5");
  document.add_left("C-3", "1", "5.5");
  document.rest();
  // then both end with what it stored
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 11", "B-2 × 2 @ 20", "C-3 × 1 @ 5"));
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 1 @ 11", "B-2 × 2 @ 20", "C-3 × 1 @ 5"));
}

TEST(RowsOfASystem, ThatWereThereBeforeAreNotTakenForAddedOnes) {
  // given: rows without a key; a person puts a row in the place of one that is, at the same time, changed to the same
  Document document;
  document.mapping.rows[0].key.clear();
  document.mapping.rows[0].conflict = ConflictRule::keep_non_blank;
  document.add_left("screw", "1", "5");
  document.rest();
  document.system.right.find("article", "screw")->set("amount", "6");
  document.system.left.remove("product", "screw");
  document.add_left("screw", "1", "6");
  // when
  document.rest();
  // then: each side has both, however alike they are
  EXPECT_EQ(document.system.left.all().size(), 2u);
  EXPECT_EQ(document.system.right.all().size(), 2u);
}

TEST(RowsOfASystem, ThatIgnoresAnAddedOneAreHeldForAPerson) {
  Document document;
  agree_on_two_lines(document);
  document.system.right.stores = [](Native& fields) {
    auto& rows = fields.member("positions")->array();
    std::erase_if(rows, [](const Native& row) { return row.member("no") == nullptr; });
  };
  document.add_left("C-3", "1", "5");
  document.rest();
  EXPECT_EQ(document.writes, 1);
  EXPECT_THAT(document.state.frozen, ElementsAre("lines[3]"));
}

TEST(RowsOfASystem, ThatDoesNotRemoveOneAreHeldForAPerson) {
  Document document;
  agree_on_two_lines(document);
  const Native row = *document.system.right.find("article", "A-1");
  document.system.right.stores = [row](Native& fields) { fields.member("positions")->array().push_back(row); };
  document.system.left.remove("product", "A-1");
  document.rest();
  EXPECT_EQ(document.writes, 1);
  EXPECT_THAT(document.state.frozen, ElementsAre("lines[1]"));
}

TEST(RowsOfASystem, ThatGivesANewRowValuesOfItsOwnAreLinkedAndTheValuesGoBack) {
  Document document;
  document.system.right.stores = [](Native& fields) {
    for (Native& row : fields.member("positions")->array()) {
      if (row.member("count") == nullptr) row.set("count", "1");
    }
  };
  Native row = json(R"({"product": "A-1", "price": "3"})");
  document.system.left.add(std::move(row));
  document.system.left.record.absent_is_blank = true;
  document.rest();
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 3"));
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 1 @ 3"));
}

TEST(RowsOfASystem, ThatPutsARemovedOneBackEachTimeAreNotWrittenForEver) {
  Document document;
  agree_on_two_lines(document);
  // given programs on both sides: the left adds the line again, the right removes it
  for (int round = 0; round < 200; ++round) {
    if (document.system.left.find("product", "X") == nullptr) document.add_left("X", "1", "1");
    document.pass();
    document.system.right.remove("article", "X");
    document.pass();
  }
  EXPECT_LT(document.writes, 100);
  EXPECT_FALSE(document.state.frozen.empty());
}

// --- what cannot be done ---------------------------------------------------------------------------

TEST(Rows, OneThatCannotBeReadParksTheRecordAndNamesItself) {
  Document document;
  agree_on_two_lines(document);
  document.system.left.find("product", "A-1")->set("quantity", "many");
  document.system.left.find("product", "B-2")->set("price", "21");
  const Decision decision = document.decide();
  EXPECT_TRUE(decision.parked());
  EXPECT_FALSE(decision.writes(Side::right));
  ASSERT_EQ(decision.rows.size(), 1u);
  EXPECT_EQ(decision.rows[0].id.left, "1");
  ASSERT_EQ(decision.rows[0].fields.size(), 1u);
  EXPECT_THAT(decision.rows[0].fields[0].problem->what, HasSubstr("many"));
}

struct Untellable {
  std::string rows;
  std::string says;
};

class RowsThatCannotBeToldApart : public ::testing::TestWithParam<Untellable> {};

TEST_P(RowsThatCannotBeToldApart, ParkTheRecord) {
  Document document;
  document.system.left.record.fields.set("lines", json(GetParam().rows));
  for (const bool create : {false, true}) {
    const Decision decision =
        create ? decide_create(document.mapping, Side::right, document.system.left.record) : document.decide();
    EXPECT_TRUE(decision.parked());
    ASSERT_EQ(decision.rows.size(), 1u);
    EXPECT_THAT(decision.rows[0].problem->what, HasSubstr(GetParam().says));
    EXPECT_FALSE(decision.rows[0].problem->remedy.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RowsThatCannotBeToldApart,
    ::testing::Values(Untellable{R"([{"product": "A-1"}])", "row 1 of lines has no id in its member 'id'"},
                      Untellable{R"([{"id": "1"}, {"id": 1}])", "row 2 of lines has the id 1 of another row"},
                      Untellable{R"("none")", "lines holds no list of rows"}));

TEST(Rows, OfWhichTheSystemTellsNothingChangeNothing) {
  Document document;
  agree_on_two_lines(document);
  Native lines = *document.system.left.record.fields.member("lines");
  document.system.left.record.fields.remove("lines");
  EXPECT_FALSE(document.pass());
  EXPECT_EQ(document.right_rows().size(), 2u);
  // when it tells again, what changed meanwhile is carried
  lines.array()[0].set("price", "11");
  document.system.left.record.fields.set("lines", std::move(lines));
  document.rest();
  EXPECT_THAT(document.right_rows(), Contains("A-1 × 1 @ 11"));
}

// --- the ends of a record --------------------------------------------------------------------------

TEST(Rows, AreMadeWithTheRecord) {
  Document document;
  document.mapping.rows[0].side.right.on_create_set = json(R"({"kind": "article"})");
  document.add_left("A-1", "1", "10");
  document.add_left("B-2", "2", "20");
  const Decision decision = decide_create(document.mapping, Side::right, document.system.left.record);
  document.system.right.store(*decision.after.right);
  document.state =
      settle_create(document.mapping, decision, Side::right, document.system.left.record, document.system.right.record)
          .next;
  EXPECT_THAT(document.right_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 2 @ 20"));
  EXPECT_EQ(document.system.right.all()[0].member("kind")->plain(), "article");
  EXPECT_EQ(document.rest(), 0);
  document.system.right.find("article", "B-2")->set("count", "3");
  document.rest();
  EXPECT_THAT(document.left_rows(), ElementsAre("A-1 × 1 @ 10", "B-2 × 3 @ 20"));
}

TEST(Rows, ThatHoldWhatTheyHeldAreUnchanged) {
  Document document;
  agree_on_two_lines(document);
  const auto holds = [&] {
    return holds_base(document.mapping, Side::left, document.system.left.record, document.state.base.left);
  };
  document.state.base.left.set("title", "t");
  EXPECT_TRUE(holds());
  document.system.left.find("product", "A-1")->set("price", "11");
  EXPECT_FALSE(holds());
  document.system.left.find("product", "A-1")->set("price", "10");
  document.add_left("C-3", "1", "1");
  EXPECT_FALSE(holds());
  document.system.left.remove("product", "C-3");
  EXPECT_TRUE(holds());
  document.system.left.remove("product", "A-1");
  EXPECT_FALSE(holds());
}

}  // namespace
}  // namespace counterpart::testing
