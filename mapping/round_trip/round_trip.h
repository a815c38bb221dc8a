#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mapping/reconcile/rules.h"

namespace counterpart {

/// A value that one side holds and that does not come back to it as it went.
struct CounterExample {
  Side from = Side::left;         ///< the side that holds it
  Native held;                    ///< as it is spelled there; an array for several paths
  std::optional<Native> written;  ///< what the other side is given; nullopt: it has no spelling for the value
  std::optional<Native> back;     ///< what would be written over `held`; nullopt: nothing can be
  std::string why;                ///< what cannot be done, where `written` or `back` is missing
};

/// "left 'Abc' is written on the right as 'abc', and comes back as 'abc'": a sentence without its full stop.
std::string describe(const CounterExample& example);

/// What came of trying a field.
struct RoundTripReport {
  std::size_t tried = 0;     ///< values that were carried to the other side and back, each way
  std::size_t not_held = 0;  ///< values of one side that the other cannot hold: a record with one is set aside
  bool proved = false;       ///< there are no other values: both sides have few, and all were tried
  Both<bool> carried;        ///< whether any value but a blank could be carried from that side
  std::optional<CounterExample> counter_example;  ///< the first that was found
};

/// Tries whether the values of a field that goes both ways come back as they went: what one side holds is read,
/// written on the other side, and read there. That must be the same value (equal(): what a side cannot show it
/// narrows), and carried back it must leave what the first side holds. A value that its own side cannot hold is no
/// value there; one that only the other side cannot hold is set aside by the engine, and lost by nobody: it refutes
/// a field only if the mapping itself names it (a table's row), or if no value at all can be carried, because the
/// sides hold different kinds.
class RoundTrip {
 public:
  /// `rule` outlives this.
  explicit RoundTrip(const FieldRule& rule) : rule_(rule) {}

  /// Tries every value there is, or where there are too many the samples of both codecs and generated ones, which
  /// the seed alone decides. Done once, before anything else.
  void try_generated(std::uint64_t seed);

  /// Tries what a side holds, as raw_of() gives it.
  void try_held(Side from, const Native& raw);

  const RoundTripReport& report() const { return report_; }

 private:
  enum class Trial { no_value, came_back, not_held, refuted };

  std::vector<Value> candidates(std::uint64_t seed) const;
  void append_read(const Native& sample, std::size_t parts, std::vector<Value>& values) const;
  void try_all(Side from, const std::vector<Value>& values);
  void try_named(Side from);
  void refute_kinds();
  Trial carry(Side from, const Native& raw);
  std::optional<CounterExample> fault(Side from, const Native& raw, const Value& value, const Native& fields) const;
  bool is_own(Side side, const Value& value) const;
  std::optional<Native> spelled(Side side, const Value& value) const;
  Trial refuse(Side from, const Native& raw, Problem problem);

  const FieldRule& rule_;
  RoundTripReport report_;
  Both<std::set<std::string>> seen_;             ///< spellings that were tried
  Both<std::optional<CounterExample>> refusal_;  ///< the first value of that side that the other cannot hold
};

}  // namespace counterpart
