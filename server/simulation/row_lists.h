#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mapping/expression/path.h"
#include "mapping/values/native.h"
#include "server/config/configuration.h"

namespace counterpart::simulation {

/// Where the records of an object show child rows.
struct RowList {
  Path path;                      ///< of the array, in the record's fields
  std::string id;                 ///< the member of a row that holds its own id
  std::set<std::string> columns;  ///< top-level members of a row that some mapping uses
};

/// By object; no entry where none is mapped.
using RowLists = std::map<std::string, std::vector<RowList>>;

/// The lists of rows that the configuration's mappings use in that system.
RowLists row_lists_of(const std::string& system, const Configuration& configuration);

/// How a system names the rows that it stores.
struct RowNaming {
  bool renews = false;      ///< all rows of a list that is stored otherwise than it was get new ids
  bool as_numbers = false;  ///< ids are numbers, else text
};

/// Gives ids to the rows of `fields`, which are to take the place of `before` (null: a new record). A row keeps the id
/// of one that is there already, else it gets the next after `last`.
void name_rows(const RowList& list, const Native& before, Native& fields, const RowNaming& naming, std::uint64_t& last);

/// The same without the rows' ids.
Native without_row_ids(const std::vector<RowList>& lists, Native fields);

}  // namespace counterpart::simulation
