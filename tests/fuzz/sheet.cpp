// Spreadsheets as anybody may save them: what is read has places in the text, and goes through YAML and CSV unchanged.
#include <algorithm>
#include <iterator>

#include "property.h"
#include "server/config/csv.h"
#include "server/config/field_blocks.h"
#include "server/config/field_sheet.h"

namespace counterpart {
namespace {

using fuzz::require;

int lines_in(std::string_view text) {
  return 1 + static_cast<int>(std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; }));
}

void check_mistakes(const config::Problems& problems, std::string_view text) {
  for (const config::Mistake& mistake : problems.sorted()) {
    require(!mistake.what.empty(), "a mistake says what it is");
    require(mistake.place.file == "s.csv", "a mistake names its file");
    require(mistake.place.line >= 1 && mistake.place.column >= 1, "a mistake has line and column");
    require(mistake.place.line <= lines_in(text), "the place of a mistake is in the text");
  }
}

std::vector<std::vector<std::string>> texts_of(const std::vector<csv::Row>& rows) {
  std::vector<std::vector<std::string>> texts;
  for (const csv::Row& row : rows) {
    auto& cells = texts.emplace_back();
    std::ranges::transform(row.cells, std::back_inserter(cells), &csv::Cell::text);
  }
  return texts;
}

void check_csv(std::string_view text) {
  config::Problems problems;
  const auto rows = csv::parse(text, "s.csv", problems);
  require(rows.has_value() == problems.empty(), "rows are given, or their mistakes are");
  check_mistakes(problems, text);
  if (!rows) return;
  const auto again = csv::parse(csv::print(texts_of(*rows)), "again", problems);
  require(again && texts_of(*again) == texts_of(*rows), "what is printed is read");
}

/// Texts, keys and their order; places aside.
bool same(const config::Node& a, const config::Node& b) {
  const auto same_member = [](const config::Node::Member& x, const config::Node::Member& y) {
    return x.key == y.key && same(x.value, y.value);
  };
  return a.kind == b.kind && a.scalar == b.scalar && std::ranges::equal(a.items, b.items, same) &&
         std::ranges::equal(a.members, b.members, same_member);
}

/// As print_blocks() leaves a row: one text for two that are alike, and nothing of the direction that is taken anyway.
config::Node shortened(config::Node row) {
  std::erase_if(row.members, [](const config::Node::Member& member) {
    return member.key == "direction" && member.value.scalar == "both";
  });
  for (config::Node::Member& member : row.members) {
    const bool may_be_one = (member.key == "as" || member.key == "clean") && member.value.members.size() == 2;
    if (!may_be_one || !same(member.value.members[0].value, member.value.members[1].value)) continue;
    const config::Node one = member.value.members[0].value;
    member.value = one;
  }
  return row;
}

void check_yaml(const drafts::FieldBlock& block) {
  config::Problems problems;
  const config::Interpolate nothing = [](std::string_view, std::string_view) { return std::nullopt; };
  const config::Node root = config::parse_yaml(drafts::print_blocks({block}), "block.yaml", nothing, problems);
  require(problems.empty(), "the YAML is valid");
  const config::Node* fields = root.find("fields");
  require(fields != nullptr && fields->items.size() == block.rows.size(), "every row is there");
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    require(same(fields->items[i], shortened(block.rows[i])), "the YAML is the sheet's row");
  }
}

void check_sheet(std::string_view text) {
  config::Problems problems;
  const auto sheet = drafts::read_field_sheet(text, "s.csv", problems);
  require(sheet || !problems.empty(), "a sheet is given, or its mistakes are");
  if (sheet) drafts::check_blocks(drafts::blocks_of(*sheet), problems);
  check_mistakes(problems, text);
  if (!problems.empty()) return;
  for (const drafts::FieldBlock& block : drafts::blocks_of(*sheet)) check_yaml(block);
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = counterpart::fuzz::text_of(data, size);
  counterpart::check_csv(text);
  counterpart::check_sheet(text);
  return 0;
}
