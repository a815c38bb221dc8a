// Options that are not in their table: nothing that a side holds is lost for a default.
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

CodecPtr option(const char* specification, Side side) {
  static const ValueTable states{{{"customer", "Kunde"}, {"lead", "Interessent"}}};
  auto made = make_codec(specification, side, [](std::string_view) { return &states; });
  if (const auto* error = std::get_if<CodecError>(&made)) throw std::invalid_argument(error->what);
  return std::get<CodecPtr>(std::move(made));
}

struct Edited {
  const char* what;
  Both<const char*> codec;
  Both<const char*> before;  ///< what the sides agreed on; null where they were not linked yet
  Both<const char*> now;
  Both<std::string> after;  ///< what they hold then
};

constexpr const char* kPlain = "option(states)";
constexpr const char* kDefault = "option(states, default=lead)";
constexpr const char* kPass = "option(states, pass)";

const Edited kCases[] = {
    {"an unknown option is the default already", {kPlain, kDefault}, {}, {"lead", "Partner"}, {"lead", "Partner"}},
    {"a new unknown option goes over as the default",
     {kPlain, kDefault},
     {"customer", "Kunde"},
     {"customer", "Partner"},
     {"lead", "Partner"}},
    {"another unknown option is no edit",
     {kPlain, kDefault},
     {"lead", "Partner"},
     {"lead", "Verwandter"},
     {"lead", "Verwandter"}},
    {"an edit on the other side is one",
     {kPlain, kDefault},
     {"lead", "Partner"},
     {"customer", "Partner"},
     {"customer", "Kunde"}},
    {"on the left it stays as well", {kDefault, kPlain}, {}, {"partner", "Interessent"}, {"partner", "Interessent"}},
    {"until the right is edited",
     {kDefault, kPlain},
     {"partner", "Interessent"},
     {"partner", "Kunde"},
     {"customer", "Kunde"}},
    {"what passes is the default there",
     {kPass, kDefault},
     {"customer", "Kunde"},
     {"partner", "Kunde"},
     {"partner", "Interessent"}},
    {"and stays, for the default is what the right holds of it",
     {kPass, kDefault},
     {"partner", "Interessent"},
     {"partner", "Partner"},
     {"partner", "Partner"}},
    {"what passes goes over as it is",
     {kPass, kPass},
     {"customer", "Kunde"},
     {"partner", "Kunde"},
     {"partner", "partner"}},
    {"both ways", {kPass, kPass}, {"customer", "Kunde"}, {"customer", "Partner"}, {"Partner", "Partner"}},
    {"a row is a row", {kPass, kPass}, {"partner", "partner"}, {"lead", "partner"}, {"lead", "Interessent"}},
};

std::string fields_of(const char* state) {
  return std::string(R"({"state":")") + state + "\"}";
}

Pair pair_of(const Edited& edited) {
  Pair pair{record(fields_of(edited.now.left)), record(fields_of(edited.now.right)), {}};
  if (edited.before.left != nullptr) {
    pair.state.base = {json(fields_of(edited.before.left)), json(fields_of(edited.before.right))};
  }
  return pair;
}

TEST(UnknownOptions, StayWhereTheyAreUntilAPersonChoosesAnother) {
  for (const Edited& edited : kCases) {
    FieldRule rule = text_field("state");
    for (const Side side : kSides) rule.side[side].codec = option(edited.codec[side], side);
    const Pair pair = pair_of(edited);

    const Decision decision = reconcile(mapping_of({rule}), pair.state, pair.now(), {});

    for (const Side side : kSides) {
      const Native after = decision.writes(side) ? *decision.after[side] : json(fields_of(edited.now[side]));
      EXPECT_EQ(after, json(fields_of(edited.after[side].c_str()))) << edited.what << ", " << name_of(side);
    }
  }
}

}  // namespace
}  // namespace counterpart::testing
