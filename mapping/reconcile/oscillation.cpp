#include "mapping/reconcile/oscillation.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace counterpart {
namespace {

constexpr std::uint32_t kSlowWrites = 5;
constexpr std::uint32_t kSlowReturns = 3;
constexpr std::uint32_t kRecordWrites = 5;
constexpr std::uint32_t kPersonRecent = 5;
constexpr std::uint32_t kPersonEver = 10;

struct Answered {
  bool contested = false;
  bool by_person = false;
  bool returned = false;
};

Answered answered(const Activity& last, const PlannedWrite& write) {
  Answered answer;
  for (const Side side : kSides) {
    if (!last.written[side] || !write.changed[side]) continue;
    answer.contested = true;
    answer.by_person = answer.by_person || write.by_person[side];
  }
  if (!answer.contested || answer.by_person) return answer;
  answer.returned = std::any_of(std::begin(kSides), std::end(kSides), [&](Side side) {
    return write.to[side] && write.sent[side] && write.sent[side] == last.sent[side];
  });
  return answer;
}

Streak longer(const Streak& streak, const Answered& answer) {
  return {streak.contested + 1, streak.by_person + (answer.by_person ? 1 : 0),
          streak.returned + (answer.returned ? 1 : 0)};
}

std::optional<std::string> too_long(const Streak& streak, std::uint32_t writes, std::uint32_t returns,
                                    std::uint32_t person_factor) {
  if (streak.returned >= returns) return "the same values came back " + std::to_string(streak.returned) + " times";
  if (streak.contested - streak.by_person >= writes || streak.contested >= writes * person_factor) {
    return std::to_string(streak.contested) + " writes in a row were changed again";
  }
  return std::nullopt;
}

std::optional<std::string> oscillation(const Activity& activity, std::uint32_t writes, std::uint32_t returns) {
  auto why = too_long(activity.recent, writes, returns, kPersonRecent);
  if (!why) why = too_long(activity.ever, writes * kSlowWrites, returns * kSlowReturns, kPersonEver);
  if (why) why->insert(0, "oscillation: ");
  return why;
}

}  // namespace

Activity activity_after(const Activity* last, PlannedWrite write, const OscillationLimits& limits) {
  Activity next{.written = write.to, .at = write.now, .recent = {}, .ever = {}, .sent = {}};
  if (last != nullptr) {
    next.sent = last->sent;
    if (const Answered answer = answered(*last, write); answer.contested) {
      if (write.now - last->at < limits.window) next.recent = longer(last->recent, answer);
      next.ever = longer(last->ever, answer);
    }
  }
  for (const Side side : kSides) {
    if (write.to[side]) next.sent[side] = std::move(write.sent[side]);
  }
  return next;
}

std::optional<std::string> oscillation_of_field(const Activity& activity, const OscillationLimits& limits) {
  return oscillation(activity, limits.writes, limits.returns);
}

std::optional<std::string> oscillation_of_record(const Activity& activity, const OscillationLimits& limits) {
  return oscillation(activity, limits.writes * kRecordWrites, limits.returns);
}

}  // namespace counterpart
