#include <algorithm>

#include "server/config/csv.h"
#include "server/config/interpolation.h"
#include "server/config/value_tables.h"

namespace counterpart::drafts {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTableBytesMax = 4UL * 1024 * 1024;

std::optional<Side> side_called(std::string heading) {
  std::ranges::transform(heading, heading.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (heading == "left" || heading == "links") return Side::left;
  if (heading == "right" || heading == "rechts") return Side::right;
  return std::nullopt;
}

/// A CSV file of two columns under headings.
class TableFile {
 public:
  TableFile(const fs::path& path, Problems& problems) : file_(path.string()), problems_(problems) {}

  std::vector<TableRow> read(std::string_view text) {
    const auto rows = csv::parse(text, file_, problems_);
    return rows ? rows_under_headings(*rows) : std::vector<TableRow>();
  }

 private:
  std::vector<TableRow> rows_under_headings(const std::vector<csv::Row>& lines) {
    std::vector<TableRow> rows;
    if (lines.empty()) {
      problems_.add({file_, 1, 1}, "the table's file is empty", "begin it with a line of two headings: left;right");
      return rows;
    }
    const auto left = left_column_of(lines.front());
    if (!left) return rows;
    for (const csv::Row& line : lines) {
      if (&line != &lines.front()) add_row(line, *left, rows);
    }
    return rows;
  }

  std::optional<std::size_t> left_column_of(const csv::Row& headings) {
    if (!has_two(headings)) return std::nullopt;
    const auto first = side_called(headings.cells[0].text);
    const auto second = side_called(headings.cells[1].text);
    if (first && first == second) {
      problems_.add(place_of(headings), "both columns are headed '" + std::string(name_of(*first)) + "'",
                    "head one left and the other right");
      return std::nullopt;
    }
    if (!first && !second) {
      problems_.note(
          place_of(headings),
          "the first line is taken for headings, its first column ('" + headings.cells[0].text + "') for the left",
          "head the columns left and right");
    }
    return first == Side::right || second == Side::left ? 1 : 0;
  }

  bool has_two(const csv::Row& row) {
    if (row.cells.size() == 2) return true;
    problems_.add(place_of(row), "expected two columns, found " + std::to_string(row.cells.size()),
                  "separate them by ; or , as in the first line, and put a cell that holds one in quotes");
    return false;
  }

  void add_row(const csv::Row& row, std::size_t left, std::vector<TableRow>& rows) {
    if (!has_two(row)) return;
    rows.push_back({place_of(row), row.cells[left].text, row.cells[1 - left].text});
  }

  config::Place place_of(const csv::Row& row) const { return {file_, row.cells.front().line, 1}; }

  std::string file_;
  Problems& problems_;
};

}  // namespace

std::vector<TableRow> rows_of_file(const Node& name, const fs::path& folder, Problems& problems) {
  if (name.kind != Node::Kind::scalar) {
    config::add_unexpected(name, "the name of a CSV file", problems);
    return {};
  }
  const fs::path path = folder / name.scalar;
  const auto text = read_text_file(path, kTableBytesMax);
  if (text) return TableFile(path, problems).read(*text);
  problems.add(name.place, "the table's file " + name.shown() + " cannot be read",
               "name a CSV file beside the configuration that counterpart's user may read, of at most 4 MiB; a table "
               "with one row `file` is written rows: { file: … }");
  return {};
}

}  // namespace counterpart::drafts
