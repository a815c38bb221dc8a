// The table of the engine's §4, situation by situation, for one text field.
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

using Cell = std::optional<Native>;
constexpr std::nullopt_t kNone = std::nullopt;  // no base; not told
const Native kBlank{};

enum class Bases { stay, move };

struct Situation {
  std::string name;
  Both<Cell> base;
  Both<Cell> now;
  std::function<void(FieldRule&)> rule = [](FieldRule&) {};

  std::optional<FieldResult> result;  // none: nothing is listed
  Side to = Side::left;
  Value sent = Unknown{};
  Bases bases = Bases::stay;
};

void PrintTo(const Situation& situation, std::ostream* out) {
  *out << situation.name;
}

Situation nothing(
    std::string name, Both<Cell> base, Both<Cell> now, std::function<void(FieldRule&)> rule = [](auto&) {}) {
  Situation made;
  made.name = std::move(name);
  made.base = std::move(base);
  made.now = std::move(now);
  made.rule = std::move(rule);
  return made;
}

Situation expect(
    FieldResult result, std::string name, Both<Cell> base, Both<Cell> now,
    std::function<void(FieldRule&)> rule = [](auto&) {}) {
  Situation made = nothing(std::move(name), std::move(base), std::move(now), std::move(rule));
  made.result = result;
  made.bases = result == FieldResult::agreed || result == FieldResult::tolerated ? Bases::move : Bases::stay;
  return made;
}

Situation sends(
    FieldResult result, Side to, Value sent, std::string name, Both<Cell> base, Both<Cell> now,
    std::function<void(FieldRule&)> rule = [](auto&) {}) {
  Situation made = expect(result, std::move(name), std::move(base), std::move(now), std::move(rule));
  made.to = to;
  made.sent = std::move(sent);
  return made;
}

auto one_way(Direction direction, Forbidden forbidden = Forbidden::tolerate) {
  return [=](FieldRule& rule) {
    rule.direction = direction;
    rule.forbidden = forbidden;
  };
}
auto on_conflict(ConflictRule conflict) {
  return [=](FieldRule& rule) { rule.conflict = conflict; };
}
auto initially(InitialRule initial) {
  return [=](FieldRule& rule) { rule.initial = initial; };
}
auto never_emptied(ConflictRule conflict = ConflictRule::manual) {
  return [=](FieldRule& rule) {
    rule.empty_never_overwrites = true;
    rule.conflict = conflict;
  };
}

constexpr auto kToRight = Direction::to_right;
constexpr auto kToLeft = Direction::to_left;

std::vector<Situation> changes() {
  using enum FieldResult;
  const auto L = Side::left, R = Side::right;
  return {
      nothing("neither side changed", {"a", "a"}, {"a", "a"}),
      nothing("neither changed, and they differ as they were left", {"a", "b"}, {"a", "b"}),
      nothing("both blank as before", {kBlank, kBlank}, {kBlank, kBlank}),
      nothing("another spelling of blank is no change", {kBlank, kBlank}, {"", kBlank}),
      expect(agreed, "left changed to what right holds", {"a", "b"}, {"b", "b"}),
      expect(agreed, "right changed to what left holds", {"a", "b"}, {"a", "a"}),
      expect(agreed, "both changed to the same", {"a", "a"}, {"b", "b"}),
      expect(agreed, "both were emptied", {"a", "a"}, {kBlank, ""}),
      sends(write, R, text("b"), "left changed", {"a", "a"}, {"b", "a"}),
      sends(write, L, text("b"), "right changed", {"a", "a"}, {"a", "b"}),
      sends(write, R, text("b"), "left was filled", {kBlank, kBlank}, {"b", kBlank}),
      sends(write, R, Blank{}, "left was emptied", {"a", "a"}, {kBlank, "a"}),
      sends(write, L, Blank{}, "right was emptied", {"a", "a"}, {"a", ""}),
      sends(write, R, text("c"), "left changed after a tolerated difference", {"a", "b"}, {"c", "b"}),
      expect(tolerated, "left was emptied, empty never overwrites", {"a", "a"}, {kBlank, "a"}, never_emptied()),
      sends(write, R, text("b"), "left was filled, empty never overwrites", {kBlank, kBlank}, {"b", kBlank},
            never_emptied()),
  };
}

