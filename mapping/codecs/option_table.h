#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mapping/codecs/families.h"

namespace counterpart::codecs {

/// One column of a table. Canonical is the left spelling; where several left spellings share one of this column, the
/// first of them stands for all.
class OptionTable {
 public:
  /// The column of the side that is asked for, of the table that `name` names. Throws SpecificationError where there is
  /// no such table, or a spelling is blank.
  OptionTable(const Argument& name, const Surroundings& around);

  /// Takes an argument after the table: number (spellings are printed as JSON numbers), default='…' (what is not in the
  /// table is read as the row with that left spelling), pass (it is read and printed as it is). False where it is none
  /// of these. Throws SpecificationError where it does not fit the table, or contradicts an earlier one.
  bool take(const Argument& argument);
  /// The words that it takes, for messages.
  static std::vector<std::string_view> words();

  /// The canonical spelling of what a system holds: a text, number or boolean.
  std::variant<std::string, Problem> read(const Native& raw) const;
  /// The column's spelling of a canonical one, as text or as a JSON number.
  Printed print(const std::string& canonical) const;
  /// What the column would hold of a canonical spelling; that itself where it does not know it.
  std::string narrow(const std::string& canonical) const;

  /// Whether there may be other values than the canonical spellings.
  bool passes() const { return passes_; }
  /// Every canonical spelling there is.
  std::vector<std::string> canonicals() const;
  /// Every spelling that is printed.
  std::vector<std::string> spellings() const;

 private:
  void add_rows(const ValueTable& table, Side side, const Argument& name);
  void require_numbers(const Argument& argument) const;
  void say_once(const Argument& argument) const;
  std::string default_row(const std::string& written, std::size_t at) const;
  std::string row_for(const std::string& value) const;
  Native spelled(const std::string& spelling) const;
  Problem not_in_table(const Native& raw) const;

  std::string table_;
  std::map<std::string, std::string, std::less<>> canonical_of_;  ///< by spelling
  std::map<std::string, std::string, std::less<>> spelling_of_;   ///< by canonical
  std::optional<std::string> others_read_as_;                     ///< canonical
  bool passes_ = false;
  bool as_number_ = false;
};

}  // namespace counterpart::codecs
