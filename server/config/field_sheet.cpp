#include "server/config/field_sheet.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "mapping/codecs/unicode.h"
#include "mapping/expression/path.h"
#include "mapping/values/side.h"
#include "server/config/csv.h"
#include "server/config/sheet_columns.h"

namespace counterpart::drafts {
namespace {

using config::Node;
using config::Place;
using config::Problems;

using Words = std::vector<std::pair<std::string_view, std::string_view>>;

const Words& direction_words() {
  static const Words words = {
      {"↔", "both"},          {"<->", "both"},
      {"<=>", "both"},        {"⇔", "both"},
      {"beide", "both"},      {"→", "to_right"},
      {"->", "to_right"},     {"=>", "to_right"},
      {"⇒", "to_right"},      {"to right", "to_right"},
      {"←", "to_left"},       {"<-", "to_left"},
      {"<=", "to_left"},      {"⇐", "to_left"},
      {"to left", "to_left"}, {"beides", "both"},
      {"<-->", "both"},       {"nach rechts", "to_right"},
      {"-->", "to_right"},    {"nach links", "to_left"},
      {"<--", "to_left"},
  };
  return words;
}

const Words& truth_words() {
  static const Words words = {{"yes", "true"}, {"ja", "true"},    {"x", "true"}, {"1", "true"},
                              {"no", "false"}, {"nein", "false"}, {"0", "false"}};
  return words;
}

Node scalar_at(Place place, std::string text, std::optional<int> text_begins) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.place = std::move(place);
  node.scalar = std::move(text);
  node.text_begins = text_begins;
  return node;
}

/// A section with one member a side, as `as` and `clean` may have.
void add_sides(Node& field, const char* key, const Both<std::optional<Node>>& sides) {
  if (!sides.left && !sides.right) return;
  Node map;
  map.kind = Node::Kind::map;
  map.place = (sides.left ? sides.left : sides.right)->place;
  for (const Side side : kSides) {
    if (sides[side]) map.members.push_back({std::string(name_of(side)), sides[side]->place, *sides[side]});
  }
  field.members.push_back({key, map.place, map});
}

/// The length of the path that the text begins with, its blanks left out; 0 where it begins with none.
std::size_t path_size(std::string_view text) {
  try {
    return Path::parse_prefix(text).text().size();
  } catch (const PathError&) {
    return 0;
  }
}

/// Several paths in one cell, joined with + or a line break; what is no path stays whole, and is refused as such.
Node paths_in(const Node& cell) {
  constexpr std::string_view kBlanks = " \t\r\n";
  Node list;
  list.kind = Node::Kind::list;
  list.place = cell.place;
  const std::string_view text = cell.scalar;
  for (std::size_t at = text.find_first_not_of(kBlanks); at < text.size();) {
    const std::size_t end = at + path_size(text.substr(at));
    const std::size_t next = std::min(text.find_first_not_of(kBlanks, end), text.size());
    const bool joined = text.substr(next).starts_with('+');
    const bool parted = next < text.size() && text.substr(end, next - end).find('\n') != std::string_view::npos;
    if (end == at || (next < text.size() && !joined && !parted)) return cell;
    const auto begins = cell.text_begins ? std::optional(0) : std::nullopt;
    list.items.push_back(scalar_at(cell.place_in(at), std::string(text.substr(at, end - at)), begins));
    at = joined ? text.find_first_not_of(kBlanks, next + 1) : next;
    if (at >= text.size() && joined) return cell;
  }
  return list.items.size() > 1 ? list : list.items.front();
}

/// Which column of the text holds what.
using Columns = std::map<SheetColumn, std::size_t>;

class RowReader {
 public:
  RowReader(const std::string& file, const Columns& columns, const csv::Row& row, Problems& problems)
      : file_(file), columns_(columns), row_(row), problems_(problems) {}

  SheetRow read() const {
    using enum SheetColumn;
    SheetRow result{cell(sync), cell(object), {}};
    Node& field = result.field;
    field.kind = Node::Kind::map;
    field.place = {file_, row_.cells.front().line, row_.cells.front().column};
    add_paths(field, "left", left_field);
    add_paths(field, "right", right_field);
    add_word(field, "direction", direction, direction_words());
    add_sides(field, "as", types());
    add_sides(field, "clean", {cell(left_cleaning), cell(right_cleaning)});
    add_sides(field, "validate", {rules(left_rules), rules(right_rules)});
    add_word(field, "conflict", conflict, {});
    add_word(field, "initial", initial, {});
    add_word(field, "against_direction", against_direction, {});
    add_word(field, "lossy", lossy, truth_words());
    add_word(field, "empty_never_overwrites", empty_never_overwrites, truth_words());
    add_text(field, "name", name);
    add_text(field, "note", note);
    add_sides(field, "example", {cell(left_example), cell(right_example)});
    return result;
  }

