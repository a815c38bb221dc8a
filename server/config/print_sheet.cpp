#include <algorithm>

#include "mapping/codecs/unicode.h"
#include "server/config/csv.h"
#include "server/config/field_blocks.h"
#include "server/config/sheet_columns.h"
#include "server/config/tables.h"

namespace counterpart::drafts {
namespace {

using config::Problems;

/// The cells of one row.
class CellPrinter {
 public:
  CellPrinter(const MappingRows& mapping, const Field& field, Problems& problems)
      : mapping_(mapping), field_(field), problems_(problems) {}

  std::string print(SheetColumn column) {
    switch (column) {
      case SheetColumn::sync:
        return mapping_.sync;
      case SheetColumn::object:
        return mapping_.object;
      case SheetColumn::left_field:
        return paths(field_.left);
      case SheetColumn::direction:
        return direction();
      case SheetColumn::right_field:
        return paths(field_.right);
      case SheetColumn::left_type:
        return text(field_.as.left);
      case SheetColumn::right_type:
        return text(field_.as.right);
      case SheetColumn::left_cleaning:
        return text(field_.clean.left);
      case SheetColumn::right_cleaning:
        return text(field_.clean.right);
      case SheetColumn::left_rules:
        return rules(field_.validate.left);
      case SheetColumn::right_rules:
        return rules(field_.validate.right);
      case SheetColumn::left_example:
        return example(field_.example.left);
      case SheetColumn::right_example:
        return example(field_.example.right);
      default:
        return rest(column);
    }
  }

 private:
  std::string rest(SheetColumn column) {
    switch (column) {
      case SheetColumn::conflict:
        return field_.conflict ? word(conflict_type(), *field_.conflict) : "";
      case SheetColumn::initial:
        return field_.initial ? word(initial_type(), *field_.initial) : "";
      case SheetColumn::against_direction:
        return field_.direction == Direction::both ? "" : word(against_direction_type(), field_.against_direction);
      case SheetColumn::lossy:
        return field_.lossy ? "yes" : "";
      case SheetColumn::empty_never_overwrites:
        return field_.empty_never_overwrites ? "yes" : "";
      case SheetColumn::name:
        return text(field_.name);
      case SheetColumn::note:
        return text(field_.note);
      default:
        return "";  // the shorthands: types stand in their own columns
    }
  }

  template <class E>
  static std::string word(const config::Type<E>& type, E value) {
    return type.show(value).plain();
  }

  /// No ASCII arrow: spreadsheets take a cell that begins with - for a formula.
  std::string direction() const {
    if (field_.direction == Direction::both) return "↔";
    return field_.direction == Direction::to_right ? "→" : "←";
  }

  std::string paths(const std::vector<Node>& written) {
    std::string cell;
    for (const Node& path : written) cell += (cell.empty() ? "" : " + ") + shown(path);
    return cell;
  }

  std::string text(const std::optional<Node>& written) {
    if (!written) return "";
    if (codecs::trimmed(written->scalar).empty()) {
      problems_.add(written->place, "a sheet's empty cell is no text of blanks", "remove the key");
    }
    return shown(*written);
  }

  /// As the section holds them, without its braces.
  std::string rules(const std::optional<Validate>& written) {
    if (!written) return "";
    if (holds_interpolated(written->written)) {
      problems_.add(written->place, "what ${…} stands for would be written into the sheet", "write it out here");
    }
    const std::string section = print_on_one_line(written->written);
    return section.substr(1, section.size() - 2);
  }

  static bool holds_interpolated(const Node& node) {
    return node.interpolated || std::ranges::any_of(node.items, holds_interpolated) ||
           std::ranges::any_of(node.members,
                               [](const Node::Member& member) { return holds_interpolated(member.value); });
  }

  /// A blank is an example as well: '' stands for it.
  std::string example(const std::optional<Node>& written) {
    if (!written) return "";
    return codecs::trimmed(written->scalar).empty() ? "''" : shown(*written);
  }

  std::string shown(const Node& written) {
    if (written.interpolated) {
      problems_.add(written.place, "what ${…} stands for would be written into the sheet", "write it out here");
    }
    return written.scalar;
  }

  const MappingRows& mapping_;
  const Field& field_;
  Problems& problems_;
};

}  // namespace

std::string print_field_sheet(const std::vector<MappingRows>& mappings, config::Problems& problems) {
  std::vector<std::vector<std::string>> rows(1);
  for (const SheetColumn column : printed_columns()) rows.front().push_back(heading_of(column));
  for (const MappingRows& mapping : mappings) {
    for (const FieldRow& row : mapping.rows) {
      CellPrinter cells(mapping, row.written, problems);
      std::vector<std::string>& printed = rows.emplace_back();
      for (const SheetColumn column : printed_columns()) printed.push_back(cells.print(column));
    }
  }
  return csv::print(rows);
}

}  // namespace counterpart::drafts
