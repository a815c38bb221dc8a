#include "connectors/sandbox/times.h"

#include <gtest/gtest.h>

namespace counterpart::sandbox {
namespace {

TEST(SandboxTimes, InstantsAreReadInEveryIsoSpelling) {
  const char* const same[] = {"2026-11-20T10:00:00.12Z", "2026-11-20T10:00:00.120Z", "2026-11-20T10:00:00.120000Z",
                              "2026-11-20T11:00:00.120+01:00", "2026-11-20T04:30:00.12-05:30"};
  for (const char* text : same) {
    ASSERT_TRUE(parse_iso(text)) << text;
    EXPECT_EQ(print_iso(*parse_iso(text)), "2026-11-20T10:00:00.120Z") << text;
  }
  for (const char* text : {"", "2026-11-20", "2026-11-20T10:00:00", "2026-13-20T10:00:00Z", "2026-11-20T24:00:00Z",
                           "2026-11-20T10:00:00Zx", "2026-11-20 10:00:00Z", "2026-11-20T10:00:00 01:00"}) {
    EXPECT_FALSE(parse_iso(text)) << text;
  }
}

TEST(SandboxTimes, BerlinKeepsSummerTime) {
  const BerlinTime berlin;
  struct Case {
    const char* utc;
    const char* berlin;
  };
  const Case cases[] = {
      {"2026-12-31T22:30:15.000Z", "31.12.2026 23:30:15"}, {"2026-12-31T23:30:15.000Z", "01.01.2027 00:30:15"},
      {"2026-07-01T22:00:00.000Z", "02.07.2026 00:00:00"}, {"2026-03-29T00:59:59.000Z", "29.03.2026 01:59:59"},
      {"2026-03-29T01:00:00.000Z", "29.03.2026 03:00:00"}, {"2026-10-25T01:00:00.000Z", "25.10.2026 02:00:00"},
  };
  for (const Case& each : cases) EXPECT_EQ(berlin.print(*parse_iso(each.utc)), each.berlin) << each.utc;
}

TEST(SandboxTimes, BerlinTimeIsReadBackAndTheDoubleHourIsTheEarlier) {
  const BerlinTime berlin;

  EXPECT_EQ(print_iso(berlin.parse("31.12.2026 23:30:15").value()), "2026-12-31T22:30:15.000Z");
  EXPECT_EQ(print_iso(berlin.parse("02.07.2026 00:00:00").value()), "2026-07-01T22:00:00.000Z");
  EXPECT_EQ(print_iso(berlin.parse("25.10.2026 02:30:00").value()), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(print_iso(berlin.parse("25.10.2026 03:00:00").value()), "2026-10-25T02:00:00.000Z");
  EXPECT_FALSE(berlin.parse("31.12.2026"));
  EXPECT_FALSE(berlin.parse("2026-12-31 23:30:15"));
  EXPECT_FALSE(berlin.parse("31.12.2026 23:60:15"));
}

TEST(SandboxTimes, DatesMustBeInTheCalendar) {
  EXPECT_TRUE(is_iso_date("2024-02-29"));
  EXPECT_FALSE(is_iso_date("2026-02-29"));
  EXPECT_FALSE(is_iso_date("2026-2-9"));
  EXPECT_TRUE(is_german_date("29.02.2024"));
  EXPECT_FALSE(is_german_date("29.02.2026"));
  EXPECT_FALSE(is_german_date("9.2.2026"));
}

}  // namespace
}  // namespace counterpart::sandbox
