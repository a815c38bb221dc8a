#include "mapping/config/reference.h"

#include <gmock/gmock.h>

#include "mapping/config/table.h"

namespace counterpart::config {
namespace {

struct Lens {
  std::int64_t focus = 50;
  std::string mount;
  std::string make;
};

struct Camera {
  std::string name;
  Lens lens;
  std::vector<Lens> bag;
  std::vector<std::pair<std::string, Lens>> shelf;
};

Table<Lens> lens_table() {
  Table<Lens> table("a lens");
  table.optional("focus", &Lens::focus, integer(1, 999), "Its | focus *in* `mm|`.")
      .required("mount", &Lens::mount, text(), "What it fits on.")
      .optional("make", &Lens::make, text(), "Who made it.");
  return table;
}

Table<Camera> camera_table() {
  Table<Camera> table("a camera", "A camera.");
  table.required("name", &Camera::name, text(), "What it is called.")
      .optional("lens", &Camera::lens, lens_table().type(), "The lens")
      .optional("bag", &Camera::bag, list_of(lens_table().type()), "In the bag.")
      .optional("shelf", &Camera::shelf, map_of(lens_table().type()), "On the shelf.");
  return table;
}

TEST(Reference, HasARowAKeyUnderItsWholePathAndRefersToWhatWasTold) {
  EXPECT_EQ(references({camera_table().keys()}).at(0),
            "<details><summary><code>name</code>, <code>lens</code>, <code>bag</code>, <code>shelf</code></summary>\n\n"
            "| key | meaning | takes |\n|---|---|---|\n"
            "| `name` | What it is called. | **required**: text |\n"
            "| `lens.focus` | *The lens.* Its \\| focus \\*in\\* `mm\\|`. | a whole number from 1 to 999 (`50`) |\n"
            "| `lens.mount` | What it fits on. | **required**: text |\n"
            "| `lens.make` | Who made it. | text |\n"
            "| `bag` | In the bag. Keys as under `lens` | a list, each a map |\n"
            "| `shelf` | On the shelf. Keys as under `lens` | a map |\n"
            "\n</details>\n");
}

TEST(Reference, RunsOfKeysThatWereToldBeforeShareARow) {
  struct Longer : Lens {
    std::string colour;
  };
  Table<Longer> longer("a longer lens");
  longer.optional("focus", &Longer::focus, integer(1, 999), "Its | focus *in* `mm|`.")
      .optional("mount", &Longer::mount, text(), "What it fits on.")
      .required("make", &Longer::make, text(), "Who made it.")
      .optional("colour", &Longer::colour, text(), "Its colour.");
  struct Both {
    Lens lens;
    Longer longer;
  };
  Table<Both> table("both");
  table.optional("lens", &Both::lens, lens_table().type(), "The lens.")
      .optional("longer", &Both::longer, longer.type(), "A longer one.");

  EXPECT_THAT(references({table.keys()}).at(0),
              testing::HasSubstr(
                  "| `longer.focus`, `.mount`, `.make` | *A longer one.* As under `lens` | **required**: `make` |\n"
                  "| `longer.colour` | Its colour. | text |\n"));
}

TEST(Reference, ALargeSectionHasATableOfItsOwnAndWhatOneFileToldTheNextRefersTo) {
  struct Row {
    std::string text;
  };
  Table<Row> large("large");
  for (int i = 0; i < 9; ++i) large.optional("k" + std::to_string(i), &Row::text, text(), "One.");
  struct Top {
    std::string name;
    Row large;
  };
  Table<Top> table("top");
  table.optional("name", &Top::name, text(), "Its name.").optional("large", &Top::large, large.type(), "A large one.");

  const auto files = references({table.keys(), table.keys()});

  EXPECT_THAT(files.at(0), testing::StartsWith("<details><summary><code>name</code></summary>"));
  EXPECT_THAT(files.at(0),
              testing::HasSubstr("<details><summary><code>large</code>: A large one.</summary>\n\n"
                                 "| key | meaning | takes |\n|---|---|---|\n| `large.k0` | One. | text |"));
  EXPECT_THAT(files.at(1), testing::HasSubstr("| `large` | A large one. Keys as under `large` | a map |"));
}

}  // namespace
}  // namespace counterpart::config