std::vector<Situation> unknowns() {
  using enum FieldResult;
  return {
      nothing("left did not tell", {"a", "a"}, {kNone, "a"}),
      nothing("left did not tell, right changed", {"a", "a"}, {kNone, "b"}),
      nothing("right did not tell, left changed", {"a", "a"}, {"b", kNone}),
      nothing("neither told", {"a", "a"}, {kNone, kNone}),
      nothing("first linked, left did not tell", {kNone, kNone}, {kNone, "a"}),
      nothing("left did not tell, right is unreadable", {"a", "a"}, {kNone, "unreadable"}),
  };
}

std::vector<Situation> against_the_direction() {
  using enum FieldResult;
  const auto L = Side::left, R = Side::right;
  return {
      sends(write, R, text("b"), "changed with the direction", {"a", "a"}, {"b", "a"}, one_way(kToRight)),
      expect(tolerated, "right changed, only left to right: tolerate", {"a", "a"}, {"a", "b"}, one_way(kToRight)),
      expect(tolerated, "left changed, only right to left: tolerate", {"a", "a"}, {"b", "a"}, one_way(kToLeft)),
      sends(restore, R, text("a"), "right changed, only left to right: restore", {"a", "a"}, {"a", "b"},
            one_way(kToRight, Forbidden::restore)),
      sends(restore, L, text("a"), "left changed, only right to left: restore", {"a", "a"}, {"b", "a"},
            one_way(kToLeft, Forbidden::restore)),
      sends(restore, R, Blank{}, "right was filled against the direction: restore empties it", {kBlank, kBlank},
            {kBlank, "b"}, one_way(kToRight, Forbidden::restore)),
      sends(restore, R, text("a"), "right was emptied against the direction: restore", {"a", "a"}, {"a", kBlank},
            one_way(kToRight, Forbidden::restore)),
      sends(restore, R, text("a"), "restored to the other side's value where the base was another", {"a", "b"},
            {"a", "c"}, one_way(kToRight, Forbidden::restore)),
      expect(alert, "right changed, only left to right: alert", {"a", "a"}, {"a", "b"},
             one_way(kToRight, Forbidden::alert)),
      expect(agreed, "right changed to the same against the direction", {"a", "b"}, {"a", "a"},
             one_way(kToRight, Forbidden::alert)),
      sends(conflict, R, text("b"), "both changed, only left to right: left wins", {"a", "a"}, {"b", "c"},
            one_way(kToRight, Forbidden::alert)),
      sends(conflict, L, text("c"), "both changed, only right to left: right wins", {"a", "a"}, {"b", "c"},
            one_way(kToLeft)),
  };
}

