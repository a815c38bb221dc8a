#include "server/config/csv.h"

#include <algorithm>
#include <array>
#include <csv.h>
#include <new>

#include "mapping/values/utf8.h"

namespace counterpart::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSaveAsUtf8 =
    "save it as UTF-8: in Excel as 'CSV UTF-8', in LibreOffice as 'Text CSV' with the character set UTF-8, in Google "
    "Sheets with File, Download, CSV";

bool is_csv_blank(char c) {
  return c == ' ' || c == '\t';
}

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The separator that the first line which is not empty holds most of, outside quotes.
char delimiter_of(std::string_view text) {
  constexpr std::array kDelimiters = {',', ';', '\t'};
  std::array<int, kDelimiters.size()> counts{};
  bool quoted = false;
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (ends_line(c)) break;
    const auto found = std::ranges::find(kDelimiters, c);
    if (found != kDelimiters.end()) ++counts.at(static_cast<std::size_t>(found - kDelimiters.begin()));
  }
  return kDelimiters.at(static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin()));
}

/// False, with a mistake, where the text is in another encoding than UTF-8.
bool is_readable(std::string_view text, const std::string& file, config::Problems& problems) {
  const bool wide = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text.find('\0') != text.npos;
  if (wide) {
    problems.add({file, 1, 1}, "the file is written in UTF-16, or is no text", std::string(kSaveAsUtf8));
    return false;
  }
  if (is_utf8(text)) return true;
  int line = 1;
  int column = 1;
  while (!text.empty()) {
    const std::size_t size = valid_character_size(text);
    if (size == 0) break;
    column = text.front() == '\n' ? 1 : column + 1;
    line += text.front() == '\n' ? 1 : 0;
    text.remove_prefix(size);
  }
  problems.add({file, line, column}, "the file is not written in UTF-8: this character is of another encoding",
               std::string(kSaveAsUtf8));
  return false;
}

/// libcsv does the quoting; it is handed one byte at a time, for it tells no places.
class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : text_(text), delimiter_(delimiter_of(text)) {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_));
  }
  ~CsvParser() { csv_free(&parser_); }
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;

  std::optional<std::vector<Row>> parse(const std::string& file, config::Problems& problems) {
    for (at_ = 0; at_ < text_.size(); ++at_) {
      begin_cell();
      if (csv_parse(&parser_, &text_[at_], 1, take_cell, take_row, this) != 1) return refuse(file, problems);
      step();
    }
    if (csv_fini(&parser_, take_cell, take_row, this) == 0) return std::move(rows_);
    problems.add({file, cell_.line, cell_.column}, "the quotation mark that begins this cell is never closed",
                 "close it; a quotation mark inside a quoted cell is written twice");
    return std::nullopt;
  }

 private:
  void begin_cell() {
    const char c = text_[at_];
    if (begun_ || c == delimiter_ || is_csv_blank(c) || ends_line(c)) return;
    begun_ = true;
    cell_.line = line_;
    cell_.column = column_;
    offset_ = at_;
  }

  void step() {
    const char c = text_[at_];
    const bool first_of_two = c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
    if (ends_line(c) && !first_of_two) {
      ++line_;
      column_ = 1;
    } else if (!is_continuation(c)) {
      ++column_;
    }
  }

  std::nullopt_t refuse(const std::string& file, config::Problems& problems) {
    if (csv_error(&parser_) == CSV_ENOMEM) throw std::bad_alloc();
    problems.add({file, line_, column_}, "a quotation mark stands inside a cell, or text after the one that closes it",
                 "put the whole cell in quotation marks, and write each one inside it twice");
    return std::nullopt;
  }

  static void take_cell(void* text, std::size_t size, void* self) {
    static_cast<CsvParser*>(self)->add_cell({static_cast<const char*>(text), size});
  }
  static void take_row(int, void* self) { static_cast<CsvParser*>(self)->end_row(); }

  void add_cell(std::string_view text) {
    if (!begun_) cell_ = {"", line_, column_, 0};
    if (begun_) {
      const std::size_t quote = text_[offset_] == '"' ? 1 : 0;
      const bool literal = text_.substr(offset_ + quote).starts_with(text) && std::ranges::none_of(text, ends_line);
      cell_.text_begins = literal ? std::optional(static_cast<int>(quote)) : std::nullopt;
    }
    cell_.text = text;
    row_.cells.push_back(std::move(cell_));
    cell_ = {};
    begun_ = false;
  }

  /// libcsv passes over empty lines: they are counted by the lines that are gone.
  void end_row() {
    row_.number = last_number_ + row_.cells.front().line - last_line_;
    last_number_ = row_.number;
    last_line_ = line_;
    const bool empty = std::ranges::all_of(row_.cells, [](const Cell& cell) { return cell.text.empty(); });
    if (!empty) rows_.push_back(std::move(row_));
    row_ = {};
  }

  std::string_view text_;
  char delimiter_;
  csv_parser parser_{};
  std::size_t at_ = 0;
  std::size_t offset_ = 0;  ///< of the cell that is being read
  int line_ = 1;
  int column_ = 1;
  bool begun_ = false;
  Cell cell_;
  Row row_;
  std::vector<Row> rows_;
  int last_number_ = 0;
  int last_line_ = 0;  ///< in which the row before ended
};

bool needs_quotes(std::string_view text) {
  constexpr std::string_view kSpecial = ",;\t\"\r\n";
  if (text.empty()) return false;
  return text.find_first_of(kSpecial) != text.npos || text.front() == ' ' || text.back() == ' ';
}

void print_cell(std::string_view text, std::string& out) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  std::string quoted(csv_write(nullptr, 0, text.data(), text.size()), '\0');
  csv_write(quoted.data(), quoted.size(), text.data(), text.size());
  out += quoted;
}

}  // namespace

std::optional<std::vector<Row>> parse(std::string_view text, const std::string& file, config::Problems& problems) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_readable(text, file, problems)) return std::nullopt;
  return CsvParser(text).parse(file, problems);
}

std::string print(const std::vector<std::vector<std::string>>& rows) {
  std::string out(kByteOrderMark);
  for (const std::vector<std::string>& row : rows) {
    bool first = true;
    for (const std::string& cell : row) {
      if (!first) out += ',';
      first = false;
      print_cell(cell, out);
    }
    out += "\r\n";
  }
  return out;
}

std::string column_letters(std::size_t column) {
  constexpr std::size_t kLetters = 26;
  std::string letters;
  for (std::size_t left = column + 1; left > 0; left = (left - 1) / kLetters) {
    letters.insert(letters.begin(), static_cast<char>('A' + (left - 1) % kLetters));
  }
  return letters;
}

}  // namespace counterpart::csv
