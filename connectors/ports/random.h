#pragma once

#include <cstdint>
#include <string>

namespace counterpart {

/// Randomness (jitter, ids), handed in so that a run can be repeated from its seed.
class Random {
 public:
  virtual ~Random() = default;

  /// 64 random bits.
  virtual std::uint64_t bits() = 0;

  /// A number in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) { return bits() % bound; }

  /// 16 hexadecimal digits, for correlation ids and stamps.
  std::string hex_id();
};

}  // namespace counterpart
