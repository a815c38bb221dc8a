#pragma once

#include <functional>
#include <rapidcheck.h>
#include <string>
#include <vector>

#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {

/// What a system makes of a text before it stores it.
enum class Normalises : std::uint8_t { nothing, trims, lowers, cuts_to_three };

inline std::string normalised(Normalises how, std::string text) {
  switch (how) {
    case Normalises::nothing:
      break;
    case Normalises::trims:
      text.erase(text.find_last_not_of(' ') + 1);
      text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
      break;
    case Normalises::lowers:
      for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      break;
    case Normalises::cuts_to_three:
      text.resize(std::min<std::size_t>(text.size(), 3));
      break;
  }
  return text;
}

inline const std::vector<std::string>& field_names() {
  static const std::vector<std::string> names{"email", "phone", "town", "note"};
  return names;
}

/// Two systems in memory, their mapping, and an engine that works a pass at a time.
struct Simulation {
  ObjectMapping mapping;
  Both<Normalises> normalises{};
  Both<bool> answers{};  ///< the system returns what our own write made of the record
  Pair pair;
  ReconcileContext context{.now = Instant(std::chrono::hours(1))};

  /// Somebody types a value; "" empties the field.
  void edit(Side side, const std::string& field, const std::string& typed, bool by_person) {
    pair[side].fields.set(field, stored(side, Native{typed}));
    context.changed_by_person[side] = by_person;
    context.changed_at[side] = context.now;
  }

  /// One pass; `meanwhile` happens between our write and the read-back. True if there is more to do.
  bool pass(const std::function<void(Side)>& meanwhile = [](Side) {}) {
    context.now += std::chrono::seconds(1);
    const Pair read = pair;
    const Decision decision = reconcile(mapping, pair.state, read.now(), context);
    pair.state = decision.next;
    bool more = false;
    for (const Side side : kSides) {
      if (!decision.writes(side)) continue;
      write(side, *decision.after[side]);
      const Record answer = pair[side];
      meanwhile(side);
      Settlement settlement = settle_update(mapping, decision, side, read.now(), answers[side] ? answer : pair[side],
                                            answers[side], pair.state, context);
      pair.state = std::move(settlement.next);
      more = true;
    }
    return more;
  }

  /// Passes until nothing is left to do; how many, or -1 where it does not end.
  int work(int most = 200) {
    for (int passes = 0; passes < most; ++passes) {
      if (!pass()) return passes;
    }
    return -1;
  }

  Decision decide() const { return reconcile(mapping, pair.state, pair.now(), context); }

 private:
  Native stored(Side side, const Native& value) const {
    return value.is_text() ? Native{normalised(normalises[side], value.text())} : value;
  }

  void write(Side side, const Native& after) {
    for (const std::string& field : field_names()) {
      const Native* sent = after.member(field);
      const Native* before = pair[side].fields.member(field);
      if (sent != nullptr && *sent != *before) pair[side].fields.set(field, stored(side, *sent));
    }
    context.changed_by_person[side] = false;
  }
};

// Generators: to be called inside a property ---------------------------------------------------------

template <class T>
T any_of(std::initializer_list<T> values) {
  return *rc::gen::elementOf(std::vector<T>(values));
}

inline Side any_side() {
  return any_of({Side::left, Side::right});
}

inline std::string any_text() {
  return any_of<std::string>({"", "a", "b", "B", " a ", "Ulm", "Ulm ", "Hamburg", "Hamburger", "Hambu"});
}

/// Now and then a text that cannot be read, or not be written.
inline std::string any_or_bad_text() {
  const int bad = *rc::gen::inRange(0, 40);
  return bad == 0 ? "unreadable" : bad == 1 ? "unholdable" : any_text();
}

inline FieldRule any_rule(const std::string& name) {
  FieldRule rule = text_field(name);
  if (any_of({true, false})) rule.side[any_side()].codec = codec<FiveCharacters>();
  rule.direction = any_of({Direction::both, Direction::both, Direction::to_left, Direction::to_right});
  rule.forbidden = any_of({Forbidden::tolerate, Forbidden::restore, Forbidden::alert});
  rule.conflict = any_of({ConflictRule::left, ConflictRule::right, ConflictRule::latest, ConflictRule::manual,
                          ConflictRule::keep_non_blank, ConflictRule::min, ConflictRule::max});
  rule.initial = any_of({InitialRule::left, InitialRule::right, InitialRule::manual});
  rule.empty_never_overwrites = any_of({true, false});
  return rule;
}

inline Normalises any_normaliser() {
  return any_of({Normalises::nothing, Normalises::trims, Normalises::lowers, Normalises::cuts_to_three});
}

/// Systems with records that were never linked, of any content.
inline Simulation any_simulation(const std::function<FieldRule(const std::string&)>& rule,
                                 const std::function<std::string()>& text) {
  Simulation simulation;
  std::vector<FieldRule> rules;
  for (const std::string& name : field_names()) rules.push_back(rule(name));
  simulation.mapping = mapping_of(std::move(rules));
  simulation.context.leading = any_side();
  for (const Side side : kSides) {
    simulation.normalises[side] = any_normaliser();
    simulation.answers[side] = any_of({true, false});
    for (const std::string& name : field_names()) simulation.edit(side, name, text(), false);
  }
  return simulation;
}

}  // namespace counterpart::testing
