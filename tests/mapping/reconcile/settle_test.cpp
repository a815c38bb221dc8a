// What becomes of the bases after a write, a create, and a crash.
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

ObjectMapping email_with_phone() {
  return mapping_of({text_field("email"), text_field("phone")});
}

class AfterAWrite : public ::testing::Test {
 protected:
  // Given left's e-mail edited, and the decision to write it to the right.
  AfterAWrite() {
    pair.left.fields.set("email", "b");
    context.now = Instant(std::chrono::hours(1));
    decision = reconcile(mapping, pair.state, pair.now(), context);
  }

  Settlement settle(std::string_view held, bool own_revision) const {
    return settle_update(mapping, decision, Side::right, pair.now(), record(held), own_revision, decision.next,
                         context);
  }

  ObjectMapping mapping = email_with_phone();
  ReconcileContext context;
  Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
  Decision decision;
};

TEST_F(AfterAWrite, BasesAreWhatTheSystemsHold) {
  const Settlement settlement = settle(R"({"email":"b","phone":"1"})", false);

  EXPECT_EQ(settlement.next.base.left, json(R"({"email":"b","phone":"1"})"));
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"b","phone":"1"})"));
  EXPECT_FALSE(settlement.dirty);
  EXPECT_THAT(settlement.adjusted, ::testing::IsEmpty());
}

TEST_F(AfterAWrite, TheEchoFindsNothingChanged) {
  pair.state = settle(R"({"email":"b","phone":"1"})", false).next;
  pair.right = record(R"({"email":"b","phone":"1"})");

  EXPECT_TRUE(reconcile(mapping, pair.state, pair.now(), context).fields.empty());
}

TEST_F(AfterAWrite, TheWriteIsRemembered) {
  context.now += std::chrono::minutes(1);  // the write took its time

  const Activity activity = settle(R"({"email":"b","phone":"1"})", false).next.activity.at("email");

  EXPECT_EQ(activity.written, (Both<bool>{false, true}));
  EXPECT_EQ(activity.sent.right, "b");
  EXPECT_EQ(activity.at, context.now);
  EXPECT_EQ(activity.recent.contested, 0U);
}

TEST_F(AfterAWrite, TheSystemsOwnSpellingIsNoDifference) {
  for (const Side side : kSides) mapping.fields[0].side[side].codec = codec("decimal");
  pair = agreed(R"({"email":"1","phone":"1"})", R"({"email":"1","phone":"1"})");
  pair.left.fields.set("email", "2");
  decision = reconcile(mapping, pair.state, pair.now(), context);

  const Settlement settlement = settle(R"({"email":"2.00","phone":"1"})", false);

  EXPECT_FALSE(settlement.dirty);
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"2.00","phone":"1"})"));
}

TEST_F(AfterAWrite, WhatCameBackOtherwiseInOurOwnAnswerIsTheSystemsAdjustment) {
  const Settlement settlement = settle(R"({"email":"B!","phone":"1"})", true);

  EXPECT_THAT(settlement.adjusted, ::testing::ElementsAre("email"));
  EXPECT_FALSE(settlement.dirty);
  EXPECT_EQ(settlement.next.base.left, json(R"({"email":"b","phone":"1"})"));
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"B!","phone":"1"})"));
}

TEST_F(AfterAWrite, WhatCameBackOtherwiseInAReadBackIsTheNextChange) {
  const Settlement settlement = settle(R"({"email":"c","phone":"1"})", false);

  EXPECT_TRUE(settlement.dirty);
  EXPECT_THAT(settlement.adjusted, ::testing::IsEmpty());
  pair.state = settlement.next;
  pair.right = record(R"({"email":"c","phone":"1"})");
  const Decision next = reconcile(mapping, pair.state, pair.now(), context);
  ASSERT_TRUE(next.writes(Side::left));
  EXPECT_EQ(*next.after.left, json(R"({"email":"c","phone":"1"})"));
  EXPECT_FALSE(next.writes(Side::right));
}

TEST_F(AfterAWrite, AnUnwrittenFieldThatCameBackOtherwiseIsLookedAtAgain) {
  for (const bool own_revision : {false, true}) {
    const Settlement settlement = settle(R"({"email":"b","phone":"2"})", own_revision);
    EXPECT_TRUE(settlement.dirty);
    EXPECT_EQ(settlement.next.base.right, json(R"({"email":"b","phone":"1"})"));
  }
}

