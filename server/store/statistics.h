#pragma once

#include <cstddef>
#include <memory>

#include "server/store/lane.h"

namespace counterpart::store {

/// Says when the planner is to be told of what a store has put into its tables. Plans made for empty tables walk along
/// any index that begins alike; PostgreSQL's own upkeep looks a minute later, when the first load, or a sweep of a
/// whole system into a queue that had been empty for long, has come to a crawl.
class Growth {
 public:
  /// So many more were stored. True after the first few, whenever there have been four times as many as the last time,
  /// and from some thousands on after each some thousand.
  bool note(std::size_t more);

 private:
  static constexpr std::size_t kFirst = 16;
  static constexpr std::size_t kOften = 4'096;

  std::size_t stored_ = 0;
  std::size_t next_ = kFirst;
};

/// Has the tables that were small or unknown to the planner looked at; all connections make their plans anew. A help
/// only, and nobody waits for it: for a lane on which no work is done. Where the database refuses or is away, nothing
/// is said.
std::unique_ptr<Job> make_statistics_job();

}  // namespace counterpart::store
