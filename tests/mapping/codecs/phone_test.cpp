#include <phonenumbers/phonenumberutil.h>
#include <set>

#include "support.h"

namespace counterpart::testing {
namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using ::testing::StartsWith;

TEST(PhoneCodec, ReadsEverySpellingAsOne) {
  for (const char* text : {"030 901820", "(030) 90 18 20", "+49 30 901820", "0049 30 901820", "+49 (0)30 901820",
                           "030/901820", "+4930901820"}) {
    EXPECT_EQ(read(codec("phone(DE)"), text), "text +4930901820") << text;
  }
  EXPECT_EQ(read(codec("phone(DE)"), number("4930901820")), "text +4930901820");
  EXPECT_EQ(read(codec("phone(DE)"), "+1 650 253 0000"), "text +16502530000");
  EXPECT_EQ(read(codec("phone(US)"), "650-253-0000"), "text +16502530000");
}

TEST(PhoneCodec, KeepsExtensions) {
  EXPECT_EQ(read(codec("phone(US)"), "(650) 253-0000 ext. 123"), "text +16502530000;ext=123");
  EXPECT_EQ(respelled(codec("phone(US)"), "+16502530000;ext=123"), "\"+16502530000;ext=123\"");
}

TEST(PhoneCodec, RefusesWhatIsNoValidNumber) {
  for (const char* text : {"12", "anrufen!", "030 1", "+49 30 90182012345678", "+999 123456"}) {
    EXPECT_THAT(read(codec("phone(DE)"), text), StartsWith("problem: ")) << text;
    EXPECT_THAT(written(codec("phone(DE)"), std::string(text)), StartsWith("problem: ")) << text;
  }
  EXPECT_THAT(read(codec("phone(DE)"), number("4930901820.5")), StartsWith("problem: "));
  EXPECT_THAT(read(codec("phone(DE)"), Native(true)), StartsWith("problem: "));
}

TEST(PhoneCodec, PrintsForMachinesOrPeople) {
  const Value berlin = std::string("+4930901820");
  const Value abroad = std::string("+16502530000");

  EXPECT_EQ(written(codec("phone(DE)"), berlin), "\"+4930901820\"");
  EXPECT_EQ(written(codec("phone(DE, national)"), berlin), "\"030 901820\"");
  EXPECT_EQ(written(codec("phone(DE, international)"), berlin), "\"+49 30 901820\"");
  EXPECT_EQ(written(codec("phone(DE, national)"), abroad), "\"+1 650-253-0000\"");
}

/// An example of each kind of number in each region of the world.
std::vector<std::string> examples() {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  std::set<std::string> regions;
  util.GetSupportedRegions(&regions);
  std::vector<std::string> result;
  for (const std::string& region : regions) {
    for (int type = PhoneNumberUtil::FIXED_LINE; type < PhoneNumberUtil::UNKNOWN; ++type) {
      i18n::phonenumbers::PhoneNumber example;
      if (!util.GetExampleNumberForType(region, static_cast<PhoneNumberUtil::PhoneNumberType>(type), &example))
        continue;
      result.emplace_back();
      util.Format(example, PhoneNumberUtil::INTERNATIONAL, &result.back());
    }
  }
  return result;
}

RC_GTEST_PROP(PhoneCodec, HoldsNumbersOfAllRegions, ()) {
  static const std::vector<std::string> kExamples = examples();
  std::string text = *rc::gen::elementOf(kExamples);
  if (*rc::gen::arbitrary<bool>()) text += " ext. 42";
  if (*rc::gen::arbitrary<bool>()) text.back() = static_cast<char>('0' + *rc::gen::inRange(0, 10));

  for (const char* name : {"phone(DE)", "phone(DE, national)", "phone(US, international)", "phone(IT, national)"}) {
    const Parsed parsed = codec(name)->parse(text);
    if (!std::holds_alternative<Value>(parsed)) continue;
    holds(codec(name), value_of(parsed));
    is_stable(codec(name), Native(text));
  }
}

RC_GTEST_PROP(PhoneCodec, IsStable, ()) {
  const std::string digits = *text_of({"0", "1", "3", "4", "5", "9", " ", "/", "-", "(0)"}, 10);
  for (const char* name : {"phone(DE)", "phone(DE, national)", "phone(DE, international)"}) {
    is_stable(codec(name), Native("030" + digits));
    is_stable(codec(name), Native("+4917" + digits));
  }
}

}  // namespace
}  // namespace counterpart::testing
