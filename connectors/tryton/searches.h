#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/tryton/objects.h"
#include "mapping/values/value.h"

namespace counterpart::tryton {

/// Records by id, the inactive ones too, but of their rows the active ones only.
Native records_with(const ObjectModel& model, const std::vector<std::string>& ids);

/// Ids above `after` of records that changed since, or one of whose rows did; all where it is nullopt.
Native records_changed(const ObjectModel& model, std::optional<Instant> since, const std::string& after);

/// Rows that hold one of the values, and maybe some more.
Native rows_holding(const ObjectModel& model, const SearchPath& path, const std::vector<std::string>& values);

/// What two spellings of one value have in common.
std::string folded(const SearchPath& path, std::string_view value);

}  // namespace counterpart::tryton
