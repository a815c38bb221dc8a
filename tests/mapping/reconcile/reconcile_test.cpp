// Decisions over whole records: what is written where, in which spelling, and what parks or freezes.
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

// Upper case only. An edit that goes on with what the other side holds keeps that side's case.
class UpperCase : public PlainText {
 public:
  Value narrow(const Value& value) const override {
    std::string upper = std::get<std::string>(value);
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return upper;
  }
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    const std::string start = std::get<std::string>(narrow(old));
    const std::string& whole = std::get<std::string>(poor);
    return whole.starts_with(start) ? Value{std::get<std::string>(old) + whole.substr(start.size())} : poor;
  }
};

ObjectMapping email_and_phone() {
  return mapping_of({text_field("email"), text_field("phone")});
}

TEST(Reconcile, AnUnchangedPairDecidesNothing) {
  const Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");

  const Decision decision = reconcile(email_and_phone(), pair.state, pair.now(), {});

  EXPECT_TRUE(decision.fields.empty());
  EXPECT_FALSE(decision.writes(Side::left));
  EXPECT_FALSE(decision.writes(Side::right));
  EXPECT_EQ(decision.next.base, pair.state.base);
}

TEST(Reconcile, DifferentFieldsEditedOnBothSidesBothStay) {
  Pair pair = agreed(R"({"email":"a","phone":"1","note":"l"})", R"({"email":"a","phone":"1","note":"r"})");
  pair.left.fields.set("email", "b");
  pair.right.fields.set("phone", "2");

  const Decision decision = reconcile(email_and_phone(), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::left) && decision.writes(Side::right));
  EXPECT_EQ(*decision.after.left, json(R"({"email":"b","phone":"2","note":"l"})"));
  EXPECT_EQ(*decision.after.right, json(R"({"email":"b","phone":"2","note":"r"})"));
}

TEST(Reconcile, SaysWhatItSawAndWhichRuleDecided) {
  Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
  pair.left.fields.set("email", "b");

  const Decision decision = reconcile(email_and_phone(), pair.state, pair.now(), {});

  ASSERT_EQ(decision.fields.size(), 1U);
  EXPECT_EQ(decision.fields[0].rule, "changed on left");
  EXPECT_EQ(shown(decision.fields[0].now.left), "b");
  EXPECT_EQ(shown(decision.fields[0].now.right), "a");
}

TEST(Reconcile, OneProblemParksTheWholeRecord) {
  Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
  pair.left.fields.set("email", "b");
  pair.right.fields.set("email", "b");
  pair.right.fields.set("phone", "unholdable");

  const Decision decision = reconcile(email_and_phone(), pair.state, pair.now(), {});

  EXPECT_TRUE(decision.parked());
  EXPECT_FALSE(decision.writes(Side::left));
  EXPECT_FALSE(decision.writes(Side::right));
  EXPECT_EQ(decision.next.base, pair.state.base);
  ASSERT_EQ(decision.fields.size(), 1U);
  EXPECT_EQ(decision.fields[0].problem, (Problem{"unholdable", "shorten it"}));
}

TEST(Reconcile, BothSidesUnreadableNamesBoth) {
  Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
  pair.left.fields.set("email", "unreadable 1");
  pair.right.fields.set("email", "unreadable 2");

  const Decision decision = reconcile(email_and_phone(), pair.state, pair.now(), {});

  ASSERT_EQ(decision.fields.size(), 2U);
  EXPECT_EQ(decision.fields[0].to, Side::left);
  EXPECT_EQ(decision.fields[1].to, Side::right);
}

TEST(Reconcile, SpellsAValueAsTheOtherSideDoes) {
  FieldRule rule = text_field("discount");
  rule.side = {side_of({"discount"}, codec("number")), side_of({"rabatt"}, codec("decimal(de)"))};
  Pair pair = agreed(R"({"discount":0.15})", R"({"rabatt":"0,150"})");

  EXPECT_TRUE(reconcile(mapping_of({rule}), pair.state, pair.now(), {}).fields.empty());

  pair.left.fields = json(R"({"discount":1234.50})");
  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});
  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"rabatt":"1234,5"})"));
}

