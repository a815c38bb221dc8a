#pragma once

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "connectors/tryton/directory.h"
#include "connectors/tryton/party.h"

namespace counterpart::tryton {

/// What a person has to mend before the record can be written; what() says it.
class Unsuitable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The names in a record that Tryton wants ids for.
std::set<std::string> category_names(const Native& fields);
std::set<std::string> country_codes(const Native& fields);

/// Where their ids are found.
struct Directories {
  const Directory& categories;
  const Directory& countries;
};

/// The values of party.create. Throws Unsuitable.
Native create_values(const Native& fields, const Directories& directories);

/// What party.write is to change.
struct Changes {
  Native values = Native::Object{};
  std::vector<std::string> touched;  ///< parts that are written or deleted, the party itself not named
  std::vector<std::string> deleted;  ///< those of them that are deleted
};

/// The difference: fields, categories, and rows by their id; rows without one are made, rows that are
/// gone or without their value are deleted. Throws Unsuitable.
Changes changes_between(const Native& before, const Native& after, const Directories& directories);

}  // namespace counterpart::tryton
