#include <algorithm>
#include <map>

#include "mapping/codecs/unicode.h"
#include "server/config/value_tables.h"

namespace counterpart::drafts {
namespace {

constexpr std::size_t kSpellingsShown = 5;

/// Rows by what they have in common, in the order of the table.
using Groups = std::map<std::string, std::vector<std::size_t>, std::less<>>;

/// Looks at a table as the codec `option` reads it: the first row decides.
class TableReview {
 public:
  TableReview(const std::string& table, const std::vector<TableRow>& rows, Problems& problems)
      : table_(table), rows_(rows), problems_(problems) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      same_[Side::left].push_back(codecs::to_nfc(rows[i].left));
      same_[Side::right].push_back(codecs::to_nfc(rows[i].right));
      for (const Side side : kSides) with_[side][same_[side][i]].push_back(i);
    }
  }

  void run() const {
    for (std::size_t i = 0; i < rows_.size(); ++i) refuse_idle(i);
    for (const Side side : kSides) {
      for (const auto& [spelling, rows] : with_[side]) tell_several(side, rows);
    }
  }

 private:
  /// The row by which an option is written to the right.
  std::size_t writing(std::size_t row) const { return with_.left.at(same_.left[row]).front(); }

  /// The row by which the right's spelling is read: one that is written so, if there is one.
  std::size_t reading(std::size_t row) const {
    const std::vector<std::size_t>& rows = with_.right.at(same_.right[row]);
    const auto found = std::ranges::find_if(rows, [this](std::size_t one) { return writing(one) == one; });
    return found == rows.end() ? rows.front() : *found;
  }

  void refuse_idle(std::size_t row) const {
    if (writing(row) == row || reading(row) == row) return;
    const TableRow& idle = rows_[row];
    const TableRow& written = rows_[writing(row)];
    const TableRow& read = rows_[reading(row)];
    const auto is_same = [&](std::size_t one) { return one < row && same_.right[one] == same_.right[row]; };
    const bool twice = std::ranges::any_of(with_.left.at(same_.left[row]), is_same);
    const std::string what =
        twice ? "the row '" + idle.left + "', '" + idle.right + "' stands twice in the table '" + table_ + "'"
              : "the row '" + idle.left + "', '" + idle.right + "' of the table '" + table_ + "' says nothing: '" +
                    idle.left + "' is written '" + written.right + "', and '" + idle.right + "' is read as '" +
                    read.left + "', by other rows";
    problems_.add(idle.place, what, twice ? "remove one" : "remove it, or put it before those");
  }

  void tell_several(Side side, const std::vector<std::size_t>& rows) const {
    const Side other_side = other(side);
    std::vector<std::size_t> different;
    for (const std::size_t row : rows) {
      const auto same = [&](std::size_t one) { return same_[other_side][one] == same_[other_side][row]; };
      if (std::ranges::none_of(different, same)) different.push_back(row);
    }
    if (different.size() < 2) return;
    const std::size_t chosen = side == Side::left ? writing(rows.front()) : reading(rows.front());
    const std::string back = "'" + spelling(chosen, other_side) + "'";
    problems_.note(rows_[different[1]].place,
                   "in the table '" + table_ + "', '" + spelling(rows.front(), side) + "' on the " +
                       std::string(name_of(side)) + " stands for " + listed_spellings(different, other_side) +
                       " on the " + std::string(name_of(other_side)) + ": " + back + " is written there",
                   "put the row first whose spelling is to be written");
  }

  std::string listed_spellings(const std::vector<std::size_t>& rows, Side side) const {
    std::string text;
    for (std::size_t i = 0; i < rows.size() && i < kSpellingsShown; ++i) {
      text += (i == 0 ? "'" : i + 1 == rows.size() ? " and '" : ", '") + spelling(rows[i], side) + "'";
    }
    if (rows.size() > kSpellingsShown) text += " and " + std::to_string(rows.size() - kSpellingsShown) + " more";
    return text;
  }

  const std::string& spelling(std::size_t row, Side side) const {
    return side == Side::left ? rows_[row].left : rows_[row].right;
  }

  const std::string& table_;
  const std::vector<TableRow>& rows_;
  Problems& problems_;
  Both<std::vector<std::string>> same_;  ///< spellings as they are compared
  Both<Groups> with_;
};

}  // namespace

void review_rows(const std::string& table, const std::vector<TableRow>& rows, Problems& problems) {
  TableReview(table, rows, problems).run();
}

}  // namespace counterpart::drafts
