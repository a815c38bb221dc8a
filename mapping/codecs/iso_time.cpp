#include "mapping/codecs/iso_time.h"

#include "mapping/codecs/digits.h"
#include "mapping/codecs/local_time.h"

namespace counterpart::codecs {
namespace {

using std::chrono::minutes;

/// The digits after the decimal mark, as microseconds; finer ones are dropped.
std::optional<int> take_fraction(std::string_view& text) {
  constexpr std::size_t kDigits = 6;
  const std::size_t before = text.size();
  auto value = take_digits(text, 1, kDigits);
  if (!value) return std::nullopt;
  for (std::size_t digits = before - text.size(); digits < kDigits; ++digits) *value *= 10;
  while (take_one_of(text, "0123456789")) continue;
  return value;
}

bool take_date(std::string_view& text, LocalFields& fields) {
  const auto year = take_digits(text, 4, 4);
  if (!year || !take_one_of(text, "-")) return false;
  const auto month = take_digits(text, 2, 2);
  if (!month || !take_one_of(text, "-")) return false;
  const auto day = take_digits(text, 2, 2);
  if (!day) return false;
  fields.year = *year;
  fields.month = *month;
  fields.day = *day;
  return true;
}

bool take_clock(std::string_view& text, LocalFields& fields) {
  const auto hour = take_digits(text, 2, 2);
  if (!hour || !take_one_of(text, ":")) return false;
  const auto minute = take_digits(text, 2, 2);
  if (!minute) return false;
  fields.hour = *hour;
  fields.minute = *minute;
  if (!take_one_of(text, ":")) return true;
  const auto second = take_digits(text, 2, 2);
  if (!second) return false;
  fields.second = *second;
  if (!take_one_of(text, ".,")) return true;
  const auto fraction = take_fraction(text);
  fields.microsecond = fraction.value_or(0);
  return fraction.has_value();
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take_one_of(text, "Zz")) return minutes(0);
  const bool west = text.starts_with('-');
  if (!take_one_of(text, "+-")) return std::nullopt;
  const auto hour = take_digits(text, 2, 2);
  if (!hour || *hour > 23) return std::nullopt;
  const bool minute_due = take_one_of(text, ":") || !text.empty();
  const auto minute = minute_due ? take_digits(text, 2, 2) : 0;
  if (!minute || *minute > 59) return std::nullopt;
  const minutes offset(*hour * 60 + *minute);
  return west ? -offset : offset;
}

LocalTime utc_wall(Instant instant) {
  return LocalTime(instant.time_since_epoch());
}

}  // namespace

std::optional<Instant> parse_iso_instant(std::string_view text) {
  LocalFields fields;
  if (!take_date(text, fields) || !take_one_of(text, "Tt ") || !take_clock(text, fields)) return std::nullopt;
  const auto local = to_local_time(fields);
  const auto offset = take_offset(text);
  if (!local || !offset || !text.empty()) return std::nullopt;
  const Instant instant(local->time_since_epoch() - *offset);
  if (!is_writable(utc_wall(instant))) return std::nullopt;
  return instant;
}

std::optional<std::string> print_iso_instant(Instant instant) {
  const LocalTime time = utc_wall(instant);
  if (!is_writable(time)) return std::nullopt;
  const LocalFields fields = to_fields(time);
  std::string text = padded(fields.year, 4) + "-" + padded(fields.month, 2) + "-" + padded(fields.day, 2) + "T" +
                     padded(fields.hour, 2) + ":" + padded(fields.minute, 2) + ":" + padded(fields.second, 2);
  if (fields.microsecond != 0) text += "." + padded(fields.microsecond, 6);
  return text + "Z";
}

}  // namespace counterpart::codecs