TEST(Reconcile, AnotherSpellingOfTheSameValueIsNoChange) {
  FieldRule rule = text_field("discount");
  rule.side = {side_of({"discount"}, codec("decimal")), side_of({"rabatt"}, codec("decimal(de)"))};
  Pair pair = agreed(R"({"discount":"0.15"})", R"({"rabatt":"0,15"})");
  pair.left.fields = json(R"({"discount":"0.150"})");
  pair.right.fields = json(R"({"rabatt":"0,1500"})");

  EXPECT_TRUE(reconcile(mapping_of({rule}), pair.state, pair.now(), {}).fields.empty());
}

TEST(Reconcile, AChangedCodecReadsOldBasesAnew) {
  // Given a base that was kept when the field was plain text, and a mapping that now says decimal.
  FieldRule rule = text_field("price");
  for (const Side side : kSides) rule.side[side].codec = codec("decimal");
  Pair pair = agreed(R"({"price":"1.50"})", R"({"price":"1.5"})");
  pair.right.fields.set("price", "2");

  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});

  ASSERT_NE(decided(decision), nullptr);
  EXPECT_EQ(decided(decision)->result, FieldResult::write);
  EXPECT_EQ(decided(decision)->to, Side::left);
}

TEST(Reconcile, CleaningIsNoChange) {
  FieldRule rule = text_field("number");
  rule.side.left.clean = Expression::parse("value | replace('#', '')");
  Pair pair = agreed(R"({"number":"#17"})", R"({"number":"17"})");
  EXPECT_TRUE(reconcile(mapping_of({rule}), pair.state, pair.now(), {}).fields.empty());

  pair.left.fields.set("number", "##17");
  EXPECT_TRUE(reconcile(mapping_of({rule}), pair.state, pair.now(), {}).fields.empty());

  pair.left.fields.set("number", "#18");
  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});
  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"number":"18"})"));
}

// Child rows ---------------------------------------------------------------------------------------

ObjectMapping email_in_child_row() {
  FieldRule rule = text_field("email");
  rule.side.right = side_of({"contact_mechanisms[type=email].value"}, codec<PlainText>());
  return mapping_of({rule});
}

TEST(ChildRows, AChangeIsPutIntoItsRow) {
  Pair pair{
      record(R"({"email":"b"})"),
      record(R"({"contact_mechanisms":[{"id":7,"type":"phone","value":"1"},{"id":8,"type":"email","value":"a"}]})"),
      {}};
  pair.state.base = {json(R"({"email":"a"})"), json(R"({"contact_mechanisms[type=email].value":"a"})")};

  const Decision decision = reconcile(email_in_child_row(), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(
      *decision.after.right,
      json(R"({"contact_mechanisms":[{"id":7,"type":"phone","value":"1"},{"id":8,"type":"email","value":"b"}]})"));
}

TEST(ChildRows, AMissingRowIsBlankAndIsMade) {
  Pair pair{record(R"({"email":"b"})"), record(R"({"contact_mechanisms":[]})"), {}};

  const Decision decision = reconcile(email_in_child_row(), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"contact_mechanisms":[{"type":"email","value":"b"}]})"));
}

TEST(ChildRows, ABlankRemovesTheRow) {
  Pair pair{record(R"({"email":null})"), record(R"({"contact_mechanisms":[{"id":8,"type":"email","value":"a"}]})"), {}};
  pair.state.base = {json(R"({"email":"a"})"), json(R"({"contact_mechanisms[type=email].value":"a"})")};

  const Decision decision = reconcile(email_in_child_row(), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"contact_mechanisms":[]})"));
}

// Narrowing ----------------------------------------------------------------------------------------

class Narrow : public ::testing::Test {
 protected:
  // Left holds whole names of towns, right five characters of them.
  Narrow() {
    FieldRule rule = text_field("town");
    rule.side.right.codec = codec<FiveCharacters>();
    mapping = mapping_of({rule});
  }

  Decision decide() const { return reconcile(mapping, pair.state, pair.now(), {}); }
  void left(const Native& value) { pair.left.fields.set("town", value); }
  void right(const Native& value) { pair.right.fields.set("town", value); }

