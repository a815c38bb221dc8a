#pragma once

#include <utility>

#include "mapping/values/native.h"

namespace counterpart {

/// A value during an evaluation: made by it, or borrowed from the scope or the expression, which
/// both outlive it. Spares the copies.
class Held {
 public:
  Held() = default;
  explicit Held(Native made) : made_(std::move(made)) {}
  static Held borrow(const Native& value) {
    Held held;
    held.borrowed_ = &value;
    return held;
  }

  const Native& operator*() const { return borrowed_ != nullptr ? *borrowed_ : made_; }
  const Native* operator->() const { return &**this; }

  /// The value as one's own; afterwards this holds nothing useful.
  Native release() && {
    if (borrowed_ != nullptr) return *borrowed_;
    return std::move(made_);
  }

 private:
  const Native* borrowed_ = nullptr;
  Native made_;
};

}  // namespace counterpart
