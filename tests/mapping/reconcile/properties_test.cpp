// What must hold for whatever people type, systems make of it, and mappings say.
#include <cstdlib>

#include "tests/mapping/reconcile/simulation.h"

namespace counterpart::testing {
namespace {

using std::chrono::seconds;

class Properties : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ::setenv("RC_PARAMS", "max_success=400", 0); }
};

void expect_holds(const std::string& property, const std::function<void()>& body) {
  EXPECT_TRUE(rc::check(property, body));
}

// People edit for a while; the engine gets a turn now and then, sometimes while somebody types.
void edit_for_a_while(Simulation& simulation, const std::function<std::string()>& text) {
  const int edits = *rc::gen::inRange(0, 12);
  const auto edit = [&](Side side) {
    simulation.edit(side, *rc::gen::elementOf(field_names()), text(), any_of({true, false}));
  };
  for (int i = 0; i < edits; ++i) {
    simulation.context.now += seconds(any_of({0, 1, 60, 1000}));
    edit(any_side());
    if (any_of({true, false})) {
      const bool meanwhile = any_of({true, false});
      simulation.pass([&](Side side) {
        if (meanwhile) edit(side);
      });
    }
  }
}

FieldRule plain_rule(const std::string& name) {
  return text_field(name);
}

TEST_F(Properties, WhenPeopleStopEditingTheEngineComesToRest) {
  expect_holds("convergence and termination", [] {
    Simulation simulation = any_simulation(any_rule, any_or_bad_text);
    edit_for_a_while(simulation, any_or_bad_text);

    RC_ASSERT(simulation.work() >= 0);

    // From then on: no write, and nothing moves.
    const Decision decision = simulation.decide();
    RC_ASSERT(!decision.writes(Side::left));
    RC_ASSERT(!decision.writes(Side::right));
    RC_ASSERT(decision.next.base == simulation.pair.state.base);
    RC_ASSERT(decision.next.frozen == simulation.pair.state.frozen);
    RC_ASSERT(decision.next.activity == simulation.pair.state.activity);
  });
}

TEST_F(Properties, AtRestEachFieldIsEqualOrExplained) {
  expect_holds("equal or explained", [] {
    const auto rule = [](const std::string& name) {
      FieldRule made = any_rule(name);
      made.direction = Direction::both;
      made.empty_never_overwrites = false;
      return made;
    };
    Simulation simulation = any_simulation(rule, any_text);
    simulation.normalises = {Normalises::nothing, Normalises::nothing};
    edit_for_a_while(simulation, any_text);
    RC_ASSERT(simulation.work() >= 0);

    for (const FieldRule& field : simulation.mapping.fields) {
      const auto value = [&](Side side) {
        return std::get<Value>(read_field(field.side[side], simulation.pair[side]));
      };
      RC_ASSERT(equal(field, value(Side::left), value(Side::right)) ||
                simulation.pair.state.frozen.contains(field.name));
    }
  });
}

TEST_F(Properties, AnUncontestedEditIsNeverLost) {
  expect_holds("no lost update", [] {
    Simulation simulation = any_simulation(plain_rule, any_text);
    simulation.answers = {true, true};
    for (FieldRule& rule : simulation.mapping.fields) rule.initial = any_of({InitialRule::left, InitialRule::right});
    RC_ASSERT(simulation.work() >= 0);

    // Each side edits a field of its own, at the same time; again and again.
    for (int round = 0; round < 5; ++round) {
      simulation.context.now += std::chrono::hours(1);
      const std::size_t first = *rc::gen::inRange<std::size_t>(0, field_names().size());
      const std::size_t second = (first + *rc::gen::inRange<std::size_t>(1, field_names().size())) % 4;
      const Both<std::string> field{field_names()[first], field_names()[second]};
      Both<std::optional<std::string>> typed;
      for (const Side side : kSides) {
        const Native before = *simulation.pair[side].fields.member(field[side]);
        simulation.edit(side, field[side], any_text(), true);
        const Native& after = *simulation.pair[side].fields.member(field[side]);
        const auto blank = [](const Native& value) { return value.is_null() || value.text().empty(); };
        if (before != after && !(blank(before) && blank(after))) typed[side] = after.text();
      }

      RC_ASSERT(simulation.work() >= 0);

      for (const Side side : kSides) {
        if (!typed[side]) continue;
        const Native& here = *simulation.pair[side].fields.member(field[side]);
        const Native& there = *simulation.pair[other(side)].fields.member(field[side]);
        RC_ASSERT(here.plain() == *typed[side]);
        RC_ASSERT(there.plain() == normalised(simulation.normalises[other(side)], *typed[side]));
      }
    }
  });
}

