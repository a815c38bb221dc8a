#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace counterpart::http {

/// Tokens that come at a steady rate and are kept up to a number.
class TokenBucket {
 public:
  using microseconds = std::chrono::microseconds;

  TokenBucket(double per_second, double burst)
      : per_second_(std::max(per_second, 0.001)), burst_(std::max(burst, 1.0)), tokens_(burst_) {}

  /// Time until there is a token; 0 now.
  microseconds wait(microseconds now) {
    refill(now);
    if (tokens_ >= 1) return microseconds(0);
    return microseconds(static_cast<std::int64_t>(std::ceil((1 - tokens_) / per_second_ * 1e6)));
  }

  void take() { tokens_ -= 1; }

  /// No tokens before then, and none saved up: those who waited come back one by one.
  void drain_until(microseconds then) {
    tokens_ = 0;
    filled_ = std::max(filled_, then);
  }

 private:
  void refill(microseconds now) {
    if (now <= filled_) return;
    tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - filled_).count() * per_second_);
    filled_ = now;
  }

  double per_second_;
  double burst_;
  double tokens_;
  microseconds filled_{0};
};

}  // namespace counterpart::http