std::vector<Situation> conflicts() {
  using enum FieldResult;
  using enum ConflictRule;
  const auto L = Side::left, R = Side::right;
  const Both<Cell> was{"b", "b"};
  return {
      sends(conflict, R, text("a"), "conflict: left wins", was, {"a", "c"}, on_conflict(left)),
      sends(conflict, L, text("c"), "conflict: right wins", was, {"a", "c"}, on_conflict(right)),
      sends(conflict, R, Blank{}, "conflict: left wins with blank", was, {kBlank, "c"}, on_conflict(left)),
      expect(frozen, "conflict: a person decides", was, {"a", "c"}, on_conflict(manual)),
      sends(conflict, L, text("c"), "conflict: keep non-blank, left was emptied", was, {kBlank, "c"},
            on_conflict(keep_non_blank)),
      sends(conflict, R, text("a"), "conflict: keep non-blank, right was emptied", was, {"a", kBlank},
            on_conflict(keep_non_blank)),
      sends(conflict, R, text("a"), "conflict: keep non-blank, neither blank: the leading side", was, {"a", "c"},
            on_conflict(keep_non_blank)),
      sends(conflict, R, text("a"), "conflict: min", was, {"a", "c"}, on_conflict(min)),
      sends(conflict, L, text("a"), "conflict: min is right's", was, {"c", "a"}, on_conflict(min)),
      sends(conflict, L, text("c"), "conflict: max is right's", was, {"a", "c"}, on_conflict(max)),
      sends(conflict, R, text("c"), "conflict: max", was, {"c", "a"}, on_conflict(max)),
      sends(conflict, R, Blank{}, "conflict: min with a blank is not comparable: the leading side", was, {kBlank, "c"},
            on_conflict(min)),
      sends(conflict, L, text("c"), "conflict: left wins, but empty never overwrites", was, {kBlank, "c"},
            never_emptied(left)),
      sends(conflict, L, text("c"), "conflict: manual, but empty never overwrites", was, {kBlank, "c"},
            never_emptied()),
      expect(tolerated, "conflict: only left to right, left was emptied, empty never overwrites", was, {kBlank, "c"},
             [](FieldRule& rule) {
               rule.empty_never_overwrites = true;
               rule.direction = kToRight;
             }),
  };
}

std::vector<Situation> first_links() {
  using enum FieldResult;
  const auto L = Side::left, R = Side::right;
  const Both<Cell> was{};
  return {
      expect(agreed, "first linked: equal", was, {"a", "a"}),
      expect(agreed, "first linked: both blank", was, {kBlank, ""}),
      sends(fill, L, text("a"), "first linked: left blank", was, {kBlank, "a"}),
      sends(fill, R, text("a"), "first linked: right blank", was, {"a", kBlank}),
      sends(fill, R, text("a"), "first linked: right blank, fill goes with the direction", was, {"a", kBlank},
            one_way(kToRight)),
      expect(tolerated, "first linked: left blank, fill would go against the direction", was, {kBlank, "a"},
             one_way(kToRight)),
      sends(initial, R, text("a"), "first linked and different: left wins", was, {"a", "b"},
            initially(InitialRule::left)),
      sends(initial, L, text("b"), "first linked and different: right wins", was, {"a", "b"},
            initially(InitialRule::right)),
      expect(frozen, "first linked and different: a person decides", was, {"a", "b"}, initially(InitialRule::manual)),
      sends(initial, R, text("a"), "first linked and different, one way: its source wins", was, {"a", "b"},
            one_way(kToRight)),
      sends(initial, L, text("b"), "first linked and different, the other way: its source wins", was, {"a", "b"},
            one_way(kToLeft)),
      sends(initial, R, text("b"), "only one base: as first linked", {"a", kNone}, {"b", "a"},
            initially(InitialRule::left)),
      sends(write, R, text("b"), "a base that is not understood any more: changed against it", {"unreadable", "a"},
            {"b", "a"}, initially(InitialRule::left)),
  };
}

std::vector<Situation> problems() {
  using enum FieldResult;
  const auto L = Side::left, R = Side::right;
  auto on = [](Side side, Situation situation) {
    situation.to = side;
    return situation;
  };
  return {
      on(L, expect(problem, "left became unreadable", {"a", "a"}, {"unreadable", "a"})),
      on(R, expect(problem, "right became unreadable", {"a", "a"}, {"a", "unreadable"})),
      on(L, expect(problem, "first linked, left unreadable", {kNone, kNone}, {"unreadable", "a"})),
      on(R, expect(problem, "right cannot hold what left holds", {"a", "a"}, {"unholdable", "a"})),
      on(L, expect(problem, "left cannot be filled", {kNone, kNone}, {kBlank, "unholdable"})),
      nothing("an old unreadable value that nobody touched", {"unreadable", "a"}, {"unreadable", "a"}),
      nothing("an old unreadable value, right spelled differently", {"unreadable", kBlank}, {"unreadable", ""}),
      nothing("an old unreadable value, no base on the other side", {"unreadable", kNone}, {"unreadable", "a"}),
      sends(write, L, text("b"), "right changed, left's old value is unreadable", {"unreadable", "a"},
            {"unreadable", "b"}),
      expect(alert, "right changed against the direction, left's old value cannot be put back", {"unreadable", "a"},
             {"unreadable", "b"}, one_way(kToRight, Forbidden::restore)),
  };
}

