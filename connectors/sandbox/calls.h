#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "connectors/sandbox/table.h"
#include "mapping/values/native.h"

namespace counterpart::sandbox {

/// Counts the API's calls, a user: each call that named a valid key, whatever became of it.
class Calls {
 public:
  void count(User user, const std::string& name, bool writes);
  /// Records written; `unchanged` of them held already what was written.
  void count_records(User user, std::size_t written, std::size_t unchanged = 0);
  void count_stranger() { ++strangers_; }
  void reset() { *this = Calls(); }

  /// The hub's numbers at the top, everybody's under "users".
  Native show(const std::array<std::string, kUsers>& names) const;

 private:
  struct Tally {
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t records_written = 0;
    std::uint64_t records_unchanged = 0;
    std::map<std::string, std::uint64_t> by;
  };
  static Native::Object show(const Tally& tally);

  std::array<Tally, kUsers> tallies_;
  std::uint64_t strangers_ = 0;
};

}  // namespace counterpart::sandbox
