#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const char* const kBerlin = "datetime('dd.MM.yyyy HH:mm', 'Europe/Berlin')";

TEST(DatetimeCodec, ReadsIso8601AsOneInstant) {
  for (const char* text :
       {"2026-12-31T22:30:00Z", "2026-12-31T22:30Z", "2026-12-31 22:30:00z", "2026-12-31T23:30:00+01:00",
        "2026-12-31T23:30:00+0100", "2026-12-31T23:30:00+01", "2027-01-01T00:30:00.000+02:00",
        "2026-12-31T17:00:00-05:30", "2026-12-31T22:30:00,0000000009Z"}) {
    EXPECT_EQ(respelled(codec("datetime"), text), "\"2026-12-31T22:30:00Z\"") << text;
  }
}

TEST(DatetimeCodec, KeepsMicroseconds) {
  EXPECT_EQ(respelled(codec("datetime"), "2026-12-31T22:30:00.5Z"), "\"2026-12-31T22:30:00.500000Z\"");
  EXPECT_EQ(respelled(codec("datetime"), "2026-12-31T22:30:00.000001999Z"), "\"2026-12-31T22:30:00.000001Z\"");
  EXPECT_EQ(respelled(codec("datetime"), "1969-12-31T23:59:59.25Z"), "\"1969-12-31T23:59:59.250000Z\"");
}

