#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "mapping/config/table.h"
#include "server/config/resolve.h"
#include "server/config/written.h"

/// The section `tables`: how the two sides spell the same options.
namespace counterpart::drafts {

/// A row of a table, and where it is written.
struct TableRow {
  Place place;
  std::string left, right;
};

/// A table as it is written: rows, `rows: { … }`, `file: NAME` or `env: NAME`.
config::Type<Node> value_table_type();

/// The tables of the section. What files and variables say is added to `written`. A table that cannot be read is there,
/// without rows.
Tables resolve_tables(const std::vector<std::pair<std::string, Node>>& tables, const std::filesystem::path& folder,
                      WrittenPlaces& written, Problems& problems);

/// The rows of a CSV file beside the configuration, `name` as it is written there; none after a mistake was added.
std::vector<TableRow> rows_of_file(const Node& name, const std::filesystem::path& folder, Problems& problems);

/// Adds a mistake for each row that says nothing, and a note for each spelling that stands for several.
void review_rows(const std::string& table, const std::vector<TableRow>& rows, Problems& problems);

}  // namespace counterpart::drafts
