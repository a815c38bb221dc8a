#pragma once

#include <cstdint>

#include "mapping/values/native.h"

namespace counterpart::sandbox {

/// What goes wrong on request. Counts and the delay concern the hub's calls only: people work on.
struct Faults {
  std::uint64_t fail_next = 0;
  std::uint64_t fail_status = 500;
  std::uint64_t lose_answers = 0;        ///< the next successful writes happen, their answers are lost
  std::uint64_t delay_ms = 0;            ///< of each answer, until set back
  std::uint64_t rate_limit_next = 0;     ///< 429
  std::uint64_t garbage_next = 0;        ///< HTML with status 200, nothing done
  std::uint64_t search_lag_ms = 0;       ///< search knows nothing younger
  std::uint64_t list_lag_ms = 0;         ///< lists with a time filter show nothing younger
  std::uint64_t duplicate_webhooks = 0;  ///< each post is sent so many times more
  bool drop_webhooks = false;
  bool reorder_webhooks = false;
};

/// Takes over what the request names. Throws Refused (400) for unknown names and wrong values.
void set_faults(Faults& faults, const Native& request);

Native show_faults(const Faults& faults);

/// True, and one less, if any is left.
bool take_one(std::uint64_t& left);

}  // namespace counterpart::sandbox
