#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/ports/retry_after.h"
#include "connectors/rest/moment.h"
#include "connectors/rest/paging.h"
#include "connectors/rest/record_reader.h"
#include "connectors/rest/run_each.h"
#include "connectors/rest/selection.h"
#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;

Instant utc(int year, unsigned month, unsigned day, int hour, int minute, int second = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) +
         std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

MomentFormat format(const std::string& spelled, const std::string& zone = "UTC") {
  std::string fault;
  auto made = MomentFormat::make(spelled, zone, fault);
  EXPECT_TRUE(made) << fault;
  return made.value_or(MomentFormat());
}

struct Spelled {
  const char* format;
  const char* zone;
  const char* json;
};
void PrintTo(const Spelled& spelled, std::ostream* out) {
  *out << spelled.json;
}

class MomentSpelling : public testing::TestWithParam<Spelled> {};

TEST_P(MomentSpelling, IsReadAndPrinted) {
  const Native raw = parse_json(GetParam().json);
  const MomentFormat spelling = format(GetParam().format, GetParam().zone);

  EXPECT_EQ(utc(2026, 11, 20, 10, 0), spelling.parse(raw));
  EXPECT_EQ(raw.plain(), spelling.print(utc(2026, 11, 20, 10, 0)).plain());
}

INSTANTIATE_TEST_SUITE_P(Table, MomentSpelling,
                         testing::Values(Spelled{"iso", "UTC", R"("2026-11-20T10:00:00Z")"},
                                         Spelled{"epoch_s", "UTC", "1795168800"},
                                         Spelled{"epoch_ms", "UTC", R"("1795168800000")"},
                                         Spelled{"dd.MM.yyyy HH:mm:ss", "Europe/Berlin", R"("20.11.2026 11:00:00")"},
                                         Spelled{"yyyy-MM-dd'T'HH:mm", "America/New_York", R"("2026-11-20T05:00")"}));

TEST(Moment, WhatIsNoTimeIsUnknown) {
  for (const char* raw : {"null", R"("")", R"("yesterday")", "{}", "[]", "true"}) {
    EXPECT_EQ(std::nullopt, format("iso").parse(parse_json(raw))) << raw;
    EXPECT_EQ(std::nullopt, format("epoch_s").parse(parse_json(raw))) << raw;
  }
  EXPECT_EQ(std::nullopt, format("epoch_s").parse(parse_json("1e300")));
}

TEST(Moment, PrintsTheLastSpelledTimeThatIsNotLater) {
  const Instant instant = utc(2026, 11, 20, 10, 0, 59) + std::chrono::milliseconds(999);

  EXPECT_EQ("1795168859", format("epoch_s").print(instant).plain());
  EXPECT_EQ("10:00 20.11.2026", format("HH:mm dd.MM.yyyy").print(instant).plain());
  EXPECT_EQ("-1", format("epoch_s").print(Instant(std::chrono::microseconds(-1))).plain());
}

struct Repeated {
  Instant since;
  const char* inclusive;
  const char* exclusive;
};

class AutumnNight : public testing::TestWithParam<Repeated> {};

TEST_P(AutumnNight, NothingIsMissedInTheHourThatComesTwice) {
  // On 2026-10-25 Berlin's clocks go back from 03:00 (01:00 UTC) to 02:00.
  const MomentFormat berlin = format("dd.MM. HH:mm:ss yyyy", "Europe/Berlin");

  EXPECT_EQ(GetParam().inclusive, berlin.print_since(GetParam().since, true).plain());
  EXPECT_EQ(GetParam().exclusive, berlin.print_since(GetParam().since, false).plain());
}

INSTANTIATE_TEST_SUITE_P(
    Table, AutumnNight,
    testing::Values(Repeated{utc(2026, 10, 24, 23, 30), "25.10. 01:30:00 2026", "25.10. 01:29:59 2026"},
                    Repeated{utc(2026, 10, 25, 0, 30), "25.10. 01:30:00 2026", "25.10. 01:29:59 2026"},
                    Repeated{utc(2026, 10, 25, 1, 30), "25.10. 01:30:00 2026", "25.10. 01:29:59 2026"},
                    Repeated{utc(2026, 10, 25, 2, 0), "25.10. 03:00:00 2026", "25.10. 01:59:59 2026"},
                    Repeated{utc(2026, 10, 25, 2, 30), "25.10. 03:30:00 2026", "25.10. 03:29:59 2026"}));

