#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "mapping/values/side.h"
#include "mapping/values/value.h"

namespace counterpart {

/// Contested writes in a row: each followed a change on a side that we had written just before.
struct Streak {
  std::uint32_t contested = 0;
  std::uint32_t by_person = 0;  ///< of these, with another user than ours named as the writer
  std::uint32_t returned = 0;   ///< of these, with the very value that we had last written to that side
  bool operator==(const Streak&) const = default;
};

/// How our writes to one field, or to the record as a whole, were answered.
struct Activity {
  Both<bool> written{};                   ///< the sides that the last write went to
  Instant at{};                           ///< the last write
  Streak recent;                          ///< without a pause longer than the window
  Streak ever;                            ///< whatever the pauses
  Both<std::optional<std::string>> sent;  ///< a field's: what was last written to each side, as describe() has it
  bool operator==(const Activity&) const = default;
};

/// When a loop is believed. Slow ones count too: five times the writes or three times the returns, whatever the
/// pauses. Writes answered by a named person are let five times further (in all, ten), not for ever: a program
/// may work under a person's name. So no loop lasts.
struct OscillationLimits {
  std::uint32_t writes = 6;   ///< contested writes in a row; to a record as a whole: five times as many
  std::uint32_t returns = 2;  ///< of the same value
  std::chrono::microseconds window{std::chrono::minutes(10)};
};

/// A write that is about to be made.
struct PlannedWrite {
  Both<bool> to{};                        ///< the sides written
  Both<bool> changed{};                   ///< the sides that changed since they agreed
  Both<bool> by_person{};                 ///< a person is named as the last writer there
  Both<std::optional<std::string>> sent;  ///< a field's value for the side written, where its return says something
  Instant now{};
};

/// The activity if that write is made; `last` is null if none was made yet.
Activity activity_after(const Activity* last, PlannedWrite write, const OscillationLimits& limits);

/// Why a write with this activity must not be made any more; nullopt: it may.
std::optional<std::string> oscillation_of_field(const Activity& activity, const OscillationLimits& limits);

/// The same for a record: fields that set each other in turns (A moves B here, B moves A there) contest no
/// write of their own.
std::optional<std::string> oscillation_of_record(const Activity& activity, const OscillationLimits& limits);

}  // namespace counterpart