Native object_of(const Cell& cell) {
  Native object{Native::Object{}};
  object.set("other", "x");
  if (cell) object.set("field", *cell);
  return object;
}

class DecisionTable : public ::testing::TestWithParam<Situation> {};

TEST_P(DecisionTable, DecidesAsTheRuleSays) {
  const Situation& given = GetParam();
  FieldRule rule = text_field("field");
  rule.conflict = ConflictRule::manual;
  given.rule(rule);
  const ObjectMapping mapping = mapping_of({rule});
  LinkState state;
  state.base = {object_of(given.base.left), object_of(given.base.right)};
  Record left, right;
  left.fields = object_of(given.now.left);
  right.fields = object_of(given.now.right);

  const Decision decision = reconcile(mapping, state, {&left, &right}, {});

  const FieldDecision* field = decided(decision);
  ASSERT_EQ(field != nullptr, given.result.has_value());
  Both<bool> written{};
  if (field != nullptr) {
    EXPECT_EQ(field->result, *given.result) << field->rule;
    EXPECT_FALSE(field->rule.empty());
    EXPECT_EQ(field->problem.has_value(), field->result == FieldResult::problem);
    if (is_write(field->result) || field->problem) {
      EXPECT_EQ(field->to, given.to) << field->rule;
    }
    EXPECT_EQ(shown(field->sent), shown(given.sent)) << field->rule;
    written[given.to] = is_write(field->result);
  }
  for (const Side side : kSides) {
    ASSERT_EQ(decision.writes(side), written[side]) << name_of(side);
    if (written[side]) {
      Native after = object_of(Native{});
      if (!is_blank(given.sent)) after.set("field", std::get<std::string>(given.sent));
      EXPECT_EQ(*decision.after[side], after);
    }
    const Cell& kept = given.bases == Bases::move ? given.now[side] : given.base[side];
    EXPECT_EQ(decision.next.base[side], object_of(kept)) << "base of " << name_of(side);
  }
  EXPECT_EQ(decision.next.frozen.contains("field"), given.result == FieldResult::frozen);
}

// "left changed" is named LeftChanged.
std::string joined(const std::string& words) {
  std::string name;
  bool upper = true;
  for (const char c : words) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (letter) name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = !letter;
  }
  return name;
}

template <class T>
std::string test_name(const ::testing::TestParamInfo<T>& row) {
  return joined(row.param.name);
}

INSTANTIATE_TEST_SUITE_P(Changes, DecisionTable, ::testing::ValuesIn(changes()), test_name<Situation>);
INSTANTIATE_TEST_SUITE_P(Unknown, DecisionTable, ::testing::ValuesIn(unknowns()), test_name<Situation>);
INSTANTIATE_TEST_SUITE_P(Direction, DecisionTable, ::testing::ValuesIn(against_the_direction()), test_name<Situation>);
INSTANTIATE_TEST_SUITE_P(Conflict, DecisionTable, ::testing::ValuesIn(conflicts()), test_name<Situation>);
INSTANTIATE_TEST_SUITE_P(FirstLink, DecisionTable, ::testing::ValuesIn(first_links()), test_name<Situation>);
INSTANTIATE_TEST_SUITE_P(Problem, DecisionTable, ::testing::ValuesIn(problems()), test_name<Situation>);

// `latest` -----------------------------------------------------------------------------------------