TEST_F(AfterAWrite, AFieldThatWasNotReadBeforeIsNoDifference) {
  pair.right.fields.remove("phone");

  EXPECT_FALSE(settle(R"({"email":"b","phone":"2"})", true).dirty);
}

TEST_F(AfterAWrite, AFieldThatDidNotComeBackIsBelievedAsSent) {
  const Settlement settlement = settle("{}", false);

  EXPECT_FALSE(settlement.dirty);
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"b","phone":"1"})"));
}

TEST_F(AfterAWrite, AnUnreadableAnswerParksNextTime) {
  const Settlement settlement = settle(R"({"email":"unreadable","phone":"1"})", false);

  EXPECT_TRUE(settlement.dirty);
  pair.state = settlement.next;
  pair.right = record(R"({"email":"unreadable","phone":"1"})");
  EXPECT_TRUE(reconcile(mapping, pair.state, pair.now(), context).parked());
}

TEST_F(AfterAWrite, ANarrowSideHoldsWhatItCan) {
  mapping.fields[0].side.right.codec = codec<FiveCharacters>();
  pair.left.fields.set("email", "Hamburg");
  decision = reconcile(mapping, pair.state, pair.now(), context);

  const Settlement settlement = settle(R"({"email":"Hambu","phone":"1"})", false);

  EXPECT_FALSE(settlement.dirty);
  EXPECT_EQ(settlement.next.base.left, json(R"({"email":"Hamburg","phone":"1"})"));
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"Hambu","phone":"1"})"));
}

TEST_F(AfterAWrite, BothSidesWrittenSettleOneAfterTheOther) {
  pair.right.fields.set("phone", "2");
  decision = reconcile(mapping, pair.state, pair.now(), context);
  const Record held = record(R"({"email":"b","phone":"2"})");

  const Settlement right =
      settle_update(mapping, decision, Side::right, pair.now(), held, true, decision.next, context);
  EXPECT_EQ(right.next.base.right, json(R"({"email":"b","phone":"1"})"));
  const Settlement left = settle_update(mapping, decision, Side::left, pair.now(), held, true, right.next, context);

  EXPECT_EQ(left.next.base.left, held.fields);
  EXPECT_EQ(left.next.base.right, held.fields);
  EXPECT_FALSE(right.dirty || left.dirty);
}

// Creates ------------------------------------------------------------------------------------------

TEST(Create, CarriesEveryFieldThatMayGoThere) {
  ObjectMapping mapping = mapping_of({text_field("email"), text_field("phone"), text_field("note"), text_field("fax")});
  mapping.fields[2].direction = Direction::to_left;
  mapping.fields[0].side.right = side_of({"rows[type=email].value"}, codec<PlainText>());
  mapping.on_create_set.right = json(R"({"kind":"customer","rows[type=web].value":"https://x","phone":"default"})");

  const Decision decision =
      decide_create(mapping, Side::right, record(R"({"email":"a","phone":"1","note":"n","fax":null})"));

  ASSERT_TRUE(decision.writes(Side::right));
  EXPECT_FALSE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.right, json(R"({"kind":"customer","phone":"1","rows":[{"type":"web","value":"https://x"},
                                            {"type":"email","value":"a"}]})"));
  ASSERT_EQ(decision.fields.size(), 2U);
  EXPECT_EQ(decision.fields[0].result, FieldResult::write);
  EXPECT_EQ(decision.fields[0].rule, "create");
  EXPECT_EQ(shown(decision.fields[0].sent), "a");
  EXPECT_TRUE(decision.next.base.left.is_null());
}

TEST(Create, ParksWhereAValueCannotBeReadOrHeld) {
  const ObjectMapping mapping = email_with_phone();

  const Decision unreadable = decide_create(mapping, Side::left, record(R"({"email":"unreadable","phone":"1"})"));
  EXPECT_TRUE(unreadable.parked());
  EXPECT_FALSE(unreadable.writes(Side::left));
  EXPECT_EQ(unreadable.fields.at(0).to, Side::right);

  const Decision unholdable = decide_create(mapping, Side::left, record(R"({"email":"a","phone":"unholdable"})"));
  EXPECT_TRUE(unholdable.parked());
  EXPECT_FALSE(unholdable.writes(Side::left));
  EXPECT_EQ(unholdable.fields.at(0).to, Side::left);
}

