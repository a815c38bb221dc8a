#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/config/problem.h"

/// Spreadsheets as text: UTF-8, with quoted cells as RFC 4180 has them. Knows nothing of what the cells mean.
namespace counterpart::csv {

/// One cell, with its place in the text: the first character that is no blank, a quotation mark included.
struct Cell {
  std::string text;  ///< blanks around it are gone, unless it is quoted
  int line = 0;      ///< from 1
  int column = 0;    ///< from 1, in characters
  /// Columns from there to the text's first character; nullopt where it is not literally there on one line (a doubled
  /// quotation mark, a line break).
  std::optional<int> text_begins = {};
};

/// One row in which at least one cell holds something.
struct Row {
  int number = 0;  ///< as a spreadsheet counts: from 1, with empty rows; a cell with line breaks makes no row
  std::vector<Cell> cells;
};

/// Reads a whole text; `file` is for messages. A byte order mark is passed over; comma, semicolon or tab is told from
/// the first line that is not empty. What cannot be read (another encoding, a stray quotation mark) goes to `problems`,
/// with nullopt.
std::optional<std::vector<Row>> parse(std::string_view text, const std::string& file, config::Problems& problems);

/// Rows as text: with a byte order mark (some spreadsheets take a file without it for another encoding), commas and
/// CRLF, cells quoted where they need it. parse() gives the cells back.
std::string print(const std::vector<std::vector<std::string>>& rows);

/// A column's letters in a spreadsheet, from 0: A, B, … Z, AA, AB.
std::string column_letters(std::size_t column);

}  // namespace counterpart::csv
