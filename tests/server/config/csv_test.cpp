// Spreadsheets as text: cells and their places, delimiters, quotes, encodings.
#include "server/config/csv.h"

#include <gmock/gmock.h>

namespace counterpart::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct CsvReading {
  std::vector<Row> rows;
  std::string mistakes;
};

CsvReading reading_of(std::string_view text) {
  config::Problems problems;
  auto rows = parse(text, "s.csv", problems);
  EXPECT_EQ(rows.has_value(), problems.empty());
  return {rows.value_or(std::vector<Row>()), problems.print()};
}

std::vector<std::vector<std::string>> texts_of(std::string_view text) {
  const CsvReading reading = reading_of(text);
  EXPECT_EQ(reading.mistakes, "");
  std::vector<std::vector<std::string>> texts;
  for (const Row& row : reading.rows) {
    std::vector<std::string>& cells = texts.emplace_back();
    for (const Cell& cell : row.cells) cells.push_back(cell.text);
  }
  return texts;
}

TEST(Csv, TellsTheDelimiterFromTheFirstLine) {
  for (const char* text : {"a,b\nc;d,e", "a;b\nc;d;e", "a\tb\nc\td\te", "\"a;,;,\"\tb\nc\td"}) {
    EXPECT_EQ(texts_of(text).at(0).size(), 2U) << text;
  }
  EXPECT_THAT(texts_of("a;b\nc,d;e"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c,d", "e")));
  EXPECT_THAT(texts_of("one\ntwo"), ElementsAre(ElementsAre("one"), ElementsAre("two")));
}

TEST(Csv, ReadsQuotedCellsAndBothKindsOfLineEnds) {
  EXPECT_THAT(texts_of("\xEF\xBB\xBF"
                       "a,b\r\n\"x, \"\"y\"\"\r\nz\", 'w' \r\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("x, \"y\"\r\nz", "'w'")));
  EXPECT_THAT(texts_of("a,b\n\" kept \", gone \n,\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre(" kept ", "gone")));
}

TEST(Csv, KnowsWhereEachCellBeginsInTheTextAndInTheSheet) {
  const auto rows = reading_of("ä,b\n\n\"x\ny\", \"zü\"\n,,\n,q\n").rows;

  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].number, 3);
  EXPECT_EQ(rows[2].number, 5) << "a line break inside a cell is no row, an empty row is one";
  struct Expected {
    const Cell& cell;
    int line, column;
    std::optional<int> text_begins;
  };
  for (const Expected& expected : {Expected{rows[0].cells[1], 1, 3, 0}, Expected{rows[1].cells[0], 3, 1, std::nullopt},
                                   Expected{rows[1].cells[1], 4, 5, 1}, Expected{rows[2].cells[1], 6, 2, 0}}) {
    EXPECT_EQ(expected.cell.line, expected.line) << expected.cell.text;
    EXPECT_EQ(expected.cell.column, expected.column) << expected.cell.text;
    EXPECT_EQ(expected.cell.text_begins, expected.text_begins) << expected.cell.text;
  }
}

TEST(Csv, RefusesWhatItCannotRead) {
  struct Case {
    std::string text;
    const char* mistake;
  };
  const Case cases[] = {
      {"a,b\nx\"y,z\n", "s.csv:2:2: a quotation mark stands inside a cell"},
      {"a,b\n\"x\"y,z\n", "s.csv:2:4: a quotation mark stands inside a cell"},
      {"a,b\nc,\"x\n", "s.csv:2:3: the quotation mark that begins this cell is never closed"},
      {"a,b\nc,Stra\xDF"
       "e\n",
       "s.csv:2:7: the file is not written in UTF-8"},
      {std::string("\xFF\xFE"
                   "a\0,\0b\0",
                   8),
       "s.csv:1:1: the file is written in UTF-16"},
      {std::string("a\0,\0b\0", 6), "s.csv:1:1: the file is written in UTF-16"},
  };

  for (const Case& c : cases) {
    const std::string mistakes = reading_of(c.text).mistakes;
    EXPECT_THAT(mistakes, HasSubstr(c.mistake));
    EXPECT_EQ(mistakes.find("UTF") != std::string::npos, mistakes.find("'CSV UTF-8'") != std::string::npos);
  }
}

TEST(Csv, ReadsWhatItPrints) {
  const std::vector<std::vector<std::string>> rows = {
      {"plain", "", "a,b", "a;b", "a\tb"}, {"\"", "a\"b", " blank ", "two\nlines", "→ ü"}, {"", "", "'", "x", "#"}};

  const std::string text = print(rows);

  EXPECT_EQ(texts_of(text), rows);
  EXPECT_TRUE(text.starts_with("\xEF\xBB\xBFplain,,\"a,b\"")) << text;
}

TEST(Csv, NamesColumnsAsASpreadsheetDoes) {
  const std::vector<std::pair<std::size_t, std::string>> cases = {{0, "A"},   {25, "Z"},  {26, "AA"},
                                                                  {51, "AZ"}, {52, "BA"}, {702, "AAA"}};
  for (const auto& [index, letters] : cases) EXPECT_EQ(column_letters(index), letters);
}

}  // namespace
}  // namespace counterpart::csv
