#include "server/store/claim_hints.h"

#include <algorithm>

namespace counterpart::store {

namespace {

using std::chrono::microseconds;

constexpr microseconds kUnboundedEvery = std::chrono::seconds(10);
/// An idle worker walks from the start before it sleeps, but not more often than this: under a million
/// dead rows each such walk costs.
constexpr microseconds kUnboundedWhenIdle = std::chrono::seconds(1);

/// Of ten turns, seven are led by live news, two by sweeps, one by backfill; who leads takes what it can, the
/// others share the rest. So nothing starves, and live news waits for one batch at most.
std::array<WorkClass, kClasses> order_of(unsigned turn) {
  if (turn % 10 == 9) return {WorkClass::backfill, WorkClass::live, WorkClass::sweep};
  if (turn % 10 == 3 || turn % 10 == 6) return {WorkClass::sweep, WorkClass::live, WorkClass::backfill};
  return {WorkClass::live, WorkClass::sweep, WorkClass::backfill};
}

}  // namespace

ClaimPlan ClaimHints::plan(SyncId sync, microseconds uptime, std::uint64_t reconnections) {
  Hint& hint = hints_[sync];
  if (hint.reconnections != reconnections) {
    hint = Hint{};
    hint.reconnections = reconnections;
  }
  ClaimPlan plan;
  plan.order = order_of(hint.turn++);
  plan.floor = hint.floor;
  plan.unbounded = !hint.unbounded_at || uptime - *hint.unbounded_at >= kUnboundedEvery;
  plan.unbounded_if_idle = plan.unbounded || uptime - *hint.unbounded_at >= kUnboundedWhenIdle;
  return plan;
}

void ClaimHints::learn(SyncId sync, microseconds uptime, const ClaimResult& result) {
  Hint& hint = hints_[sync];
  hint.floor = result.floor;
  if (result.was_unbounded) hint.unbounded_at = uptime;
}

}  // namespace counterpart::store
