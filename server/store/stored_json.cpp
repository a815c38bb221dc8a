#include "server/store/stored_json.h"

#include <charconv>

#include "mapping/values/json.h"
#include "server/store/failure.h"

namespace counterpart::store {

namespace {

std::int64_t integer_member(const Native& object, std::string_view name) {
  const Native* member = object.member(name);
  if (member == nullptr || !member->is_number()) return 0;
  const std::string& digits = member->number();
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Native streak_to_native(const Streak& streak) {
  Native native{Native::Object{}};
  native.set("contested", Native::integer(streak.contested));
  native.set("by_person", Native::integer(streak.by_person));
  native.set("returned", Native::integer(streak.returned));
  return native;
}

Streak streak_of(const Native* native) {
  if (native == nullptr) return {};
  const auto count = [native](std::string_view name) {
    return static_cast<std::uint32_t>(integer_member(*native, name));
  };
  return {count("contested"), count("by_person"), count("returned")};
}

}  // namespace

Native parse_stored(std::string_view text) {
  // What was let in once must come out again, so wider than the door's own limits.
  const JsonLimits limits{.bytes = std::size_t{256} * 1024 * 1024, .depth = 256};
  try {
    return parse_json(text, limits);
  } catch (const JsonError& error) {
    throw Failure(FailureKind::refused, std::string("stored JSON cannot be read: ") + error.what());
  }
}

Native activity_to_native(const std::map<std::string, Activity>& activity) {
  Native all{Native::Object{}};
  for (const auto& [field, at] : activity) {
    Native one{Native::Object{}};
    one.set("at", Native::integer(micros_of(at.at)));
    one.set("recent", streak_to_native(at.recent));
    one.set("ever", streak_to_native(at.ever));
    for (const Side side : kSides) {
      Native answered{Native::Object{}};
      answered.set("written", at.written[side]);
      if (at.sent[side]) answered.set("sent", *at.sent[side]);
      one.set(std::string(name_of(side)), std::move(answered));
    }
    all.set(field, std::move(one));
  }
  return all;
}

std::map<std::string, Activity> activity_from_native(const Native& native) {
  std::map<std::string, Activity> activity;
  if (!native.is_object()) return activity;
  for (const auto& [field, one] : native.object()) {
    Activity& entry = activity[field];
    entry.at = instant_of(integer_member(one, "at"));
    entry.recent = streak_of(one.member("recent"));
    entry.ever = streak_of(one.member("ever"));
    for (const Side side : kSides) {
      const Native* answered = one.member(name_of(side));
      if (answered == nullptr) continue;
      const Native* written = answered->member("written");
      entry.written[side] = written != nullptr && written->is_bool() && written->boolean();
      if (const Native* sent = answered->member("sent")) entry.sent[side] = sent->plain();
    }
  }
  return activity;
}

std::int64_t micros_of(Instant instant) {
  return instant.time_since_epoch().count();
}

Instant instant_of(std::int64_t micros) {
  return Instant(std::chrono::microseconds(micros));
}

}  // namespace counterpart::store