  ObjectMapping mapping;
  Pair pair = agreed(R"({"town":"Hamburg"})", R"({"town":"Hambu"})");
};

TEST_F(Narrow, TheRichValueIsSentAsItCanBeHeld) {
  left("Rostock");
  const Decision decision = decide();
  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"town":"Rosto"})"));
  EXPECT_EQ(shown(decided(decision)->sent), "Rosto");
}

TEST_F(Narrow, AChangeThatThePoorSideCannotSeeIsAgreed) {
  left("Hamburg-Altona");
  const Decision decision = decide();
  ASSERT_NE(decided(decision), nullptr);
  EXPECT_EQ(decided(decision)->result, FieldResult::agreed);
  EXPECT_FALSE(decision.writes(Side::right));
  EXPECT_EQ(decision.next.base.left, json(R"({"town":"Hamburg-Altona"})"));
}

TEST_F(Narrow, SidesThatAgreeAsFarAsThePoorOneSeesAskNobody) {
  mapping.fields[0].initial = InitialRule::manual;
  mapping.fields[0].conflict = ConflictRule::manual;

  pair.state = {};
  EXPECT_EQ(decide().fields.at(0).result, FieldResult::agreed) << "first linked";

  pair = agreed(R"({"town":"Hamburg"})", R"({"town":"Hambu"})");
  left("Rostock");
  right("Rosto");
  EXPECT_EQ(decide().fields.at(0).result, FieldResult::agreed) << "both changed";
}

TEST_F(Narrow, AnEditOnThePoorSideIsPutIntoTheRichValue) {
  right("Bonn");
  const Decision decision = decide();
  ASSERT_TRUE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.left, json(R"({"town":"Bonn"})"));
}

TEST_F(Narrow, AnEditThatIsNotDecidableFreezesTheField) {
  right("Breme");
  const Decision decision = decide();
  ASSERT_NE(decided(decision), nullptr);
  EXPECT_EQ(decided(decision)->result, FieldResult::frozen);
  EXPECT_TRUE(decision.next.frozen.contains("town"));
  EXPECT_FALSE(decision.writes(Side::left));
}

TEST_F(Narrow, EmptyingThePoorSideEmptiesTheRich) {
  right({});
  const Decision decision = decide();
  ASSERT_TRUE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.left, json(R"({"town":null})"));
}

TEST_F(Narrow, ABlankRichSideIsFilledWithWhatThePoorOneHolds) {
  pair = agreed(R"({"town":null})", R"({"town":null})");
  right("Breme");
  const Decision decision = decide();
  ASSERT_TRUE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.left, json(R"({"town":"Breme"})"));
}

TEST_F(Narrow, RestoringGivesTheRichSideItsWholeValueBack) {
  mapping.fields[0].direction = Direction::to_right;
  mapping.fields[0].forbidden = Forbidden::restore;
  std::swap(mapping.fields[0].side.left, mapping.fields[0].side.right);
  pair = agreed(R"({"town":"Hambu"})", R"({"town":"Hamburg"})");
  right("Bremen");

  const Decision decision = decide();

  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"town":"Hamburg"})"));
}

TEST_F(Narrow, NothingIsSentThatTheSideHoldsAlready) {
  // Right holds five characters, left upper case: left's edit lies beyond what right can hold.
  mapping.fields[0].side.left.codec = codec<UpperCase>();
  pair = agreed(R"({"town":"HAMBU"})", R"({"town":"Hambu"})");
  left("HAMBURG");

  const Decision decision = decide();

  ASSERT_NE(decided(decision), nullptr);
  EXPECT_EQ(decided(decision)->result, FieldResult::agreed);
  EXPECT_FALSE(decision.writes(Side::right));
  EXPECT_EQ(decision.next.base.left, json(R"({"town":"HAMBURG"})"));
}

