#pragma once

#include <cstdint>
#include <random>
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

/// The same numbers again from the same seed: for sandboxes and simulations, never for secrets.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace counterpart
