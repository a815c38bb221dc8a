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

}  // namespace

Native parse_stored(std::string_view text) {
  // What was let in once must come out again, so wider than the door's own limits.
  const JsonLimits limits{.bytes = 256U * 1024 * 1024, .depth = 256};
  try {
    return parse_json(text, limits);
  } catch (const JsonError& error) {
    throw Failure(FailureKind::refused, std::string("stored JSON cannot be read: ") + error.what());
  }
}

Native activity_to_native(const std::map<std::string, FieldActivity>& activity) {
  Native all{Native::Object{}};
  for (const auto& [field, at] : activity) {
    Native one{Native::Object{}};
    one.set("written", name_of(at.written));
    one.set("contested", Native::integer(at.contested));
    one.set("by_person", Native::integer(at.contested_by_person));
    one.set("at", Native::integer(micros_of(at.at)));
    all.set(field, std::move(one));
  }
  return all;
}

std::map<std::string, FieldActivity> activity_from_native(const Native& native) {
  std::map<std::string, FieldActivity> activity;
  if (!native.is_object()) return activity;
  for (const auto& [field, one] : native.object()) {
    const Native* written = one.member("written");
    FieldActivity& entry = activity[field];
    entry.written = written != nullptr && written->plain() == "right" ? Side::right : Side::left;
    entry.contested = static_cast<std::uint32_t>(integer_member(one, "contested"));
    entry.contested_by_person = static_cast<std::uint32_t>(integer_member(one, "by_person"));
    entry.at = instant_of(integer_member(one, "at"));
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
