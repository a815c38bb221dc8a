#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/config/node.h"
#include "mapping/config/problem.h"

namespace counterpart::drafts {

/// A larger file is taken for something else.
inline constexpr std::size_t kSheetBytesMax = 4UL * 1024 * 1024;

/// A cell as people find it: "F7 (left type)".
struct CellName {
  config::Place place;
  std::string name;
};

/// One row of a sheet.
struct SheetRow {
  std::optional<config::Node> sync, object;  ///< which mapping it is for; nullopt: whichever names the sheet
  config::Node field;                        ///< the same row as if written in YAML, each value at its cell's place
};

/// A sheet that describes which field goes to which.
struct FieldSheet {
  std::vector<SheetRow> rows;
  std::vector<CellName> cells;  ///< of those that hold something, in the order of the file
};

/// Reads a sheet from CSV: a heading line, then a row a field. The shorthands for types (table, max length) and the
/// spellings of directions and of yes and no are written out; what the values mean is read later, as in YAML. Mistakes
/// go to `problems`; nullopt where the sheet cannot be understood as a whole (encoding, quotes, headings).
std::optional<FieldSheet> read_field_sheet(std::string_view text, const std::string& file, config::Problems& problems);

/// Adds what was told of the cells to `problems`, with their names, and everything else as it is.
void tell_by_cell(const config::Problems& told, const std::vector<CellName>& cells, config::Problems& problems);

}  // namespace counterpart::drafts
