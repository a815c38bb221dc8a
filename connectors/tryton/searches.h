#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/values/native.h"
#include "mapping/values/value.h"

namespace counterpart::tryton {

/// Parties by id, the inactive ones too, but of their rows the active ones only.
Native parties_with(const std::vector<std::string>& ids);

/// Ids above `after` of parties that changed since, or one of whose rows did; all where it is nullopt.
Native parties_changed(std::optional<Instant> since, const std::string& after);

/// A path that parties can be searched by.
struct SearchPath {
  const char* text;
  const char* model;  ///< whose rows hold the value
  const char* type;   ///< of those rows; "" where they have none
  const char* field;
  bool loose;  ///< spaces and punctuation in it mean nothing: phone numbers, VAT ids
};
const std::vector<SearchPath>& search_paths();
const SearchPath* search_path(std::string_view text);

/// Rows that hold one of the values, and maybe some more.
Native rows_holding(const SearchPath& path, const std::vector<std::string>& values);

/// What two spellings of one value have in common.
std::string folded(const SearchPath& path, std::string_view value);

}  // namespace counterpart::tryton