 private:
  std::optional<Node> cell(SheetColumn column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end() || found->second >= row_.cells.size()) return std::nullopt;
    const csv::Cell& written = row_.cells[found->second];
    if (codecs::trimmed(written.text).empty()) return std::nullopt;
    return scalar_at({file_, written.line, written.column}, written.text, written.text_begins);
  }

  Place place_of(SheetColumn column) const {
    const std::size_t index = std::min(columns_.at(column), row_.cells.size() - 1);
    return {file_, row_.cells[index].line, row_.cells[index].column};
  }

  void add_text(Node& field, const char* key, SheetColumn column) const {
    if (auto written = cell(column)) field.members.push_back({key, written->place, *written});
  }

  void add_paths(Node& field, const char* key, SheetColumn column) const {
    if (const auto written = cell(column)) {
      field.members.push_back({key, written->place, paths_in(*written)});
      return;
    }
    problems_.add(place_of(column), "the row has no " + heading_of(column),
                  "write the field's path there, or clear the row");
    field.unreadable = true;
  }

  /// One of some words, in any case; what is none of them stays, and is refused with those that there are.
  void add_word(Node& field, const char* key, SheetColumn column, const Words& words) const {
    auto written = cell(column);
    if (!written) return;
    const std::string word = codecs::collapsed(codecs::folded(written->scalar));
    const auto known = std::ranges::find(words, std::string_view(word), &Words::value_type::first);
    written->scalar = known != words.end() ? std::string(known->second) : word;
    field.members.push_back({key, written->place, *written});
  }

  /// Rules as a section holds them, without its braces: all that is told of them is told of the cell.
  std::optional<Node> rules(SheetColumn column) const {
    const auto written = cell(column);
    if (!written) return std::nullopt;
    Problems mistakes;
    Node section = config::parse_yaml("{" + written->scalar + "}", file_, {}, mistakes);
    if (mistakes.empty() && holds_texts(section)) {
      put_at(section, written->place);
      return section;
    }
    problems_.add(written->place, "expected rules, found " + written->shown(),
                  "write them as max_length: 40, characters: latin, pattern: '[0-9]{5}'");
    return std::nullopt;
  }

  /// Whether it is a map of texts and of lists of texts, as rules are.
  static bool holds_texts(const Node& section) {
    const auto is_text = [](const Node& node) { return node.kind == Node::Kind::scalar; };
    return section.kind == Node::Kind::map && std::ranges::all_of(section.members, [&](const Node::Member& member) {
             const bool list = member.value.kind == Node::Kind::list;
             return list ? std::ranges::all_of(member.value.items, is_text) : is_text(member.value);
           });
  }

  static void put_at(Node& node, const Place& place) {
    node.place = place;
    node.text_begins.reset();
    for (Node& item : node.items) put_at(item, place);
    for (Node::Member& member : node.members) {
      member.place = place;
      put_at(member.value, place);
    }
  }

  Both<std::optional<Node>> types() const {
    Both<std::optional<Node>> result{cell(SheetColumn::left_type), cell(SheetColumn::right_type)};
    if (const auto table = cell(SheetColumn::table)) fill_in(result, *table, "option(" + table->scalar + ")");
    if (const auto most = cell(SheetColumn::max_length)) add_length(result, *most);
    return result;
  }

  /// A shorthand's type, for the sides that say none.
  void fill_in(Both<std::optional<Node>>& types, const Node& shorthand, const std::string& type) const {
    if (types.left && types.right) {
      problems_.add(shorthand.place, "both sides have a type already, so " + shorthand.shown() + " would mean nothing",
                    "clear this cell, or the type of a side");
    }
    for (const Side side : kSides) {
      if (!types[side]) types[side] = scalar_at(shorthand.place, type, std::nullopt);
    }
  }

  void add_length(Both<std::optional<Node>>& types, const Node& most) const {
    const bool digits = most.scalar.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) {
      problems_.add(most.place, "expected a whole number of characters, found " + most.shown(),
                    "write 40, for example");
    } else if (types.left || types.right) {
      problems_.add(most.place, "a longest length is of text, and a side of this row has another type",
                    "clear this cell, and write text(" + most.scalar + ") as the type of the side that it is for");
    } else {
      fill_in(types, most, "text(" + most.scalar + ")");
    }
  }

  const std::string& file_;
  const Columns& columns_;
  const csv::Row& row_;
  Problems& problems_;
};