TEST(DatetimeCodec, RefusesWhatIsNoInstant) {
  for (const char* text :
       {"2026-12-31", "2026-12-31T22:30:00", "2026-12-31T24:00:00Z", "2026-12-31T22:60:00Z", "2026-12-31T22:30:60Z",
        "2026-02-30T22:30:00Z", "2026-12-31T22:30:00.Z", "2026-12-31T22:30:00Z ago", "2026-12-31T22:30:00+1:00",
        "2026-12-31T22:30:00+24:00", "2026-12-31T22:30:00+01:60", "2026-12-31T22:30:00+01:", "2026-1-31T22:30:00Z",
        "0000-12-31T22:30:00Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "31.12.2026 22:30"}) {
    EXPECT_THAT(read(codec("datetime"), text), StartsWith("problem: ")) << text;
  }
  EXPECT_THAT(read(codec("datetime"), number("1767220200000")), StartsWith("problem: "));
}

TEST(DatetimeCodec, OfSecondsNarrows) {
  const CodecPtr seconds = codec("datetime(seconds)");
  const Instant fine = instant("2026-12-31T22:30:05.7Z");
  const Instant held = instant("2026-12-31T22:30:05Z");

  EXPECT_EQ(show(seconds->narrow(fine)), show(Value(held)));
  EXPECT_EQ(written(seconds, fine), "\"2026-12-31T22:30:05Z\"");
  EXPECT_EQ(read(seconds, "2026-12-31T22:30:05.7Z"), show(Value(held)));
  EXPECT_EQ(show(seconds->narrow(instant("1969-12-31T23:59:59.25Z"))), show(Value(instant("1969-12-31T23:59:59Z"))));
}

TEST(DatetimeCodec, CountsSecondsOrMillisecondsSince1970) {
  EXPECT_EQ(read(codec("datetime(epoch_s)"), number("1767220205")), show(Value(instant("2025-12-31T22:30:05Z"))));
  EXPECT_EQ(read(codec("datetime(epoch_s)"), " 1767220205 "), show(Value(instant("2025-12-31T22:30:05Z"))));
  EXPECT_EQ(read(codec("datetime(epoch_ms)"), number("-1")), show(Value(instant("1969-12-31T23:59:59.999Z"))));
  EXPECT_EQ(written(codec("datetime(epoch_ms)"), instant("2025-12-31T22:30:05.1239Z")), "1767220205123");
  EXPECT_EQ(written(codec("datetime(epoch_s)"), instant("1969-12-31T23:59:59.5Z")), "-1");
  for (const char* none : {"1767220205.5", "2025-12-31", "1e30", "99999999999999999999", "253402300800"}) {
    EXPECT_THAT(read(codec("datetime(epoch_s)"), none), StartsWith("problem: ")) << none;
  }
}

TEST(DatetimeCodec, WithoutAnEditKeepsWhatTheOtherSideKnowsBetter) {
  const CodecPtr minutes = codec(kBerlin);
  const Instant old = instant("2026-12-31T22:30:05.7Z");

  EXPECT_EQ(show(minutes->put(old, minutes->narrow(old)).value()), show(Value(old)));
  const Instant edited = instant("2026-12-31T22:31:00Z");
  EXPECT_EQ(show(minutes->put(old, edited).value()), show(Value(edited)));
}

TEST(DatetimeCodec, HasAPatternAndAZone) {
  struct Case {
    const char* codec;
    const char* text;
    const char* iso;
  };
  const Case cases[] = {
      {kBerlin, "31.12.2026 23:30", "2026-12-31T22:30:00Z"},
      {kBerlin, "01.07.2026 00:30", "2026-06-30T22:30:00Z"},
      {"datetime('dd.MM.yyyy HH:mm:ss', 'UTC')", "31.12.2026 22:30:05", "2026-12-31T22:30:05Z"},
      {"datetime('yyyy-MM-dd HH:mm:ss.SSS', 'Asia/Kolkata')", "2027-01-01 04:00:00.250", "2026-12-31T22:30:00.25Z"},
      {"datetime('yyyyMMddHHmmssSSSSSS', 'UTC')", "20261231223000000042", "2026-12-31T22:30:00.000042Z"},
      {"datetime('MM/dd/yyyy h:mm a', 'America/New_York')", "12/31/2026 5:30 PM", "2026-12-31T22:30:00Z"},
      {"datetime('d. MMMM yyyy, H:mm', 'Europe/Berlin', de)", "31. Dezember 2026, 23:30", "2026-12-31T22:30:00Z"},
      {"datetime(\"yyyy-MM-dd'T'HH\", 'UTC')", "2026-12-31T22", "2026-12-31T22:00:00Z"},
  };

  for (const Case& it : cases) {
    EXPECT_EQ(read(codec(it.codec), it.text), show(Value(instant(it.iso)))) << it.codec;
    EXPECT_EQ(written(codec(it.codec), instant(it.iso)), "\"" + std::string(it.text) + "\"") << it.codec;
  }
}

TEST(DatetimeCodec, RefusesTimesThatAreNone) {
  for (const char* text :
       {"31.12.2026 24:00", "31.12.2026 23:60", "31.12.2026", "31.02.2026 10:00", "31.12.26 10:00"}) {
    EXPECT_THAT(read(codec(kBerlin), text), StartsWith("problem: ")) << text;
  }
  EXPECT_THAT(read(codec("datetime('MM/dd/yyyy h:mm a', 'UTC')"), "12/31/2026 13:30 PM"), StartsWith("problem: "));
}

TEST(DatetimeCodec, RefusesAnHourThatTheClockSkips) {
  EXPECT_EQ(read(codec(kBerlin), "29.03.2026 01:59"), show(Value(instant("2026-03-29T00:59:00Z"))));
  EXPECT_THAT(read(codec(kBerlin), "29.03.2026 02:00"), HasSubstr("does not exist in Europe/Berlin"));
  EXPECT_THAT(read(codec(kBerlin), "29.03.2026 02:59"), HasSubstr("does not exist in Europe/Berlin"));
  EXPECT_EQ(read(codec(kBerlin), "29.03.2026 03:00"), show(Value(instant("2026-03-29T01:00:00Z"))));
}

TEST(DatetimeCodec, TakesTheEarlierOfAnHourThatTheClockShowsTwice) {
  const CodecPtr berlin = codec(kBerlin);
  const Instant earlier = instant("2026-10-25T00:30:00Z");
  const Instant later = instant("2026-10-25T01:30:00Z");

  EXPECT_EQ(read(berlin, "25.10.2026 02:30"), show(Value(earlier)));
  EXPECT_EQ(written(berlin, later), "\"25.10.2026 02:30\"");
  EXPECT_EQ(show(berlin->narrow(later)), show(Value(earlier))) << "the spelling cannot tell them apart: it narrows";
  EXPECT_EQ(show(berlin->put(later, earlier).value()), show(Value(later)));
  EXPECT_EQ(read(berlin, "25.10.2026 03:00"), show(Value(instant("2026-10-25T02:00:00Z"))));
}

TEST(DatetimeCodec, PrintsNoTimesItCannotReadAgain) {
  const Instant far = instant("9999-12-31T23:30:00Z");

  EXPECT_THAT(written(codec(kBerlin), far), StartsWith("problem: "));
  EXPECT_THAT(written(codec("datetime"), far + std::chrono::hours(1)), StartsWith("problem: "));
}

TEST(DatetimeCodec, RefusesPatternsAndZonesThatLoseOrConfuse) {
  struct Case {
    const char* codec;
    const char* why;
  };
  const Case cases[] = {
      {"datetime('dd.MM.yyyy HH:mm', 'Europe/Bielefeld')", "29: there is no time zone 'Europe/Bielefeld'"},
      {"datetime('dd.MM.yyyy HH:mm')", "the zone is missing"},
      {"datetime(minutes)", "the zone is missing"},
      {"datetime(x)", "'x' is not known here: write one of seconds"},
      {"datetime('dd.MM.yyyy', 'UTC')", "shows no time: use date"},
      {"datetime('dd.MM.yy HH:mm', 'UTC')", "write the year with four digits, yyyy"},
      {"datetime('dd.MM.yyyy hh:mm', 'UTC')", "must show am or pm"},
      {"datetime('dd.MM.yyyy mm', 'UTC')", "shows minutes (m) without hours"},
      {"datetime('dd.MM.yyyy HH:ss', 'UTC')", "shows seconds without minutes"},
      {"datetime('dd.MM.yyyy HH:mm.S', 'UTC')", "shows fractions without seconds"},
      {"datetime('dd.MM.yyyy HH:mm z', 'UTC')", "has the letter 'z'"},
  };

  for (const Case& it : cases) EXPECT_THAT(refusal(it.codec), HasSubstr(it.why)) << it.codec;
}

RC_GTEST_PROP(DatetimeCodec, HoldsEveryInstantAsFarAsItShows, ()) {
  const Instant value = *any_instant();
  const Instant edit = *any_instant();
  for (const char* name :
       {"datetime", "datetime(seconds)", "datetime(epoch_s)", "datetime(epoch_ms)", kBerlin,
        "datetime('dd.MM.yyyy HH:mm:ss.SS', 'America/New_York')",
        "datetime('yyyyMMddHHmmssSSSSSS', 'Australia/Lord_Howe')", "datetime('MM/dd/yyyy h:mm:ss a', 'UTC')",
        "datetime('d. MMMM yyyy, H:mm', 'Europe/Berlin', de)"}) {
    holds(codec(name), value);
    puts(codec(name), value, edit);
  }
}

RC_GTEST_PROP(DatetimeCodec, IsStable, ()) {
  const std::string clock = *text_of({"0", "1", "2", "23", "30", "59", ":", ".", "Z", "+", "-"}, 8);
  is_stable(codec("datetime"), Native("2026-10-25T0" + clock));
  is_stable(codec("datetime(seconds)"), Native("2026-10-25T02:30:" + clock));
  is_stable(codec(kBerlin), Native("25.10.2026 0" + clock));
  is_stable(codec(kBerlin), Native("29.03.2026 0" + clock));
}

}  // namespace
}  // namespace counterpart::testing
