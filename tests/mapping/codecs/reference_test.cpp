// Ids of other records: named by the left id where there is one, written as the counterpart's.
#include "mapping/codecs/reference.h"

#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

CodecPtr knowing(std::string_view specification, Side side, const std::vector<Both<std::string>>& pairs) {
  auto counterparts = std::make_shared<Counterparts>();
  for (const Both<std::string>& pair : pairs) counterparts->add("companies", pair);
  return with_counterparts(*codec(specification, side), counterparts);
}

TEST(ReferenceCodec, ReadsTwoIdsOfCounterpartsAsOneValue) {
  const std::vector<Both<std::string>> pairs = {{"L1", "17"}};
  const CodecPtr left = knowing("reference(companies)", Side::left, pairs);
  const CodecPtr right = knowing("reference(companies, number)", Side::right, pairs);

  EXPECT_EQ(read(left, "L1"), read(right, number("17")));
  EXPECT_EQ(read(right, "17"), "text left L1");
  EXPECT_EQ(written(left, std::string("left L1")), "\"L1\"");
  EXPECT_EQ(written(right, std::string("left L1")), "17");
  EXPECT_EQ(read(right, ""), "blank");
}

TEST(ReferenceCodec, SaysWhichRecordNeedsACounterpartFirst) {
  const std::vector<Both<std::string>> pairs = {{"L1", "17"}};
  const CodecPtr left = knowing("reference(companies)", Side::left, pairs);
  const CodecPtr right = knowing("reference(companies, required)", Side::right, pairs);

  EXPECT_EQ(read(right, "18"), "text right 18");
  EXPECT_THAT(without_counterpart(*left, std::string("right 18")), Optional(Referred{"companies", Side::right, "18"}));
  EXPECT_THAT(without_counterpart(*right, std::string("left L2")), Optional(Referred{"companies", Side::left, "L2"}));
  EXPECT_EQ(without_counterpart(*right, std::string("left L1")), std::nullopt);
  EXPECT_EQ(without_counterpart(*right, Blank{}), std::nullopt);
  EXPECT_EQ(without_counterpart(*codec("text"), std::string("left L2")), std::nullopt);
  EXPECT_THAT(written(right, std::string("left L2")), HasSubstr("has no counterpart on the right"));
  EXPECT_TRUE(reference_of(*right)->required);
}

TEST(ReferenceCodec, WritesThePlaceholderWhereThereIsNoCounterpart) {
  const CodecPtr right = knowing("reference(companies, placeholder='99')", Side::right, {{"L1", "17"}});

  EXPECT_EQ(without_counterpart(*right, std::string("left L2")), std::nullopt);
  EXPECT_EQ(written(right, std::string("left L2")), "\"99\"");
  EXPECT_EQ(written(right, std::string("left L1")), "\"17\"");
  // what it holds then is what it would hold of the value: no difference
  EXPECT_EQ(show(right->narrow(std::string("left L2"))), read(right, "99"));
  EXPECT_EQ(show(right->narrow(std::string("left L1"))), "text left L1");
}

TEST(ReferenceCodec, KnowsNobodyUnlessItIsTold) {
  EXPECT_EQ(read(codec("reference(companies)", Side::right), "17"), "text right 17");
  EXPECT_EQ(written(codec("reference(companies)", Side::left), std::string("left L1")), "\"L1\"");
}

TEST(ReferenceCodec, RefusesWhatCannotBeMeant) {
  const std::pair<const char*, const char*> cases[] = {
      {"reference", "the mapping's name is missing"},
      {"reference(companies, numbers)", "'numbers' is not known here"},
      {"reference(companies, placeholder='')", "the placeholder has no id"},
      {"reference(companies, required, placeholder='1')", "means nothing where there is a placeholder"},
  };
  for (const auto& [specification, why] : cases) EXPECT_THAT(refusal(specification), HasSubstr(why)) << specification;
  EXPECT_THAT(read(codec("reference(companies)"), parse_json("{}")), HasSubstr("problem: "));
  EXPECT_THAT(written(knowing("reference(companies, number)", Side::right, {{"L1", "a7"}}), std::string("left L1")),
              HasSubstr("'a7' is no number"));
}

}  // namespace
}  // namespace counterpart::testing
