// Loop guard 4: no configuration and no automation can make us write for ever.
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Oscillation : public ::testing::Test {
 protected:
  // One pass after somebody put `value` into `side`; gives the decision after its writes arrived.
  Decision edited(Side side, const std::string& value, bool by_person = false) {
    pair[side].fields.set("email", value);
    context.changed_by_person = {};
    context.changed_by_person[side] = by_person;
    context.now += seconds(1);
    return pass();
  }

  Decision pass() {
    Decision decision = reconcile(mapping, pair.state, pair.now(), context);
    pair.state = decision.next;
    const Pair before = pair;
    for (const Side side : kSides) {
      if (!decision.writes(side)) continue;
      pair[side].fields = *decision.after[side];
      pair.state = settle_update(mapping, decision, side, before.now(), pair[side], true, pair.state, context).next;
    }
    return decision;
  }

  FieldResult result_of(const Decision& decision) { return decision.fields.at(0).result; }

  // How many edits of `next` are carried over until the field freezes.
  int writes_until_frozen(const std::function<Decision(int)>& next) {
    for (int i = 0; i < 1000; ++i) {
      if (result_of(next(i)) == FieldResult::frozen) return i;
    }
    return -1;
  }

  static Side in_turns(int i) { return i % 2 == 0 ? Side::left : Side::right; }

  ObjectMapping mapping = mapping_of({text_field("email")});
  ReconcileContext context{.now = Instant(minutes(1))};
  Pair pair = agreed(R"({"email":"a"})", R"({"email":"a"})");
};

TEST_F(Oscillation, TwoAutomationsThatDisagreeAreStopped) {
  // Given an automation on either side that answers each write with a new value, when the left one starts
  const int writes = writes_until_frozen([&](int i) { return edited(in_turns(i), "value " + std::to_string(i)); });

  // then the first write is not contested, five more are, and the sixth contested one is not made.
  EXPECT_EQ(writes, 6);
  EXPECT_TRUE(pair.state.frozen.contains("email"));
}

TEST_F(Oscillation, ValuesThatReturnAreStoppedSooner) {
  const int writes = writes_until_frozen([&](int i) { return edited(in_turns(i), i % 2 == 0 ? "LEFT" : "right"); });

  // LEFT written, right written, LEFT again, and right is not written again.
  EXPECT_EQ(writes, 3);
}

TEST_F(Oscillation, OnePersonMayTakeAnEditBackAsOftenAsSheLikes) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(result_of(edited(Side::left, i % 2 == 0 ? "on" : "off")), FieldResult::write);
}

TEST_F(Oscillation, ASlowLoopOfReturningValuesIsStoppedToo) {
  const int writes = writes_until_frozen([&](int i) {
    context.now += hours(24);
    return edited(in_turns(i), i % 2 == 0 ? "LEFT" : "right");
  });

  EXPECT_EQ(writes, 7);  // six returns, the first of them with the third write
}

TEST_F(Oscillation, ASlowLoopOfNewValuesIsStoppedToo) {
  const int writes = writes_until_frozen([&](int i) {
    context.now += hours(24);
    return edited(in_turns(i), "value " + std::to_string(i));
  });

  EXPECT_EQ(writes, 30);
}

TEST_F(Oscillation, AProgramUnderAPersonsNameIsStoppedTooHoweverSlow) {
  const int writes = writes_until_frozen([&](int i) {
    context.now += hours(24);
    return edited(in_turns(i), "value " + std::to_string(i % 2), true);
  });

  EXPECT_EQ(writes, 300);
}

// Given a workflow here that sets the phone when the e-mail changes, and one there that sets the e-mail
// when the phone does, neither field is ever changed on the side that it was written to.
TEST_F(Oscillation, FieldsThatSetEachOtherInTurnsAreStopped) {
  mapping.fields.push_back(text_field("phone"));
  pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");

  const int writes = writes_until_frozen([&](int i) {
    const Side side = in_turns(i);
    pair[side].fields.set(side == Side::left ? "email" : "phone", "value " + std::to_string(i));
    context.now += seconds(1);
    return pass();
  });

  EXPECT_EQ(writes, 30);
  EXPECT_EQ(pair.state.frozen.size(), 1U);
}