class AfterACreate : public ::testing::Test {
 protected:
  Settlement settle(std::string_view held) const {
    return settle_create(mapping, decide_create(mapping, Side::right, source), Side::right, source, record(held));
  }

  ObjectMapping mapping = mapping_of({text_field("email"), text_field("phone"), text_field("note")});
  Record source = record(R"({"email":"a","phone":null,"note":"n"})");
};

TEST_F(AfterACreate, SentAndEqualFieldsGetBasesAndOneMorePassFollows) {
  mapping.fields[2].direction = Direction::to_left;

  const Settlement settlement = settle(R"({"email":"a","phone":"","note":"default"})");

  EXPECT_EQ(settlement.next.base.left, json(R"({"email":"a","phone":null})"));
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"a","phone":""})"));
  EXPECT_TRUE(settlement.dirty);
}

TEST_F(AfterACreate, WhatTheSystemMadeOfAValueIsTheNextChange) {
  const Settlement settlement = settle(R"({"email":"A","phone":null,"note":"n"})");

  EXPECT_EQ(*settlement.next.base.right.member("email"), Native{"a"});
  Pair pair{source, record(R"({"email":"A","phone":null,"note":"n"})"), settlement.next};
  const Decision next = reconcile(mapping, pair.state, pair.now(), {});
  ASSERT_TRUE(next.writes(Side::left));
  EXPECT_EQ(*next.after.left, json(R"({"email":"A","phone":null,"note":"n"})"));
}

TEST_F(AfterACreate, ADefaultOfTheNewRecordFillsTheSource) {
  const Settlement settlement = settle(R"({"email":"a","phone":"default","note":"n"})");

  Pair pair{source, record(R"({"email":"a","phone":"default","note":"n"})"), settlement.next};
  const Decision next = reconcile(mapping, pair.state, pair.now(), {});
  ASSERT_NE(decided(next, 1), nullptr);
  EXPECT_EQ(decided(next, 1)->result, FieldResult::fill);
  EXPECT_EQ(decided(next, 1)->to, Side::left);
}

TEST_F(AfterACreate, AnAnswerWithoutTheRecordIsBelievedAsSent) {
  const Settlement settlement = settle("{}");

  EXPECT_EQ(settlement.next.base.left, json(R"({"email":"a","note":"n"})"));
  EXPECT_EQ(settlement.next.base.right, json(R"({"email":"a","note":"n"})"));
}

// Intents ------------------------------------------------------------------------------------------

class AfterACrash : public ::testing::Test {
 protected:
  // Given an intent to write e-mail and phone to the right, whose answer was lost.
  AfterACrash() {
    pair.left.fields = json(R"({"email":"b","phone":"2"})");
    intent = intent_fields(mapping, reconcile(mapping, pair.state, pair.now(), {}), Side::right, pair.now());
  }
  IntentSettlement settle(std::string_view held) const {
    return settle_intent(mapping, Side::right, intent, record(held), pair.state);
  }

  /// What is decided next, where the right holds that and one side wins conflicts about the e-mail.
  Decision decide_after(std::string_view held, ConflictRule rule) {
    mapping.fields[0].conflict = rule;
    pair.state = settle(held).next;
    pair.right = record(held);
    return reconcile(mapping, pair.state, pair.now(), {});
  }

  ObjectMapping mapping = email_with_phone();
  Pair pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
  IntentFields intent;
};

TEST_F(AfterACrash, TheIntentSaysBeforeSentAndSource) {
  EXPECT_EQ(intent.before, json(R"({"email":"a","phone":"1"})"));
  EXPECT_EQ(intent.sent, json(R"({"email":"b","phone":"2"})"));
  EXPECT_EQ(intent.source, json(R"({"email":"b","phone":"2"})"));
}

TEST_F(AfterACrash, HoldingWhatWasSentIsDone) {
  const IntentSettlement settled = settle(R"({"email":"b","phone":"2"})");

  EXPECT_TRUE(settled.done);
  EXPECT_EQ(settled.next.base.left, json(R"({"email":"b","phone":"2"})"));
  EXPECT_EQ(settled.next.base.right, json(R"({"email":"b","phone":"2"})"));
}

