#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/config/field_sheet.h"

namespace counterpart::drafts {

/// The sheets that a configuration names in place of field rows (`fields: companies.csv`), each read once.
class Sheets {
 public:
  /// `folder`: where relative paths start, as messages are to show it. Mistakes go to `problems`.
  Sheets(std::filesystem::path folder, config::Problems& problems) : folder_(std::move(folder)), problems_(problems) {}

  /// Puts the rows of every sheet that the file's tree names into it, as if they were written there. Where a sheet has
  /// columns for sync and object, a mapping gets the rows that are for it and those that are for any; a row that no
  /// mapping gets is a mistake. What cannot be read is marked as unreadable.
  void include(config::Node& root);

  /// The cells of all of them, for messages.
  const std::vector<CellName>& cells() const { return cells_; }

 private:
  struct Read {
    std::optional<FieldSheet> sheet;
    std::set<std::size_t> taken;              ///< rows that some mapping got
    std::vector<std::string> syncs, objects;  ///< of the mappings that name it
  };

  void include_in(config::Node& object, const std::string& sync);
  config::Node rows_for(const config::Node& written, const std::string& sync, const std::string& object);
  Read& sheet_of(const config::Node& written);
  std::optional<FieldSheet> read(const config::Node& written, const std::string& file);
  void refuse_left_over(const Read& read);

  std::filesystem::path folder_;
  config::Problems& problems_;
  std::map<std::string, Read> sheets_;  ///< by file
  std::vector<CellName> cells_;
};

}  // namespace counterpart::drafts
