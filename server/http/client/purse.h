#pragma once

#include <algorithm>
#include <chrono>

namespace counterpart::http {

/// Tokens got from a shared pace: spent soon or lost, and as many asked for as lately were spent.
class Purse {
 public:
  using microseconds = std::chrono::microseconds;

  /// `most`: what may be asked for at once.
  explicit Purse(int most) : most_(std::max(1, most)), wanted_(std::min(kFirst, most_)) {}

  /// How many to ask for, when so many requests wait.
  int want(int waiting) {
    if (asked_) wanted_ = std::clamp(tokens_ > 0 ? wanted_ / 2 : wanted_ * 2, 1, most_);
    return std::clamp(waiting, wanted_, most_);
  }

  void fill(int tokens, microseconds now) {
    asked_ = true;
    tokens_ = tokens;
    until_ = now + kKept;
  }

  bool take(microseconds now) {
    if (tokens_ <= 0 || now >= until_) return false;
    --tokens_;
    return true;
  }

  void empty() {
    tokens_ = 0;
    asked_ = false;
  }

 private:
  static constexpr int kFirst = 4;
  static constexpr microseconds kKept = std::chrono::seconds(1);

  int most_;
  int wanted_;
  int tokens_ = 0;
  bool asked_ = false;
  microseconds until_{0};
};

}  // namespace counterpart::http
