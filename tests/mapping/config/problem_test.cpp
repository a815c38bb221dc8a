#include "mapping/config/problem.h"

#include <gmock/gmock.h>

namespace counterpart::config {
namespace {

TEST(Problems, PrintsEveryMistakeOnItsLineInTheOrderOfTheFile) {
  Problems problems;
  problems.add({"b.yaml", 1, 1}, "last");
  problems.add({"a.yaml", 10, 2}, "third", "do this");
  problems.add({"a.yaml", 9, 7}, "second");
  problems.add({"a.yaml", 9, 2}, "first");

  EXPECT_EQ(problems.print(),
            "a.yaml:9:2: first\n"
            "a.yaml:9:7: second\n"
            "a.yaml:10:2: third; do this\n"
            "b.yaml:1:1: last\n");
}

TEST(Problems, LeavesOutWhatIsNotKnownOfAPlace) {
  Problems problems;
  problems.add({"a.yaml", 0, 0}, "cannot be read");
  problems.add({"b.yaml", 3, 0}, "somewhere in the line");

  EXPECT_EQ(problems.print(),
            "a.yaml: cannot be read\n"
            "b.yaml:3: somewhere in the line\n");
}

TEST(Problems, TellsTheSameMistakeOnce) {
  Problems problems;
  problems.add({"a.yaml", 1, 1}, "bad", "mend it");
  problems.add({"a.yaml", 1, 1}, "bad", "mend it");

  EXPECT_EQ(problems.sorted().size(), 1U);
}

TEST(Problems, PrintsNotesApartFromMistakes) {
  Problems problems;
  problems.note({"a.yaml", 4, 2}, "may not be meant", "say so");
  problems.note({"a.yaml", 3, 1}, "nor this");
  problems.note({"a.yaml", 3, 1}, "nor this");

  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(problems.print(), "");
  EXPECT_EQ(problems.print_notes(),
            "a.yaml:3:1: note: nor this\n"
            "a.yaml:4:2: note: may not be meant; say so\n");
}

TEST(Problems, IsEmptyUntilSomethingIsWrong) {
  Problems problems;
  EXPECT_TRUE(problems.empty());

  problems.add({}, "bad");
  EXPECT_FALSE(problems.empty());
}

struct Nearest {
  std::string name;
  std::string expected;
};

TEST(Nearest, FindsWhatWasProbablyMeantAndNothingElse) {
  const std::vector<std::string> known = {"connector", "url", "webhook", "sweep", "left", "right", "transform"};
  const Nearest cases[] = {
      {"conector", "connector"},    // a letter missing
      {"connectorr", "connector"},  // one too many
      {"transfrom", "transform"},   // two swapped are one edit
      {"ulr", "url"},
      {"swep", "sweep"},
      {"letf", "left"},
      {"webhooks", "webhook"},
      {"password", ""},  // far from all
      {"x", ""},         // everything is one edit away from nothing
      {"", ""},
  };

  for (const Nearest& c : cases) EXPECT_EQ(nearest(c.name, known), c.expected) << "for '" << c.name << "'";
}

}  // namespace
}  // namespace counterpart::config