class SheetReader {
 public:
  SheetReader(const std::string& file, Problems& problems) : file_(file), problems_(problems) {}

  std::optional<FieldSheet> read(const std::vector<csv::Row>& rows) {
    const std::size_t told_before = problems_.size();
    read_headings(rows.front());
    if (problems_.size() > told_before) return std::nullopt;
    FieldSheet sheet;
    for (const csv::Row& row : rows) name_cells(row, sheet.cells);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      refuse_nameless(rows[i]);
      sheet.rows.push_back(RowReader(file_, columns_, rows[i], problems_).read());
    }
    return sheet;
  }

 private:
  Place place_of(const csv::Cell& cell) const { return {file_, cell.line, cell.column}; }

  void read_headings(const csv::Row& row) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const csv::Cell& cell = row.cells[i];
      headings_.push_back(cell.text);
      if (codecs::trimmed(cell.text).empty()) continue;
      const auto column = column_with(cell.text);
      if (!column) {
        refuse_unknown(cell);
      } else if (!columns_.emplace(*column, i).second) {
        problems_.add(place_of(cell), "the column '" + heading_of(*column) + "' stands here twice", "keep one of them");
      }
    }
    for (const SheetColumn wanted : {SheetColumn::left_field, SheetColumn::right_field}) {
      if (columns_.contains(wanted)) continue;
      problems_.add(place_of(row.cells.front()), "the sheet has no column '" + heading_of(wanted) + "'",
                    "the first row holds the headings: name the column in it");
    }
  }

  void refuse_unknown(const csv::Cell& cell) {
    const std::string near = config::nearest(codecs::folded(cell.text), known_headings());
    problems_.add(place_of(cell), "unknown heading '" + cell.text + "'",
                  near.empty() ? "known are: " + config::listed(known_headings()) : "did you mean '" + near + "'?");
  }

  bool has_heading(std::size_t index) const {
    return index < headings_.size() && !codecs::trimmed(headings_[index]).empty();
  }

  void refuse_nameless(const csv::Row& row) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (row.cells[i].text.empty() || has_heading(i)) continue;
      problems_.add(place_of(row.cells[i]), "this cell stands in a column without a heading",
                    "give the column a heading, or clear the cell");
    }
  }

  void name_cells(const csv::Row& row, std::vector<CellName>& names) const {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string heading = has_heading(i) ? " (" + headings_[i] + ")" : "";
      names.push_back({place_of(row.cells[i]), csv::column_letters(i) + std::to_string(row.number) + heading});
    }
  }

  const std::string& file_;
  Problems& problems_;
  Columns columns_;
  std::vector<std::string> headings_;
};

auto order_of_place(const Place& place) {
  return std::tie(place.file, place.line, place.column);
}

/// The last cell of the file that begins at the place or before it; the cells are in order.
const CellName* cell_at(const std::vector<CellName>& cells, const Place& place) {
  const auto before = [](const Place& wanted, const CellName& cell) {
    return order_of_place(wanted) < order_of_place(cell.place);
  };
  const auto after = std::upper_bound(cells.begin(), cells.end(), place, before);
  if (after == cells.begin() || std::prev(after)->place.file != place.file) return nullptr;
  return &*std::prev(after);
}

}  // namespace

std::optional<FieldSheet> read_field_sheet(std::string_view text, const std::string& file, Problems& problems) {
  const auto rows = csv::parse(text, file, problems);
  if (!rows) return std::nullopt;
  if (rows->empty()) {
    problems.add({file, 1, 1}, "the sheet is empty", "begin with a row of headings: left field, right field, …");
    return std::nullopt;
  }
  return SheetReader(file, problems).read(*rows);
}

void tell_by_cell(const Problems& told, const std::vector<CellName>& cells, Problems& problems) {
  std::vector<CellName> ordered = cells;
  std::ranges::stable_sort(ordered, {}, [](const CellName& cell) { return order_of_place(cell.place); });
  for (const config::Mistake& mistake : told.sorted()) {
    const CellName* cell = cell_at(ordered, mistake.place);
    const std::string where = cell == nullptr ? "" : "cell " + cell->name + ": ";
    problems.add(mistake.place, where + mistake.what, mistake.remedy);
  }
  for (const config::Mistake& note : told.notes()) problems.note(note.place, note.what, note.remedy);
}

}  // namespace counterpart::drafts
