#include "mapping/expression/filters.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "mapping/expression/list_filters.h"
#include "mapping/expression/number_filters.h"
#include "mapping/expression/pattern_filters.h"
#include "mapping/expression/text_filters.h"

namespace counterpart {
namespace {

constexpr Filter kFilters[] = {
    {"abs", 0, 0, false, filters::abs},
    {"base64", 0, 0, false, filters::base64},
    {"capitalize", 0, 0, false, filters::capitalize},
    {"cut", 1, 1, false, filters::cut},
    {"decimal", 0, 1, true, filters::decimal},
    {"default", 1, 2, true, filters::default_to},
    {"endswith", 1, 1, true, filters::endswith},
    {"first", 0, 0, false, filters::first},
    {"int", 0, 1, true, filters::integer},
    {"join", 0, 1, false, filters::join},
    {"json", 0, 0, true, filters::json},
    {"last", 0, 0, false, filters::last},
    {"length", 0, 0, true, filters::length},
    {"lower", 0, 0, false, filters::lower},
    {"padleft", 2, 2, false, filters::padleft},
    {"padright", 2, 2, false, filters::padright},
    {"regex_match", 1, 1, true, nullptr, filters::regex_match},
    {"regex_replace", 2, 2, false, nullptr, filters::regex_replace},
    {"regex_search", 1, 1, false, nullptr, filters::regex_search},
    {"replace", 2, 3, false, filters::replace},
    {"round", 0, 2, false, filters::round},
    {"split", 0, 1, false, filters::split},
    {"startswith", 1, 1, true, filters::startswith},
    {"string", 0, 0, true, filters::string},
    {"title", 0, 0, false, filters::title},
    {"trim", 0, 0, false, filters::trim},
    {"truncate", 0, 4, false, filters::truncate},
    {"upper", 0, 0, false, filters::upper},
    {"urlencode", 0, 0, false, filters::urlencode},
};

/// Insertions, deletions and replacements that turn one name into the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

const Filter* find_filter(std::string_view name) {
  const auto* const found = std::ranges::find(kFilters, name, &Filter::name);
  return found == std::end(kFilters) ? nullptr : found;
}

std::string_view nearest_filter(std::string_view name) {
  constexpr std::size_t kNameMax = 32;
  if (name.size() > kNameMax) return {};
  const auto distance_to = [name](const Filter& filter) { return distance(name, filter.name); };
  const Filter& nearest = *std::ranges::min_element(kFilters, {}, distance_to);
  return distance_to(nearest) <= std::max<std::size_t>(2, name.size() / 3) ? nearest.name : std::string_view{};
}

}  // namespace counterpart
