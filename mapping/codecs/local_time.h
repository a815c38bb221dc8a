#pragma once

#include <chrono>
#include <optional>

namespace counterpart::codecs {

/// A time as a clock on a wall shows it.
using LocalTime = std::chrono::local_time<std::chrono::microseconds>;

/// The fields of a local time as they are written.
struct LocalFields {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
};

inline constexpr int kYearMin = 1;
inline constexpr int kYearMax = 9999;

/// The local time that they name in the proleptic Gregorian calendar; nullopt where there is none.
inline std::optional<LocalTime> to_local_time(const LocalFields& fields) {
  const std::chrono::year_month_day date{std::chrono::year(fields.year),
                                         std::chrono::month(static_cast<unsigned>(fields.month)),
                                         std::chrono::day(static_cast<unsigned>(fields.day))};
  if (fields.year < kYearMin || fields.year > kYearMax || !date.ok()) return std::nullopt;
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 59) return std::nullopt;
  return std::chrono::local_days(date) + std::chrono::hours(fields.hour) + std::chrono::minutes(fields.minute) +
         std::chrono::seconds(fields.second) + std::chrono::microseconds(fields.microsecond);
}

inline LocalFields to_fields(LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return {int(date.year()),
          int(unsigned(date.month())),
          int(unsigned(date.day())),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count())};
}

/// True for years that patterns and ISO 8601 can write with four digits.
inline bool is_writable(LocalTime time) {
  const int year = to_fields(time).year;
  return year >= kYearMin && year <= kYearMax;
}

}  // namespace counterpart::codecs
