#include "server/simulation/shrink.h"

#include <algorithm>
#include <numeric>

namespace counterpart::simulation {

History only(const History& history, const std::vector<std::size_t>& kept) {
  History shorter = history;
  shorter.happenings.clear();
  for (const std::size_t number : kept) {
    if (number < history.happenings.size()) shorter.happenings.push_back(history.happenings[number]);
  }
  return shorter;
}

std::vector<std::size_t> shrink(const Configuration& configuration, const History& history, const std::string& kind,
                                store::ScratchDatabase& database, int tries, const Watcher& watcher) {
  std::vector<std::size_t> kept(history.happenings.size());
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  const auto still_breaks = [&](const std::vector<std::size_t>& numbers) {
    const Result result = live(configuration, only(history, numbers), database, watcher);
    return std::ranges::any_of(result.violations, [&](const Violation& one) { return one.kind == kind; });
  };
  std::size_t chunk = std::max<std::size_t>(1, kept.size() / 2);
  while (tries > 0) {
    bool shorter = false;
    for (std::size_t from = 0; from < kept.size() && tries > 0;) {
      std::vector<std::size_t> rest = kept;
      const auto first = rest.begin() + static_cast<std::ptrdiff_t>(from);
      rest.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, rest.size() - from)));
      --tries;
      if (still_breaks(rest)) {
        kept = std::move(rest);
        shorter = true;
      } else {
        from += chunk;
      }
    }
    if (chunk == 1 && !shorter) break;
    chunk = std::max<std::size_t>(1, chunk / 2);
  }
  return kept;
}

}  // namespace counterpart::simulation
