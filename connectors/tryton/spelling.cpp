#include "connectors/tryton/spelling.h"

#include <charconv>

#include "mapping/values/decimal.h"

namespace counterpart::tryton {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string told_text(const Native& tagged, std::string_view name) {
  const Native* value = tagged.member(name);
  return value != nullptr ? value->plain() : "";
}

std::optional<std::chrono::year_month_day> day_of(const Native& tagged) {
  const auto part = [&](std::string_view name) { return integer(told_text(tagged, name)).value_or(0); };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part("year"))),
                                        std::chrono::month(static_cast<unsigned>(part("month"))),
                                        std::chrono::day(static_cast<unsigned>(part("day")))};
  if (!day.ok()) return std::nullopt;
  return day;
}

Native tagged_day(const char* kind, const std::chrono::year_month_day& day) {
  Native value;
  value.set("__class__", kind);
  value.set("year", Native::integer(static_cast<int>(day.year())));
  value.set("month", Native::integer(static_cast<unsigned>(day.month())));
  value.set("day", Native::integer(static_cast<unsigned>(day.day())));
  return value;
}

std::string digits(long long value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

constexpr std::string_view kAnd = " + ";

}  // namespace

bool is_blank(const Native* value) {
  return value == nullptr || value->is_null() || (value->is_text() && value->text().empty());
}

std::optional<Native> id_number(std::string_view id) {
  const auto value = integer(id);
  if (!value || *value <= 0) return std::nullopt;
  return Native::integer(*value);
}

Native tagged(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::hh_mm_ss<std::chrono::microseconds> time(instant - day);
  Native value = tagged_day("datetime", std::chrono::year_month_day(day));
  value.set("hour", Native::integer(time.hours().count()));
  value.set("minute", Native::integer(time.minutes().count()));
  value.set("second", Native::integer(time.seconds().count()));
  value.set("microsecond", Native::integer(time.subseconds().count()));
  return value;
}

std::optional<Instant> instant_of(const Native& tagged) {
  const auto part = [&](std::string_view name) { return integer(told_text(tagged, name)).value_or(0); };
  const auto day = day_of(tagged);
  if (told_text(tagged, "__class__") != "datetime" || !day) return std::nullopt;
  return Instant(std::chrono::sys_days(*day)) + std::chrono::hours(part("hour")) +
         std::chrono::minutes(part("minute")) + std::chrono::seconds(part("second")) +
         std::chrono::microseconds(part("microsecond"));
}

std::optional<Instant> instant_of_stamp(std::string_view stamp) {
  constexpr std::size_t kMicroseconds = 6;
  const std::size_t dot = std::min(stamp.find('.'), stamp.size());
  std::string fraction(stamp.substr(std::min(dot + 1, stamp.size())));
  fraction.resize(kMicroseconds, '0');
  const auto seconds = integer(stamp.substr(0, dot));
  const auto rest = integer(fraction);
  if (!seconds || !rest) return std::nullopt;
  return Instant(std::chrono::seconds(*seconds) + std::chrono::microseconds(*rest));
}

std::optional<Native> tagged_decimal(std::string_view number) {
  const auto value = Decimal::parse(number);
  if (!value) return std::nullopt;
  Native tagged;
  tagged.set("__class__", "Decimal");
  tagged.set("decimal", value->print());
  return tagged;
}

Native plain_decimal(const Native& tagged) {
  const Native* told = tagged.member("decimal");
  if (told == nullptr) return tagged;
  const std::string text = told->plain();
  if (text.find_first_of("eE") == std::string::npos) return text;
  const auto value = Decimal::parse(text);
  return value ? Native(value->print()) : Native(text);
}

std::optional<Native> tagged_date(std::string_view iso) {
  constexpr std::size_t kLength = 10;  // "2026-11-22"
  if (iso.size() != kLength || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  const auto year = integer(iso.substr(0, 4));
  const auto month = integer(iso.substr(5, 2));
  const auto day = integer(iso.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return tagged_day("date", date);
}

Native plain_date(const Native& tagged) {
  const auto day = day_of(tagged);
  if (!day) return {};
  return digits(static_cast<int>(day->year()), 4) + "-" + digits(static_cast<unsigned>(day->month()), 2) + "-" +
         digits(static_cast<unsigned>(day->day()), 2);
}

std::string joined_rates(const std::vector<std::string>& rates) {
  std::string text;
  for (const std::string& rate : rates) text += (text.empty() ? "" : std::string(kAnd)) + rate;
  return text;
}

std::set<std::string> rates_of(std::string_view joined) {
  std::set<std::string> rates;
  while (!joined.empty()) {
    const std::size_t end = std::min(joined.find(kAnd), joined.size());
    rates.emplace(joined.substr(0, end));
    joined.remove_prefix(std::min(end + kAnd.size(), joined.size()));
  }
  return rates;
}

}  // namespace counterpart::tryton