TEST_F(Properties, AnEditDuringAWriteIsNotLost) {
  expect_holds("no lost update between write and read-back", [] {
    // Given a field written to the right, whose read-back already holds a person's next edit.
    Simulation simulation = any_simulation(plain_rule, [] { return std::string("a"); });
    simulation.normalises = {Normalises::nothing, Normalises::nothing};
    simulation.answers = {any_of({true, false}), any_of({true, false})};
    RC_ASSERT(simulation.work() >= 0);
    const Side from = any_side();
    simulation.edit(from, "email", "b", true);

    const std::string edited = *rc::gen::elementOf(field_names());
    const std::string typed = any_text();
    simulation.pass([&](Side side) { simulation.edit(side, edited, typed, true); });
    RC_ASSERT(simulation.work() >= 0);

    for (const Side side : kSides) RC_ASSERT(simulation.pair[side].fields.member(edited)->plain() == typed);
  });
}

// Mirrors ------------------------------------------------------------------------------------------

template <class T>
void mirror(Both<T>& both) {
  std::swap(both.left, both.right);
}

Direction mirrored(Direction direction) {
  if (direction == Direction::both) return direction;
  return direction == Direction::to_left ? Direction::to_right : Direction::to_left;
}

void mirror(FieldRule& rule) {
  mirror(rule.side);
  rule.direction = mirrored(rule.direction);
  if (rule.conflict == ConflictRule::left || rule.conflict == ConflictRule::right) {
    rule.conflict = rule.conflict == ConflictRule::left ? ConflictRule::right : ConflictRule::left;
  }
  if (rule.initial != InitialRule::manual) {
    rule.initial = rule.initial == InitialRule::left ? InitialRule::right : InitialRule::left;
  }
}

void mirror(LinkState& state) {
  mirror(state.base);
  for (auto& [name, activity] : state.activity) {
    mirror(activity.written);
    mirror(activity.sent);
  }
}

Simulation mirrored(Simulation simulation) {
  for (FieldRule& rule : simulation.mapping.fields) mirror(rule);
  mirror(simulation.normalises);
  mirror(simulation.answers);
  std::swap(simulation.pair.left, simulation.pair.right);
  mirror(simulation.pair.state);
  mirror(simulation.context.changed_at);
  mirror(simulation.context.changed_by_person);
  simulation.context.leading = other(simulation.context.leading);
  return simulation;
}

TEST_F(Properties, SwappingTheSidesMirrorsTheDecision) {
  expect_holds("symmetry", [] {
    Simulation simulation = any_simulation(any_rule, any_or_bad_text);
    edit_for_a_while(simulation, any_or_bad_text);
    for (const Side side : kSides) {  // a base may be missing
      if (any_of({true, false})) simulation.pair.state.base[side].remove("email");
    }

    const Decision one = simulation.decide();
    Decision two = mirrored(simulation).decide();
    mirror(two.after);
    mirror(two.next);

    RC_ASSERT(one.after == two.after);
    RC_ASSERT(one.next.base == two.next.base);
    RC_ASSERT(one.next.frozen == two.next.frozen);
    RC_ASSERT(one.next.activity == two.next.activity);
    RC_ASSERT(one.thawed == two.thawed);
    RC_ASSERT(one.parked() == two.parked());
    if (one.parked()) return;  // the problems of one field come in the sides' order
    RC_ASSERT(one.fields.size() == two.fields.size());
    for (std::size_t i = 0; i < one.fields.size(); ++i) {
      RC_ASSERT(one.fields[i].field == two.fields[i].field);
      RC_ASSERT(one.fields[i].result == two.fields[i].result);
      RC_ASSERT(one.fields[i].sent == two.fields[i].sent);
      RC_ASSERT(!is_write(one.fields[i].result) || one.fields[i].to == other(two.fields[i].to));
    }
  });
}

TEST_F(Properties, WhatIsSentIsNewsThereAndReadsAsItWasMeant) {
  expect_holds("sent", [] {
    Simulation simulation = any_simulation(any_rule, any_or_bad_text);
    edit_for_a_while(simulation, any_or_bad_text);

    const Decision decision = simulation.decide();

    for (const FieldDecision& field : decision.fields) {
      if (!is_write(field.result)) continue;
      Record sent;
      sent.fields = *decision.after[field.to];
      const FieldSide& side = simulation.mapping.fields[field.field].side[field.to];
      RC_ASSERT(std::get<Value>(read_field(side, sent)) == field.sent);
      RC_ASSERT(field.sent != field.now[field.to]);
    }
  });
}

}  // namespace
}  // namespace counterpart::testing
