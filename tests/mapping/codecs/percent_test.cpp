#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

struct PercentCase {
  const char* codec;
  Native raw;
  const char* read;
};

TEST(PercentCodec, ReadsNineteenPercentHoweverItIsSpelled) {
  const PercentCase cases[] = {
      {"percent", number("19"), "number 19"},
      {"percent", "19", "number 19"},
      {"percent", "19%", "number 19"},
      {"percent", " 19 % ", "number 19"},
      {"percent", "19.5 %", "number 19.5"},
      {"percent(de)", "19,0", "number 19"},
      {"percent(de)", "19,5 %", "number 19.5"},
      {"percent(text, de)", number("19.50"), "number 19.5"},
      {"percent(sign)", "-3 %", "number -3"},
      {"percent(fraction)", number("0.19"), "number 19"},
      {"percent(fraction)", "0.195", "number 19.5"},
      {"percent(fraction)", "19 %", "number 19"},
      {"percent(fraction, text, de)", "0,19", "number 19"},
      {"percent", "", "blank"},
      {"percent", "19,5", "problem: '19,5' is no percentage like 19.5"},
      {"percent(de)", "19.5", "problem: '19.5' is no percentage like 19,5"},
      {"percent", "%", "problem: '%' is no percentage like 19.5"},
      {"percent", "normal", "problem: 'normal' is no percentage like 19.5"},
      {"percent", Native(true), "problem: 'true' is no percentage like 19.5"},
  };
  for (const PercentCase& it : cases)
    EXPECT_EQ(read(codec(it.codec), it.raw), it.read) << it.codec << " " << show(it.raw);
}

TEST(PercentCodec, WritesAsItsSideDoes) {
  const Value value = decimal("19.5");

  EXPECT_EQ(written(codec("percent"), value), "19.5");
  EXPECT_EQ(written(codec("percent(text)"), value), "\"19.5\"");
  EXPECT_EQ(written(codec("percent(text, de)"), value), "\"19,5\"");
  EXPECT_EQ(written(codec("percent(sign)"), value), "\"19.5 %\"");
  EXPECT_EQ(written(codec("percent(sign, de)"), value), "\"19,5 %\"");
  EXPECT_EQ(written(codec("percent(fraction)"), value), "0.195");
  EXPECT_EQ(written(codec("percent(fraction, text, de)"), value), "\"0,195\"");
}

TEST(PercentCodec, RefusesWhatDoesNotGoTogether) {
  EXPECT_THAT(refusal("percent(text, sign)"), StartsWith("14: 'sign' is one too many"));
  EXPECT_THAT(refusal("percent(de, text)"), StartsWith("12: 'text' is one too many"));
  EXPECT_THAT(refusal("percent(fraction, text, text)"), StartsWith("24: 'text' is one too many"));
  EXPECT_THAT(refusal("percent(promille)"), StartsWith("8: 'promille' is not known here"));
}

RC_GTEST_PROP(PercentCodec, HoldsEveryNumber, ()) {
  const auto name = *rc::gen::elementOf(
      std::vector<std::string>{"percent", "percent(text)", "percent(text, de)", "percent(sign)", "percent(sign, en)",
                               "percent(fraction)", "percent(fraction, text)", "percent(fraction, text, de)"});
  holds(codec(name), *any_decimal());
}

}  // namespace
}  // namespace counterpart::testing
