#include "mapping/values/value.h"

#include <cstdio>
#include <string_view>
#include <vector>

namespace counterpart {
namespace {

std::string print_date(const Date& date) {
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string print_instant(const Instant& instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::hh_mm_ss time(instant - day);
  char text[32];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  std::string result = print_date(Date(day)) + text;
  if (time.subseconds().count() != 0) {
    std::snprintf(text, sizeof text, ".%06d", static_cast<int>(time.subseconds().count()));
    result += text;
    result.erase(result.find_last_not_of('0') + 1);
  }
  return result + "Z";
}

/// The parts that are not empty.
std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string result;
  for (const std::string& part : parts) {
    if (!result.empty() && !part.empty()) result += between;
    result += part;
  }
  return result;
}

struct Describer {
  std::string operator()(const Unknown&) const { return "(unknown)"; }
  std::string operator()(const Blank&) const { return {}; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const Decimal& number) const { return number.print(); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Date& date) const { return print_date(date); }
  std::string operator()(const Instant& instant) const { return print_instant(instant); }
  std::string operator()(const PersonName& name) const { return joined({name.title, name.given, name.family}, " "); }
  std::string operator()(const Money& money) const { return money.amount.print() + " " + money.currency; }
  std::string operator()(const TextSet& set) const { return joined({set.items.begin(), set.items.end()}, ", "); }
  std::string operator()(const PostalAddress& address) const {
    const std::string city = joined({address.postal_code, address.city}, " ");
    return joined({address.street, city, address.region, address.country}, ", ");
  }
};

}  // namespace

std::string describe(const Value& value) {
  return std::visit(Describer{}, value);
}

}  // namespace counterpart
