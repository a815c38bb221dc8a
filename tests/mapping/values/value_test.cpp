#include "mapping/values/value.h"

#include <gtest/gtest.h>

#include "mapping/values/side.h"

namespace counterpart {
namespace {

using namespace std::chrono_literals;

Instant at(Date date, std::chrono::microseconds time) {
  return Instant(std::chrono::sys_days(date)) + time;
}

TEST(Value, describes_itself_for_people) {
  const Date day = 2026y / 12 / 31;
  const struct {
    Value value;
    const char* text;
  } cases[] = {
      {Unknown{}, "(unknown)"},
      {Blank{}, ""},
      {std::string("Zoë"), "Zoë"},
      {*Decimal::parse("-12.50"), "-12.5"},
      {true, "true"},
      {false, "false"},
      {day, "2026-12-31"},
      {Date(33y / 1 / 2), "0033-01-02"},
      {at(day, 22h + 30min), "2026-12-31T22:30:00Z"},
      {at(day, 1s + 500ms), "2026-12-31T00:00:01.5Z"},
      {at(day, 1us), "2026-12-31T00:00:00.000001Z"},
      {at(1969y / 12 / 31, 23h + 59min + 59s), "1969-12-31T23:59:59Z"},
      {PersonName{"Ada", "Lovelace"}, "Ada Lovelace"},
      {PersonName{"", "Lovelace"}, "Lovelace"},
      {PersonName{"Ada", ""}, "Ada"},
      {PersonName{"Ada", "Lovelace", "Dr."}, "Dr. Ada Lovelace"},
      {Money{*Decimal::parse("12.50"), "EUR"}, "12.5 EUR"},
      {TextSet{{"b", "a"}}, "a, b"},
      {PostalAddress{"Musterstr. 12", "10115", "Berlin", "DE"}, "Musterstr. 12, 10115 Berlin, DE"},
      {PostalAddress{"", "", "Springfield", "US", "IL"}, "Springfield, IL, US"},
  };
  for (const auto& c : cases) EXPECT_EQ(describe(c.value), c.text);
}

TEST(Value, tells_unknown_from_blank) {
  EXPECT_TRUE(is_unknown(Value(Unknown{})));
  EXPECT_FALSE(is_unknown(Value(Blank{})));
  EXPECT_TRUE(is_blank(Value(Blank{})));
  EXPECT_FALSE(is_blank(Value(std::string())));
  EXPECT_FALSE(Value(Unknown{}) == Value(Blank{}));
}

TEST(Side, has_one_name_and_one_opposite) {
  Both<int> both{1, 2};
  for (const Side side : kSides) {
    EXPECT_EQ(other(other(side)), side);
    EXPECT_NE(other(side), side);
    ++both[side];
  }
  EXPECT_EQ(both, (Both<int>{2, 3}));
  EXPECT_EQ(name_of(Side::left), "left");
  EXPECT_EQ(name_of(Side::right), "right");
}

}  // namespace
}  // namespace counterpart
