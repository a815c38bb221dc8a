// What has changed from one configuration to the next is told by place, never by value.
#include "server/config/written.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace counterpart {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

WrittenPlaces written_in(std::string_view yaml, const std::string& secret = "s3cret") {
  config::Problems problems;
  const auto interpolate = [&](std::string_view, std::string_view) { return std::optional<std::string>(secret); };
  WrittenPlaces written;
  add_written(config::parse_yaml(yaml, "a.yaml", interpolate, problems), "", written);
  EXPECT_TRUE(problems.empty()) << problems.print();
  return written;
}

TEST(Changes, AreToldByPlace) {
  const auto before = written_in("systems: {crm: {pace: {burst: 10}, url: a, token: x}}\nlog: {level: info}\n");
  const auto after = written_in("systems: {crm: {pace: {burst: 20}, url: a}}\nlog: {level: info, format: json}\n");

  const ConfigurationChanges changes = changes_between(before, after);

  EXPECT_THAT(changes.changed, ElementsAre("systems.crm.pace.burst"));
  EXPECT_THAT(changes.added, ElementsAre("log.format"));
  EXPECT_THAT(changes.removed, ElementsAre("systems.crm.token"));
  EXPECT_EQ(changes.print(), "changed: systems.crm.pace.burst; added: log.format; removed: systems.crm.token");
}

TEST(Changes, OfListsAreToldByNumber) {
  const auto before = written_in("fields: [{left: a}, {left: b}]\n");
  const auto after = written_in("fields: [{left: a}, {left: c}, {left: d}]\n");

  EXPECT_EQ(changes_between(before, after).print(), "changed: fields[1].left; added: fields[2].left");
}

TEST(Changes, OfASecretsFileShowThoughTheTextIsTheSame) {
  const auto before = written_in("token: ${file:t}\n", "one");
  const auto after = written_in("token: ${file:t}\n", "two");

  const std::string told = changes_between(before, after).print();

  EXPECT_EQ(told, "changed: token");
}

TEST(Changes, AQuotedNumberIsAnother) {
  EXPECT_EQ(changes_between(written_in("a: 1\n"), written_in("a: '1'\n")).print(), "changed: a");
}

TEST(Changes, OfFormOnlyAreNone) {
  const auto changes =
      changes_between(written_in("a: {b: 1, c: [x]}\n"), written_in("# said\na:\n  c:\n  - x\n  b: 1\n"));

  EXPECT_TRUE(changes.none());
  EXPECT_EQ(changes.print(), "nothing");
  EXPECT_THAT(changes.changed, IsEmpty());
}

TEST(Changes, OfManyPlacesTheFirstAreShown) {
  std::string yaml;
  for (int i = 100; i < 130; ++i) yaml += "k" + std::to_string(i) + ": 1\n";

  const std::string told = changes_between({}, written_in(yaml)).print();

  EXPECT_THAT(told, ::testing::EndsWith("k119 and 10 more"));
}

}  // namespace
}  // namespace counterpart
