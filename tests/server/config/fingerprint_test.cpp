#include <gmock/gmock.h>

#include "tests/server/config/world.h"

namespace counterpart {
namespace {

constexpr const char* kBase = R"(
systems:
  crm: { connector: plain }
  erp: { connector: plain }
tables:
  forms: { GmbH: limited, Ltd: limited, AG: stock }
  unused: { a: b }
syncs:
  s:
    between: { left: crm, right: erp }
    leading: left
    objects:
      - left: contacts
        right: party
        where: { left: active }
        match: [email]
        on_create_set: { right: { kind: person, active: true } }
        fields:
          - { left: email, right: mail, as: email }
          - { left: form, right: form, as: option(forms), clean: trim }
          - { left: city, right: town }
)";

std::string version_of(const std::string& yaml) {
  const auto reading = test::read(yaml);
  EXPECT_EQ(reading.mistakes, "");
  return reading.configuration.syncs.at(0).version;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Fingerprint, IsShortHexadecimalText) {
  EXPECT_THAT(version_of(kBase), testing::MatchesRegex("[0-9a-f]{16}"));
}

struct Edit {
  std::string from, to;
};

TEST(Fingerprint, StaysWhenNothingThatDecidesChanges) {
  const Edit edits[] = {
      {"systems:", "# a comment\nsystems:"},
      {"{ GmbH: limited, Ltd: limited, AG: stock }", "{ AG: stock, GmbH: limited, Ltd: limited }"},
      {"{ kind: person, active: true }", "{ active: true, kind: person }"},
      {"{ left: city, right: town }", "{ right: town, left: city }"},
      {"{ left: city, right: town }", "{ right: town, left: city, as: text, direction: '<->', conflict: left }"},
      {"{ left: city, right: town }", "{ left: city, right: town, lossy: true }"},
      {"clean: trim", "clean: value | trim"},
      {"unused: { a: b }", "unused: { a: c }"},
      {"systems:", "log: { level: debug }\nsystems:"},
  };

  for (const Edit& edit : edits)
    EXPECT_EQ(version_of(replaced(kBase, edit.from, edit.to)), version_of(kBase)) << edit.to;
}

TEST(Fingerprint, MovesWithEverythingThatDecides) {
  const Edit edits[] = {
      {"leading: left", "leading: right"},
      {"AG: stock", "AG: share"},
      {"GmbH: limited, Ltd: limited", "Ltd: limited, GmbH: limited"},  // the first of several stands for all
      {"where: { left: active }", "where: { left: not active }"},
      {"match: [email]", "match: []"},
      {"kind: person", "kind: human"},
      {"right: town", "right: address.town"},
      {"right: town }", "right: town, as: text(40) }"},
      {"right: town }", "right: town, as: { right: text(40) } }"},
      {"right: town }", "right: town, name: place }"},
      {"right: town }", "right: town, clean: lower }"},
      {"right: town }", "right: town, direction: to_left }"},
      {"right: town }", "right: town, direction: to_left, against_direction: alert }"},
      {"right: town }", "right: town, conflict: latest }"},
      {"right: town }", "right: town, initial: manual }"},
      {"right: town }", "right: town, empty_never_overwrites: true }"},
      {"left: contacts", "left: persons"},
      {"match: [email]", "match: [email]\n        on_create: { left: ignore }"},
      {"match: [email]", "match: [email]\n        on_delete: { left: ignore }"},
      {"match: [email]", "match: [email]\n        name: people"},
  };

  std::set<std::string> versions = {version_of(kBase)};
  for (const Edit& edit : edits) {
    EXPECT_TRUE(versions.insert(version_of(replaced(kBase, edit.from, edit.to))).second) << edit.to;
  }
}

}  // namespace
}  // namespace counterpart