struct Times {
  std::string name;
  std::optional<int> left, right;  // seconds
  Side winner;
};
void PrintTo(const Times& times, std::ostream* out) {
  *out << times.name;
}

class Latest : public ::testing::TestWithParam<Times> {};

TEST_P(Latest, TheNewerChangeWinsOutsideTheClockSkew) {
  const Times& given = GetParam();
  FieldRule rule = text_field("field");
  rule.conflict = ConflictRule::latest;
  Pair pair = agreed(R"({"field":"a"})", R"({"field":"a"})");
  pair.left.fields.set("field", "l");
  pair.right.fields.set("field", "r");
  ReconcileContext context;
  context.leading = Side::right;
  const auto at = [](std::optional<int> seconds) {
    return seconds ? std::optional<Instant>(Instant(std::chrono::seconds(*seconds))) : std::nullopt;
  };
  context.changed_at = {at(given.left), at(given.right)};

  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), context);

  ASSERT_NE(decided(decision), nullptr);
  EXPECT_EQ(decided(decision)->to, other(given.winner));
  EXPECT_EQ(shown(decided(decision)->sent), given.winner == Side::left ? "l" : "r");
}

INSTANTIATE_TEST_SUITE_P(
    Conflict, Latest,
    ::testing::Values(Times{"left is newer", 103, 100, Side::left}, Times{"right is newer", 100, 103, Side::right},
                      Times{"within the skew the leading side wins", 102, 100, Side::right},
                      Times{"left's time unknown: the leading side", std::nullopt, 0, Side::right},
                      Times{"right's time unknown: the leading side", 1000, std::nullopt, Side::right}),
    test_name<Times>);

// min and max on other values than text ------------------------------------------------------------

TEST(MinMax, NumbersAreComparedAsNumbers) {
  FieldRule rule = text_field("limit");
  for (const Side side : kSides) rule.side[side].codec = codec("decimal");
  rule.conflict = ConflictRule::max;
  Pair pair = agreed(R"({"limit":"1"})", R"({"limit":"1"})");
  pair.left.fields = json(R"({"limit":"9"})");
  pair.right.fields = json(R"({"limit":"10"})");

  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.left, json(R"({"limit":"10"})"));
}

TEST(MinMax, DatesAreComparedAsDates) {
  FieldRule rule = text_field("due");
  rule.side = {side_of({"due"}, codec("date")), side_of({"due"}, codec("date('dd.MM.yyyy')"))};
  rule.conflict = ConflictRule::min;
  Pair pair = agreed(R"({"due":"2026-01-01"})", R"({"due":"01.01.2026"})");
  pair.left.fields = json(R"({"due":"2026-02-28"})");
  pair.right.fields = json(R"({"due":"27.03.2025"})");

  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.left, json(R"({"due":"2025-03-27"})"));
}

TEST(MinMax, MoneyIsComparedWithinItsCurrency) {
  FieldRule rule = text_field("price");
  for (const Side side : kSides) rule.side[side].codec = codec("money");
  rule.conflict = ConflictRule::min;
  Pair pair = agreed(R"({"price":"1.00 EUR"})", R"({"price":"1.00 EUR"})");
  pair.left.fields = json(R"({"price":"10.00 EUR"})");
  pair.right.fields = json(R"({"price":"9.50 EUR"})");

  const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});

  ASSERT_TRUE(decision.writes(Side::left));
  EXPECT_EQ(*decision.after.left, json(R"({"price":"9.50 EUR"})"));
  // of two currencies nobody knows which is less: the leading side
  pair.right.fields = json(R"({"price":"9.50 USD"})");
  const Decision other = reconcile(mapping_of({rule}), pair.state, pair.now(), {});
  ASSERT_TRUE(other.writes(Side::right));
  EXPECT_EQ(*other.after.right, json(R"({"price":"10.00 EUR"})"));
}

}  // namespace
}  // namespace counterpart::testing