TEST_F(Oscillation, TheFrozenFieldShowsBothValuesOnlyInItsDecision) {
  Decision last;
  writes_until_frozen(
      [&](int i) { return last = i % 2 == 0 ? edited(Side::left, "LEFT") : edited(Side::right, "right"); });

  EXPECT_EQ(shown(last.fields[0].now.left), "LEFT");
  EXPECT_EQ(shown(last.fields[0].now.right), "right");
  EXPECT_THAT(last.fields[0].rule, ::testing::HasSubstr("oscillation"));
  EXPECT_THAT(last.fields[0].rule, ::testing::Not(::testing::HasSubstr("LEFT")));
}

TEST_F(Oscillation, ARestoreAgainstAnAutomationIsStopped) {
  mapping.fields[0].direction = Direction::to_right;
  mapping.fields[0].forbidden = Forbidden::restore;

  EXPECT_EQ(writes_until_frozen([&](int) { return edited(Side::right, "automatic"); }), 6);
}

TEST_F(Oscillation, PeopleWhoEditInTurnsAreLetFurther) {
  const int writes = writes_until_frozen([&](int i) { return edited(in_turns(i), "edit " + std::to_string(i), true); });

  EXPECT_EQ(writes, 30);
}

TEST_F(Oscillation, OnePersonMayEditOneSideForEver) {
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(result_of(edited(Side::left, "edit " + std::to_string(i))), FieldResult::write);
  }
  EXPECT_EQ(pair.state.activity.at("email").recent.contested, 0U);
}

TEST_F(Oscillation, APauseResetsTheCount) {
  for (int i = 0; i < 30; ++i) {
    context.now += i % 4 == 0 ? minutes(10) : minutes(0);
    ASSERT_EQ(result_of(edited(in_turns(i), "edit " + std::to_string(i))), FieldResult::write) << i;
  }
}

TEST_F(Oscillation, AnUncontestedEditResetsTheCount) {
  for (int i = 0; i < 5; ++i) edited(in_turns(i), "edit " + std::to_string(i));
  EXPECT_EQ(pair.state.activity.at("email").recent.contested, 4U);

  edited(Side::left, "left once");
  edited(Side::left, "left again");

  EXPECT_EQ(pair.state.activity.at("email").recent.contested, 0U);
}

TEST_F(Oscillation, TheLimitsAreConfigured) {
  context.oscillation.writes = 2;
  EXPECT_EQ(writes_until_frozen([&](int i) { return edited(in_turns(i), "edit " + std::to_string(i)); }), 2);
}

TEST_F(Oscillation, AgreementStartsTheCountAnew) {
  writes_until_frozen([&](int i) { return edited(in_turns(i), "edit " + std::to_string(i)); });
  pair.left.fields.set("email", "agreed");
  pair.right.fields.set("email", "agreed");

  pass();

  EXPECT_TRUE(pair.state.frozen.empty());
  EXPECT_TRUE(pair.state.activity.empty());
}

TEST_F(Oscillation, OtherFieldsAreNotHeld) {
  mapping.fields.push_back(text_field("phone"));
  pair = agreed(R"({"email":"a","phone":"1"})", R"({"email":"a","phone":"1"})");
  writes_until_frozen([&](int i) { return edited(in_turns(i), "edit " + std::to_string(i)); });

  pair.left.fields.set("phone", "2");
  const Decision decision = pass();

  ASSERT_EQ(decision.fields.size(), 1U);
  EXPECT_EQ(decision.fields[0].result, FieldResult::write);
  EXPECT_EQ(*pair.right.fields.member("phone"), Native{"2"});
}

}  // namespace
}  // namespace counterpart::testing