TEST_F(AfterACrash, HoldingWhatWasBeforeMovesNothing) {
  const IntentSettlement settled = settle(R"({"email":"a","phone":"1"})");

  EXPECT_FALSE(settled.done);
  EXPECT_EQ(settled.next.base, pair.state.base);
}

TEST_F(AfterACrash, PartsAreSettledOneByOne) {
  const IntentSettlement settled = settle(R"({"email":"b","phone":"1"})");

  EXPECT_FALSE(settled.done);
  EXPECT_EQ(settled.next.base.left, json(R"({"email":"b","phone":"1"})"));
  EXPECT_EQ(settled.next.base.right, json(R"({"email":"b","phone":"1"})"));
}

// Found by the simulation: a field of few values held what was sent by chance, and another's was cleared on both sides.
TEST_F(AfterACrash, WhatIsAsItWasBeforeIsWrittenAgain) {
  pair.right.fields = json(R"({"email":"","phone":"1"})");
  pair.state.base = {json(R"({"email":"","phone":"1"})"), json(R"({"email":"","phone":"1"})")};
  intent = intent_fields(mapping, reconcile(mapping, pair.state, pair.now(), {}), Side::right, pair.now());

  const Decision next = decide_after(R"({"email":"","phone":"2"})", ConflictRule::left);

  EXPECT_EQ(next.after.left, std::nullopt);
  EXPECT_EQ(*next.after.right, json(R"({"email":"b","phone":"2"})"));
}

TEST_F(AfterACrash, AnEditOfThePersonMeanwhileIsCarriedOnNotUndone) {
  // When a person edited the e-mail on the right, and the phone shows that our write had taken effect
  const Decision next = decide_after(R"({"email":"person","phone":"2"})", ConflictRule::left);

  // then that person saw our e-mail: this is no conflict, whatever its rule.
  ASSERT_EQ(next.fields.size(), 1U);
  EXPECT_EQ(next.fields[0].result, FieldResult::write);
  EXPECT_EQ(*next.after.left, json(R"({"email":"person","phone":"2"})"));
}

TEST_F(AfterACrash, AnEditOfWhatMayNeverHaveBeenWrittenIsAConflict) {
  // When a person edited the e-mail on the right, and the phone is as it was before
  const Decision next = decide_after(R"({"email":"person","phone":"1"})", ConflictRule::right);

  // then nobody knows who knew of whom: the rule decides, and the phone is written again.
  ASSERT_EQ(next.fields.size(), 2U);
  EXPECT_EQ(next.fields[0].result, FieldResult::conflict);
  EXPECT_EQ(*next.after.left, json(R"({"email":"person","phone":"2"})"));
  EXPECT_EQ(*next.after.right, json(R"({"email":"person","phone":"2"})"));
}

// Found by the simulation: nothing told whether the only field had been written, and the rule undid a person's edit of
// it.
TEST_F(AfterACrash, WhereNothingTellsAnEditIsTakenForOneOfWhatWasWritten) {
  // When a person edited all that we had sent
  const Decision next = decide_after(R"({"email":"person","phone":"3"})", ConflictRule::left);

  // then that is the later edit: no conflict, whatever its rule.
  ASSERT_EQ(next.fields.size(), 2U);
  EXPECT_EQ(next.fields[0].result, FieldResult::write);
  EXPECT_EQ(*next.after.left, json(R"({"email":"person","phone":"3"})"));
}

// Found by the simulation: a person's edit of what a create had made was undone when that was found at last.
TEST_F(AfterACrash, AnEditOfWhatACreateHadMadeIsNoConflict) {
  pair.state = LinkState{};
  intent.before = Native(Native::Object{});
  const IntentSettlement settled = settle(R"({"email":"b","phone":"person"})");

  EXPECT_FALSE(settled.done);
  EXPECT_EQ(settled.next.base.left, json(R"({"email":"b","phone":"2"})"));
  EXPECT_EQ(settled.next.base.right, json(R"({"email":"b","phone":"2"})"));
}

