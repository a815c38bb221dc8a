#include "server/observe/log.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sstream>
#include <string>

#include "server/observe/log_text.h"

namespace counterpart::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// The log goes into a text while this lives.
class Captured {
 public:
  explicit Captured(Format format, Level level = Level::debug) { set_up(format, level, out_); }
  ~Captured() { set_up(Format::text, Level::error); }
  Captured(const Captured&) = delete;

  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

const std::string kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

std::string lines_of(const std::string& text) {
  return std::to_string(std::ranges::count(text, '\n'));
}

TEST(Log, WritesTextForPeople) {
  Captured log(Format::text);

  info("sweep finished", {{"system", "crm"}, {"found", 12}, {"ok", true}, {"note", "two words"}, {"took", 0.25}});

  EXPECT_THAT(log.text(), MatchesRegex(kTime + " info  sweep finished system=crm found=12 ok=true "
                                               "note=\"two words\" took=0.25\n"));
}

TEST(Log, WritesJsonForMachines) {
  Captured log(Format::json);

  warn("sweep failed", {{"system", std::string("crm")}, {"found", std::size_t{12}}, {"ok", false}});

  EXPECT_THAT(log.text(), MatchesRegex("\\{\"time\":\"" + kTime +
                                       "\",\"level\":\"warn\",\"message\":\"sweep failed\","
                                       "\"system\":\"crm\",\"found\":12,\"ok\":false\\}\n"));
}

TEST(Log, NamesEachLevel) {
  Captured log(Format::text);

  debug("one");
  info("two");
  warn("three");
  error("four");

  EXPECT_THAT(log.text(), MatchesRegex(kTime + " debug one\n" + kTime + " info  two\n" + kTime + " warn  three\n" +
                                       kTime + " error four\n"));
}

TEST(Log, DropsLinesBelowItsLevel) {
  Captured log(Format::text, Level::warn);

  debug("one");
  info("two");
  warn("three");

  EXPECT_FALSE(enabled(Level::info));
  EXPECT_TRUE(enabled(Level::warn));
  EXPECT_THAT(log.text(), Not(HasSubstr("two")));
  EXPECT_THAT(log.text(), EndsWith("three\n"));
}

TEST(Log, AFieldNamedLikeTheLinesOwnDoesNotReplaceIt) {
  Captured log(Format::json);

  info("real", {{"message", "other"}, {"level", "error"}});

  EXPECT_THAT(log.text(), HasSubstr(R"("level":"info","message":"real","message_":"other","level_":"error")"));
}

/// What an attacker would send to write a line of his own, or to reach the terminal.
struct Forgery {
  const char* name;
  std::string value;
  std::string in_text;
  std::string in_json;
};

void PrintTo(const Forgery& forgery, std::ostream* out) {
  *out << forgery.name;
}

class Forged : public testing::TestWithParam<Forgery> {};

TEST_P(Forged, StaysInsideItsLineAsText) {
  Captured log(Format::text);

  info("read", {{"id", GetParam().value}});

  EXPECT_THAT(log.text(), EndsWith("read id=" + GetParam().in_text + "\n"));
  EXPECT_EQ(lines_of(log.text()), "1");
}

TEST_P(Forged, StaysInsideItsStringAsJson) {
  Captured log(Format::json);

  info("read", {{"id", GetParam().value}});

  EXPECT_THAT(log.text(), EndsWith(R"("id":")" + GetParam().in_json + "\"}\n"));
  EXPECT_EQ(lines_of(log.text()), "1");
}

INSTANTIATE_TEST_SUITE_P(
    Log, Forged,
    testing::Values(Forgery{"line", "1\n2026-01-01T00:00:00.000Z", "1\\n2026-01-01T00:00:00.000Z",
                            "1\\u000a2026-01-01T00:00:00.000Z"},
                    Forgery{"carriage", "1\rx", "1\\rx", "1\\u000dx"},
                    Forgery{"nul", std::string("1\0x", 3), "1\\x00x", "1\\u0000x"},
                    Forgery{"escape", "\x1b[31m", "\\x1b[31m", "\\u001b[31m"},
                    Forgery{"del", "a\x7f", "a\\x7f", "a\\u007f"}, Forgery{"c1", "a\xC2\x9B", "a\\u009b", "a\\u009b"},
                    Forgery{"separator", "a\xE2\x80\xA8z", "a\\u2028z", "a\\u2028z"},
                    Forgery{"field", "1 level=error", "\"1 level=error\"", "1 level=error"},
                    Forgery{"quote", "1\",\"level\":\"error", "\"1\\\",\\\"level\\\":\\\"error\"",
                            "1\\\",\\\"level\\\":\\\"error"},
                    Forgery{"backslash", "a\\n", "a\\\\n", "a\\\\n"},
                    Forgery{"latin1", "M\xFCller", "M\\xfcller", "M\xEF\xBF\xBDller"},
                    Forgery{"overlong", "\xC0\x8A", "\\xc0\\x8a", "\xEF\xBF\xBD\xEF\xBF\xBD"},
                    Forgery{"surrogate", "\xED\xA0\x80", "\\xed\\xa0\\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
                    Forgery{"utf8", "M\xC3\xBCller\xE2\x82\xAC\xF0\x9F\x98\x80",
                            "M\xC3\xBCller\xE2\x82\xAC\xF0\x9F\x98\x80", "M\xC3\xBCller\xE2\x82\xAC\xF0\x9F\x98\x80"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Log, AnEmptyValueCanBeSeen) {
  Captured log(Format::text);

  info("read", {{"id", ""}});

  EXPECT_THAT(log.text(), EndsWith("read id=\"\"\n"));
}

TEST(Log, DirectCallsOfSpdlogCannotForgeEither) {
  Captured text(Format::text);
  spdlog::info("a {}", "b\nc");
  EXPECT_THAT(text.text(), MatchesRegex(kTime + " info  a b\\\\nc\n"));

  Captured json(Format::json);
  spdlog::error("a \"{}\"", "b\nc");
  EXPECT_THAT(json.text(), EndsWith("\"level\":\"error\",\"message\":\"a \\\"b\\u000ac\\\"\"}\n"));
}

TEST(Log, MaskedShowsOnlyWhetherThereWasAValue) {
  EXPECT_EQ(masked("anna@example.org"), "***");
  EXPECT_EQ(masked("x"), "***");
  EXPECT_EQ(masked(""), "");
}

TEST(Log, EscapesEveryByteToValidJson) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string line;

  append_json_string(line, all);

  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
}

TEST(Log, TimestampsAreUtcWithMilliseconds) {
  const std::chrono::sys_days day =
      std::chrono::year_month_day(std::chrono::year(2026), std::chrono::month(1), std::chrono::day(31));

  EXPECT_EQ(timestamp(day + std::chrono::hours(12) + std::chrono::milliseconds(7)), "2026-01-31T12:00:00.007Z");
  EXPECT_EQ(timestamp(day - std::chrono::microseconds(1)), "2026-01-30T23:59:59.999Z");
}

}  // namespace
}  // namespace counterpart::log
