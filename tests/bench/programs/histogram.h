#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace counterpart::bench {

/// Counts of durations in microseconds, each bucket at most 1.6 % wide, in fixed memory: recording costs nothing that
/// would show in what is measured.
class Histogram {
 public:
  void add(std::chrono::microseconds took) {
    ++counts_.at(bucket_of(static_cast<std::uint64_t>(took.count() > 0 ? took.count() : 0)));
    ++total_;
  }

  std::uint64_t total() const { return total_; }

  /// The smallest duration, in microseconds, that `share` of all did not exceed; 0 where there is none.
  std::uint64_t percentile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_.at(i);
      if (seen > wanted) return highest_of(i);
    }
    return 0;
  }

 private:
  static constexpr std::uint64_t kSteps = 64;  ///< buckets for each doubling
  static constexpr std::size_t kDoublings = 40;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kSteps) return value;
    const auto shift = static_cast<std::size_t>(std::bit_width(value)) - std::bit_width(kSteps);
    return (shift + 1) * kSteps + (value >> shift) - kSteps;
  }
  static std::uint64_t highest_of(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    const std::size_t shift = bucket / kSteps - 1;
    return ((bucket % kSteps + kSteps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kSteps * kDoublings> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace counterpart::bench