// Found by the simulation: the first write to a pair was not answered, and then its leading side won over the edit.
TEST_F(AfterACrash, AnEditOfAFirstWriteIsNoConflictEither) {
  pair.state = LinkState{};
  const IntentSettlement settled = settle(R"({"email":"b","phone":"person"})");

  pair.state = settled.next;
  pair.right = record(R"({"email":"b","phone":"person"})");
  ReconcileContext context;
  context.leading = Side::left;
  const Decision next = reconcile(mapping, pair.state, pair.now(), context);
  ASSERT_NE(next.after.left, std::nullopt);
  EXPECT_EQ(*next.after.left, json(R"({"email":"b","phone":"person"})"));
}

TEST_F(AfterACrash, WhatOnlyAKeyTellsToBeOursGetsNoBaseForWhatItHoldsOtherwise) {
  intent.before = Native(Native::Object{});
  const Record held = record(R"({"email":"b","phone":"person"})");

  const IntentSettlement sure = settle_intent(mapping, Side::right, intent, held, LinkState{}, Made::surely);
  const IntentSettlement perhaps = settle_intent(mapping, Side::right, intent, held, LinkState{}, Made::perhaps);

  EXPECT_EQ(sure.next.base.right, json(R"({"email":"b","phone":"2"})"));
  EXPECT_EQ(perhaps.next.base.right, json(R"({"email":"b"})"));
}

TEST_F(AfterACrash, WhatHoldsMostOfWhatWasSentIsTakenForWhatACreateMadeButForItsBlanks) {
  intent.before = Native(Native::Object{});
  mapping.match.push_back({KeyKind::email, 0});
  struct Case {
    const char* held;
    const char* base;
  };
  const Case cases[] = {
      {R"({"email":"b","phone":"2"})", R"({"email":"b","phone":"2"})"},
      {R"({"email":"b","phone":"person"})", R"({"email":"b"})"},              // only the key
      {R"({"email":"person","phone":"2"})", R"({"email":"b","phone":"2"})"},  // all but the key
      {R"({"email":null,"phone":"2"})", R"({"phone":"2"})"},
  };
  for (const Case& it : cases) {
    const auto settled = settle_intent(mapping, Side::right, intent, record(it.held), LinkState{}, Made::perhaps);
    EXPECT_EQ(settled.next.base.right, json(it.base)) << it.held;
  }
}

TEST_F(AfterACrash, OnlyAFieldThatHoldsAThirdValueIsOvertaken) {
  const std::vector<std::pair<const char*, std::set<std::string>>> cases = {
      {R"({"email":"b","phone":"2"})", {}},              // as it was sent
      {R"({"email":"a","phone":"1"})", {}},              // as it was before
      {R"({"email":"b","phone":"1"})", {}},              // some of each
      {R"({"email":"person","phone":"2"})", {"email"}},  // somebody changed it since
      {R"({"email":null,"phone":"3"})", {"email", "phone"}},
  };
  for (const auto& [held, overtaken] : cases) {
    EXPECT_EQ(overtaken_fields(mapping, Side::right, intent, record(held)), overtaken) << held;
  }
}

TEST_F(AfterACrash, TheSourcesLaterEditStaysAChange) {
  pair.state = settle(R"({"email":"b","phone":"2"})").next;
  pair.right = record(R"({"email":"b","phone":"2"})");
  pair.left.fields.set("email", "c");

  const Decision next = reconcile(mapping, pair.state, pair.now(), {});

  ASSERT_TRUE(next.writes(Side::right));
  EXPECT_EQ(*next.after.right, json(R"({"email":"c","phone":"2"})"));
}

TEST_F(AfterACrash, AFieldThatTheMappingLostIsNotConfirmed) {
  mapping.fields.pop_back();

  const IntentSettlement settled = settle(R"({"email":"b","phone":"2"})");

  EXPECT_FALSE(settled.done);
  EXPECT_EQ(*settled.next.base.right.member("email"), Native{"b"});
}

TEST_F(AfterACrash, TheSystemsSpellingCountsAsSent) {
  for (const Side side : kSides) mapping.fields[1].side[side].codec = codec("decimal");

  EXPECT_TRUE(settle(R"({"email":"b","phone":"2.0"})").done);
}

}  // namespace
}  // namespace counterpart::testing
