#include "server/store/claim_hints.h"

#include <algorithm>

namespace counterpart::store {

namespace {

using std::chrono::microseconds;

constexpr microseconds kUnboundedEvery = std::chrono::seconds(10);
/// Looking back walks what was claimed in the last seconds, as long as vacuum may not remove it.
constexpr microseconds kLookBackEvery = std::chrono::milliseconds(250);
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

ClaimPlan ClaimHints::plan(SyncId sync, microseconds uptime, std::uint64_t reconnections, bool wanted) {
  Hint& hint = hints_[sync];
  if (hint.reconnections != reconnections) {
    hint = Hint{};
    hint.reconnections = reconnections;
  }
  ClaimPlan plan;
  plan.order = order_of(hint.turn++);
  plan.floor = hint.floor;
  const auto is_long_ago = [uptime](const std::optional<microseconds>& at, microseconds time) {
    return !at || uptime - *at >= time;
  };
  if (is_long_ago(hint.unbounded_at, kUnboundedEvery)) {
    plan.reach = Reach::everything;
  } else {
    plan.reach = is_long_ago(hint.looked_back_at, kLookBackEvery) ? Reach::looking_back : Reach::from_bound;
  }
  plan.walk = !wanted || is_long_ago(hint.found_all_at, kAllFoundFor);
  const bool idle_walks_all = is_long_ago(hint.unbounded_at, kUnboundedWhenIdle);
  plan.reach_if_idle = idle_walks_all ? Reach::everything : Reach::looking_back;
  return plan;
}

void ClaimHints::learn(SyncId sync, microseconds uptime, const ClaimResult& result) {
  Hint& hint = hints_[sync];
  if (!result.walked) {  // it may have put some back
    for (std::size_t i = 0; i < kClasses; ++i) {
      if (hint.floor[i]) hint.floor[i] = std::min(*hint.floor[i], result.floor[i].value_or(*hint.floor[i]));
    }
    return;
  }
  hint.floor = result.floor;
  hint.found_all_at = result.found_all ? std::optional(uptime) : std::nullopt;
  if (result.reach >= Reach::looking_back) hint.looked_back_at = uptime;
  if (result.reach == Reach::everything) hint.unbounded_at = uptime;
}

}  // namespace counterpart::store
