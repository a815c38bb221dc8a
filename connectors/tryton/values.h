#pragma once

#include <string>
#include <vector>

#include "connectors/tryton/objects.h"
#include "connectors/tryton/unsuitable.h"

namespace counterpart::tryton {

/// The names that Tryton wants ids for where `after` is written; `before` is nullptr for a new record. Throws
/// Unsuitable.
Names names_to_learn(const ObjectModel& model, const Native* before, const Native& after);

/// The values that make a record, of ObjectModel::base where there is one. Throws Unsuitable.
Native create_values(const ObjectModel& model, const Native& fields, const Directories& directories);

/// What a write is to change.
struct Changes {
  Native own = Native::Object{};     ///< of the record's own row, its child rows' commands among them
  Native shared = Native::Object{};  ///< of ObjectModel::base
  std::vector<std::string> touched;  ///< child rows that are written or deleted
  std::vector<std::string> deleted;  ///< those of them that are deleted

  bool none() const { return own.object().empty() && shared.object().empty(); }
};

/// The difference: fields, categories, and rows by their id; rows without one are made, rows that are
/// gone or without their value are deleted. Throws Unsuitable.
Changes changes_between(const ObjectModel& model, const Native& before, const Native& after,
                        const Directories& directories);

/// [name, argument], as Tryton is told what to do with rows.
Native command(const char* name, Native argument);

}  // namespace counterpart::tryton
