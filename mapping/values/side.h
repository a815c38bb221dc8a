#pragma once

#include <cstdint>
#include <string_view>

namespace counterpart {

/// The two ends of a sync. A side is a value: no function exists twice, once for each.
enum class Side : std::uint8_t { left = 0, right = 1 };

inline constexpr Side kSides[] = {Side::left, Side::right};

/// The opposite side.
constexpr Side other(Side side) {
  return side == Side::left ? Side::right : Side::left;
}

/// "left" or "right", the word used in configuration, SQL, logs and messages.
constexpr std::string_view name_of(Side side) {
  return side == Side::left ? "left" : "right";
}

/// One T for each side: `both[Side::left]`.
template <class T>
struct Both {
  T left{};
  T right{};

  T& operator[](Side side) { return side == Side::left ? left : right; }
  const T& operator[](Side side) const { return side == Side::left ? left : right; }
  bool operator==(const Both&) const = default;
};

}  // namespace counterpart
