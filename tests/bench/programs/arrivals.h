#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/bench/programs/histogram.h"

namespace counterpart::bench {

/// When edits, each with a remark of its own, were made in one system and written to the other.
class Arrivals {
 public:
  using Steady = std::chrono::steady_clock;

  /// The remark of the next edit, which counts from `at`; one that is `warming` counts in no figure.
  std::string begin(Steady::time_point at, bool warming) {
    begun_.push_back({at, warming, false});
    return std::string(kMark) + std::to_string(first_ + begun_.size() - 1);
  }

  /// The edit begun last is of this record.
  void note_record(const std::string& id) { by_record_[id] = first_ + begun_.size() - 1; }

  /// The record's last edit has been carried over by somebody who does not write its remark.
  void arrive_of(const std::string& id) {
    const auto found = by_record_.find(id);
    if (found != by_record_.end()) arrive(found->second);
  }

  /// Looks for remarks in what is written now.
  void look_through(std::string_view body) {
    for (auto found = body.find(kMark); found != std::string_view::npos; found = body.find(kMark, found + 1)) {
      std::size_t number = 0;
      for (auto at = found + kMark.size(); at < body.size() && body[at] >= '0' && body[at] <= '9'; ++at) {
        number = number * 10 + static_cast<std::size_t>(body[at] - '0');
      }
      arrive(number);
    }
  }

  /// Forgets those before, whatever becomes of them.
  void forget() {
    first_ += begun_.size();
    begun_.clear();
    by_record_.clear();
    took_ = {};
    arrived_ = 0;
  }

  std::size_t begun() const { return begun_.size(); }
  std::size_t arrived() const { return arrived_; }
  const Histogram& took() const { return took_; }
  std::chrono::duration<double> from_first_to_last() const { return last_ - earliest_; }

 private:
  static constexpr std::string_view kMark = "edit-";
  struct Edit {
    Steady::time_point at;
    bool warming;
    bool arrived;
  };

  void arrive(std::size_t number) {
    if (number < first_ || number - first_ >= begun_.size()) return;
    Edit& edit = begun_[number - first_];
    if (std::exchange(edit.arrived, true)) return;
    last_ = Steady::now();
    if (arrived_++ == 0) earliest_ = last_;
    if (!edit.warming) took_.add(std::chrono::duration_cast<std::chrono::microseconds>(last_ - edit.at));
  }

  std::vector<Edit> begun_;
  std::unordered_map<std::string, std::size_t> by_record_;
  std::size_t first_ = 0;
  std::size_t arrived_ = 0;
  Histogram took_;
  Steady::time_point earliest_;
  Steady::time_point last_;
};

}  // namespace counterpart::bench