TEST(HttpDate, IsReadStrictly) {
  EXPECT_EQ(utc(1994, 11, 6, 8, 49, 37), parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
  for (const char* wrong :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT"})
    EXPECT_EQ(std::nullopt, parse_http_date(wrong)) << wrong;
}

struct Links {
  const char* header;
  const char* next;
};

class LinkHeader : public testing::TestWithParam<Links> {};

TEST_P(LinkHeader, TellsTheNextPage) {
  EXPECT_EQ(GetParam().next, next_link({{"link", GetParam().header}}));
}

INSTANTIATE_TEST_SUITE_P(
    Table, LinkHeader,
    testing::Values(Links{R"(<http://a/2>; rel="next")", "http://a/2"}, Links{"<http://a/2>;rel=next", "http://a/2"},
                    Links{R"(<http://a/1>; rel="prev", <http://a/3>; rel="next")", "http://a/3"},
                    Links{R"(<http://a/1,2>; title="x, <y>; rel=next"; rel=prev, <?p=3>; REL="last NEXT")", "?p=3"},
                    Links{R"(<http://a/1>; rel="nextish")", ""}, Links{"<http://a/1", ""}, Links{"", ""},
                    Links{R"(<http://a/1>; rel="prev")", ""}));

struct Target {
  const char* link;
  const char* url;  // "" : refused
};

class LinkTarget : public testing::TestWithParam<Target> {};

TEST_P(LinkTarget, StaysAtTheSystem) {
  EXPECT_EQ(GetParam().url, resolve_link("https://crm.test/api/things?page=1", GetParam().link).value_or(""));
}

INSTANTIATE_TEST_SUITE_P(
    Table, LinkTarget,
    testing::Values(Target{"https://crm.test/api/things?page=2", "https://crm.test/api/things?page=2"},
                    Target{"HTTPS://CRM.test:443/x", "HTTPS://CRM.test:443/x"},
                    Target{"/x?p=2", "https://crm.test/x?p=2"}, Target{"?page=2", "https://crm.test/api/things?page=2"},
                    Target{"http://crm.test/x", ""}, Target{"https://crm.test:8443/x", ""},
                    Target{"https://crm.test.evil.example/x", ""}, Target{"https://crm.test@evil.example/x", ""},
                    Target{"//evil.example/x", ""}, Target{"\\\\evil.example/x", ""}, Target{"/x y", ""},
                    Target{"/x\r\nHost: evil", ""}, Target{"x", ""}, Target{"file:///etc/passwd", ""}, Target{"", ""}));

TEST(Segment, IsTheUrlsLast) {
  EXPECT_EQ("17", last_segment("/b/persons/17"));
  EXPECT_EQ("a b", last_segment("https://crm.test/things/a%20b/?x=/1"));
  EXPECT_EQ("17", last_segment("17"));
}

TEST(Selection, TellsNoneFromEmpty) {
  const Native body = parse_json(R"({"list":[],"items":[{"item":{"id":1}},{"item":{"id":2}}],"one":{}})");

  EXPECT_TRUE(Selection::parse("list").find(body)->empty());
  EXPECT_FALSE(Selection::parse("missing").find(body));
  EXPECT_FALSE(Selection::parse("one").find(body));
  EXPECT_FALSE(Selection::parse("items[*].none").find(body));
  const auto found = Selection::parse("items[*].item").find(body);
  ASSERT_TRUE(found);
  EXPECT_EQ("1", found->at(0)->member("id")->plain());
  EXPECT_EQ(2U, Selection::parse("[*]").find(parse_json("[1,2]"))->size());
}

boost::asio::awaitable<void> count_one(std::vector<std::size_t>* done, int* running, int* most, std::size_t index) {
  *most = std::max(*most, ++*running);
  const auto executor = co_await boost::asio::this_coro::executor;
  for (std::size_t i = 0; i < 3 + index % 5; ++i) co_await boost::asio::post(executor, boost::asio::use_awaitable);
  --*running;
  done->push_back(index);
  if (index == 3) throw std::runtime_error("the third");
}

boost::asio::awaitable<int> run_all(std::vector<std::size_t>* done, std::size_t limit) {
  int running = 0;
  int most = 0;
  std::function<boost::asio::awaitable<void>(std::size_t)> job = [&](std::size_t i) {
    return count_one(done, &running, &most, i);
  };
  try {
    co_await run_each(20, limit, std::move(job));
  } catch (const std::runtime_error&) {
    most = -most;
  }
  co_return most;
}

TEST(RunEach, RunsSoManyAtOnceAndBeginsNoMoreAfterAnException) {
  std::vector<std::size_t> done;

  EXPECT_EQ(-4, run(run_all(&done, 4)));

  // What was under way has ended; no job ran twice.
  std::sort(done.begin(), done.end());
  EXPECT_LT(done.size(), 20U);
  EXPECT_EQ(done.end(), std::adjacent_find(done.begin(), done.end()));
}

TEST(RunEach, OneAtATimeKeepsTheOrder) {
  std::vector<std::size_t> done;

  EXPECT_EQ(-1, run(run_all(&done, 1)));

  EXPECT_THAT(done, ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace counterpart::rest
