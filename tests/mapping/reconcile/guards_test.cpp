// Loop guards 1 and 2: is this news the echo of our own write?
#include "mapping/reconcile/guards.h"

#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {
namespace {

ObjectMapping contacts() {
  FieldRule name;
  name.name = "name";
  name.side = {side_of({"firstname", "lastname"}, codec("name_parts")),
               side_of({"name"}, codec("full_name", Side::right))};
  FieldRule city = text_field("city");
  city.side.left = side_of({"address.city"}, codec<PlainText>());
  FieldRule discount = text_field("discount");
  discount.side.left.codec = codec("decimal");
  ObjectMapping mapping =
      mapping_of({text_field("email"), name, city, discount, text_field("unlinked"), text_field("tags")});
  mapping.where.left = Expression::parse("lifecycle == 'customer'");
  return mapping;
}

const Native& base() {
  static const Native held = json(R"({"email":"a@b.de","firstname + lastname":["Ada","Lovelace"],"address.city":"Bonn",
                                      "discount":"0.15","tags":["x"]})");
  return held;
}

struct Hint {
  std::string name;
  std::string actor;
  std::string revision;
  std::string changed;  // JSON
  EchoGuard guard;
};
void PrintTo(const Hint& hint, std::ostream* out) {
  *out << hint.name;
}

class RecogniseEcho : public ::testing::TestWithParam<Hint> {};

TEST_P(RecogniseEcho, DropsOnlyWhatIsCertainlyOurs) {
  const Hint& given = GetParam();
  const OwnWrites own{.user = "us", .revision = "r7"};
  const NewsHint hint{given.revision, given.actor, json(given.changed)};

  EXPECT_EQ(name_of(recognise_echo(contacts(), Side::left, {hint}, base(), own)), name_of(given.guard));
}

INSTANTIATE_TEST_SUITE_P(Fingerprint, RecogniseEcho,
                         ::testing::Values(Hint{"our revision", "", "r7", "null", EchoGuard::fingerprint},
                                           Hint{"our revision, whoever is named", "them", "r7", "null",
                                                EchoGuard::fingerprint},
                                           Hint{"another revision", "", "r8", "null", EchoGuard::none},
                                           Hint{"no revision", "", "", "null", EchoGuard::none}));

INSTANTIATE_TEST_SUITE_P(
    Origin, RecogniseEcho,
    ::testing::Values(
        Hint{"our user, base value", "us", "r8", R"({"email":"a@b.de"})", EchoGuard::origin},
        Hint{"our user, same value in another spelling", "us", "", R"({"discount":"0.150"})", EchoGuard::origin},
        Hint{"our user, another value", "us", "", R"({"email":"x@b.de"})", EchoGuard::none},
        Hint{"our user, one of two values is another", "us", "", R"({"email":"a@b.de","discount":"1"})",
             EchoGuard::none},
        Hint{"another user, base value", "them", "", R"({"email":"a@b.de"})", EchoGuard::none},
        Hint{"nobody named", "", "", R"({"email":"a@b.de"})", EchoGuard::none},
        Hint{"our user, changes not told", "us", "", "null", EchoGuard::none},
        Hint{"our user, no change named", "us", "", "{}", EchoGuard::none},
        Hint{"our user, only unmapped fields", "us", "", R"({"lastmodified":"2026"})", EchoGuard::origin},
        Hint{"our user, a field that the scope reads", "us", "", R"({"lifecycle":"lead"})", EchoGuard::none},
        Hint{"our user, a mapped field without base", "us", "", R"({"unlinked":"a"})", EchoGuard::none},
        Hint{"our user, unreadable", "us", "", R"({"discount":"many"})", EchoGuard::none},
        Hint{"dotted name, base value", "us", "", R"({"address.city":"Bonn"})", EchoGuard::origin},
        Hint{"dotted name, another value", "us", "", R"({"address.city":"Köln"})", EchoGuard::none},
        Hint{"tree, base value", "us", "", R"({"address":{"city":"Bonn","street":"x"}})", EchoGuard::origin},
        Hint{"tree, another value", "us", "", R"({"address":{"city":"Köln"}})", EchoGuard::none},
        Hint{"tree without the mapped leaf", "us", "", R"({"address":{"street":"x"}})", EchoGuard::none},
        Hint{"a sibling in a tree", "us", "", R"({"address.street":"x"})", EchoGuard::origin},
        Hint{"one of two parts, base value", "us", "", R"({"lastname":"Lovelace"})", EchoGuard::origin},
        Hint{"one of two parts, another value", "us", "", R"({"lastname":"Byron"})", EchoGuard::none},
        Hint{"all of a list, base value", "us", "", R"({"tags":["x"]})", EchoGuard::origin},
        Hint{"only a part of a list", "us", "", R"({"tags[0]":"x"})", EchoGuard::none},
        Hint{"below a mapped leaf", "us", "", R"({"email.verified":true})", EchoGuard::none},
        Hint{"names that are no paths", "us", "", R"j({"Vorname (privat)":"x"})j", EchoGuard::origin}));

TEST(RecogniseEcho, WithoutKnowingOurselvesNothingIsOurs) {
  const NewsHint hint{"", "", json(R"({"email":"a@b.de"})")};
  EXPECT_EQ(recognise_echo(contacts(), Side::left, {hint}, base(), {}), EchoGuard::none);
}

TEST(RecogniseEcho, EveryPieceOfNewsMustBeOurs) {
  const OwnWrites own{.user = "us", .revision = "r7"};
  const NewsHint fingerprint{"r7", "", {}};
  const NewsHint origin{"", "us", json(R"({"email":"a@b.de"})")};
  const NewsHint person{"r8", "them", json(R"({"email":"a@b.de"})")};
  const auto guard = [&](const std::vector<NewsHint>& news) {
    return recognise_echo(contacts(), Side::left, news, base(), own);
  };

  EXPECT_EQ(guard({}), EchoGuard::none);
  EXPECT_EQ(guard({fingerprint, origin}), EchoGuard::origin);
  EXPECT_EQ(guard({origin, fingerprint}), EchoGuard::fingerprint);
  EXPECT_EQ(guard({person, origin}), EchoGuard::none);
  EXPECT_EQ(guard({fingerprint, person}), EchoGuard::none);
}

TEST(Hints, AreKeptAndRead) {
  const std::vector<NewsHint> hints{{"r7", "us", json(R"({"email":"a"})")}, {"r8", "", {}}, {"", "them", {}}};
  EXPECT_EQ(hints_from_native(hints_to_native(hints)), hints);
}

TEST(Hints, ThatSayNothingOrAreTooManyMustBeRead) {
  const NewsHint hint{"r7", "us", {}};
  EXPECT_TRUE(hints_to_native({}).is_null());
  EXPECT_TRUE(hints_to_native({hint, {}}).is_null());
  EXPECT_FALSE(hints_to_native(std::vector(8, hint)).is_null());
  EXPECT_TRUE(hints_to_native(std::vector(9, hint)).is_null());
  EXPECT_TRUE(hints_from_native({}).empty());
  EXPECT_TRUE(hints_from_native(json(R"({"revision":"r7"})")).empty());
}

}  // namespace
}  // namespace counterpart::testing
