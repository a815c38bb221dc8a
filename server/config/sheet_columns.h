#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counterpart::drafts {

/// What a column of a sheet that describes a mapping holds.
enum class SheetColumn {
  sync,
  object,
  left_field,
  direction,
  right_field,
  left_type,
  right_type,
  table,
  max_length,
  left_cleaning,
  right_cleaning,
  left_rules,
  right_rules,
  conflict,
  initial,
  against_direction,
  lossy,
  empty_never_overwrites,
  name,
  note,
  left_example,
  right_example
};

/// Every column in the order in which a sheet is printed; the shorthands (table, max length) are the reader's only.
const std::vector<SheetColumn>& printed_columns();

/// Its heading in English: "left field".
const std::string& heading_of(SheetColumn column);

/// The column of that heading, in English or German, whatever its case, blanks, _ and -; nullopt where there is none.
std::optional<SheetColumn> column_with(std::string_view heading);

/// All headings that are understood, for suggestions.
std::vector<std::string> known_headings();

}  // namespace counterpart::drafts