TEST(Names, ThePartsSurviveAnEditOfTheFullName) {
  FieldRule rule;
  rule.name = "name";
  rule.side = {side_of({"firstname", "lastname"}, codec("name_parts")),
               side_of({"name"}, codec("full_name", Side::right))};
  const ObjectMapping mapping = mapping_of({rule});
  Pair pair{record(R"({"firstname":"Johann Wolfgang","lastname":"von Goethe"})"),
            record(R"({"name":"Johann Wolfgang von Goethe"})"),
            {}};

  // First linked: the same name, though no split of the full one gives these parts.
  const Decision first = reconcile(mapping, pair.state, pair.now(), {});
  ASSERT_NE(decided(first), nullptr);
  EXPECT_EQ(decided(first)->result, FieldResult::agreed);
  EXPECT_EQ(first.next.base.left, json(R"({"firstname + lastname":["Johann Wolfgang","von Goethe"]})"));

  // The parts edited on the left arrive as a full name on the right.
  pair.state = first.next;
  pair.left.fields.set("lastname", "von Goethe-Schiller");
  const Decision second = reconcile(mapping, pair.state, pair.now(), {});
  ASSERT_TRUE(second.writes(Side::right));
  EXPECT_EQ(*second.after.right, json(R"({"name":"Johann Wolfgang von Goethe-Schiller"})"));

  // The family name edited on the right leaves the given names as they are.
  pair.left.fields.set("lastname", "von Goethe");
  pair.right.fields.set("name", "Johann Wolfgang Goethe");
  const Decision third = reconcile(mapping, pair.state, pair.now(), {});
  ASSERT_TRUE(third.writes(Side::left));
  EXPECT_EQ(*third.after.left, json(R"({"firstname":"Johann Wolfgang","lastname":"Goethe"})"));
}

// Frozen -------------------------------------------------------------------------------------------

class Frozen : public ::testing::Test {
 protected:
  Frozen() {
    pair.left.fields.set("email", "l");
    pair.right.fields.set("email", "r");
    pair.state = reconcile(mapping, pair.state, pair.now(), {}).next;
  }
  Decision decide() const { return reconcile(mapping, pair.state, pair.now(), {}); }

  ObjectMapping mapping = email_and_phone();
  Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
};

TEST_F(Frozen, KeepsItsBasesAndIsNotListedAgain) {
  ASSERT_TRUE(pair.state.frozen.contains("email"));
  EXPECT_EQ(pair.state.base.left, json(R"({"email":"a","phone":"1"})"));

  const Decision decision = decide();

  EXPECT_TRUE(decision.fields.empty());
  EXPECT_TRUE(decision.next.frozen.contains("email"));
}

TEST_F(Frozen, FurtherEditsWriteNothing) {
  pair.left.fields.set("email", "ll");
  EXPECT_TRUE(decide().fields.empty());
  pair.right.fields.set("email", "unreadable");
  EXPECT_TRUE(decide().fields.empty());
}

TEST_F(Frozen, TheOtherFieldsGoOn) {
  pair.left.fields.set("phone", "2");

  const Decision decision = decide();

  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_EQ(*decision.after.right, json(R"({"email":"r","phone":"2"})"));
}

TEST_F(Frozen, ThawsWhenTheSidesAgreeAgain) {
  pair.right.fields.set("email", "l");

  const Decision decision = decide();

  EXPECT_THAT(decision.thawed, ::testing::ElementsAre("email"));
  EXPECT_FALSE(decision.next.frozen.contains("email"));
  EXPECT_EQ(decision.next.base.left, json(R"({"email":"l","phone":"1"})"));
  EXPECT_EQ(decision.next.base.right, json(R"({"email":"l","phone":"1"})"));
}

TEST_F(Frozen, ThawsWhenBothEditsAreTakenBack) {
  pair.left.fields.set("email", "a");
  pair.right.fields.set("email", "a");

  EXPECT_THAT(decide().thawed, ::testing::ElementsAre("email"));
}

TEST_F(Frozen, AThawIsNotBelievedWhileTheRecordIsParked) {
  pair.right.fields.set("email", "l");
  pair.right.fields.set("phone", "unreadable");

  const Decision decision = decide();

  EXPECT_TRUE(decision.parked());
  EXPECT_THAT(decision.thawed, ::testing::IsEmpty());
  EXPECT_TRUE(decision.next.frozen.contains("email"));
}

}  // namespace
}  // namespace counterpart::testing
