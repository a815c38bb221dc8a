#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

using SandboxA = RestTest;
using SandboxB = RestTest;

Instant at(unsigned day, int hour, int minute = 0, int second = 0) {
  return std::chrono::sys_days(std::chrono::year(2026) / 11 / static_cast<int>(day)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

const ChangesPage& page(const ChangesResult& result) {
  return std::get<ChangesPage>(result);
}

TEST_F(SandboxA, ListsWhatChangedByCursor) {
  use("sandbox-a");
  http.script({json(200,
                    R"({"results":[{"id":"c-1","etag":"e1","updated_at":"2026-11-20T09:00:00Z","properties":{"a":1}}],)"
                    R"("next":"n/1"})",
                    {{"Date", "Fri, 20 Nov 2026 10:00:05 GMT"}}),
               json(200, R"({"results":[],"next":null})")});

  const ChangesResult first = run(connector->changed("contacts", at(20, 8), ""));
  ASSERT_EQ("", failure(first));
  ASSERT_TRUE(page(first).next);
  const ChangesResult second = run(connector->changed("contacts", at(20, 8), *page(first).next));

  EXPECT_THAT(
      http.lines(),
      ElementsAre("GET http://crm.test/contacts?limit=100&modified_since=2026-11-20T08%3A00%3A00Z",
                  "GET http://crm.test/contacts?limit=100&modified_since=2026-11-20T08%3A00%3A00Z&after=n%2F1"));
  EXPECT_EQ(R"(c-1 e1 {"a":1})", show(page(first).records.at(0)));
  EXPECT_EQ(at(20, 9), page(first).records.at(0).modified);
  EXPECT_EQ(at(20, 10, 0, 5), page(first).system_time);
  EXPECT_EQ("", failure(second));
  EXPECT_FALSE(page(second).next);
  EXPECT_FALSE(page(second).system_time);
}

TEST_F(SandboxA, ListsEverythingWithoutATime) {
  use("sandbox-a");
  http.script({json(200, R"({"results":[],"next":null})")});

  run(connector->changed("contacts", std::nullopt, ""));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/contacts?limit=100"));
}

TEST_F(SandboxA, ACursorGivenTwiceEndsTheListingWithAFailure) {
  use("sandbox-a");
  http.answer = [](const HttpRequest&) { return json(200, R"({"results":[],"next":"n1"})"); };

  const ChangesResult first = run(connector->changed("contacts", std::nullopt, ""));
  const ChangesResult second = run(connector->changed("contacts", std::nullopt, *page(first).next));

  EXPECT_EQ("system_down: crm: list changed contacts: the same cursor was given again", failure(second));
}

struct BadPage {
  const char* what;
  HttpResponse response;
};
void PrintTo(const BadPage& bad, std::ostream* out) {
  *out << bad.what;
}

class BadListing : public RestTest, public testing::WithParamInterface<BadPage> {};

TEST_P(BadListing, IsNoEmptyListing) {
  use("sandbox-b");
  http.script({GetParam().response});

  EXPECT_EQ("system_down", kind(run(connector->changed("persons", std::nullopt, ""))));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadListing,
    testing::Values(BadPage{"no list", json(200, R"({"pages":1})")},
                    BadPage{"another type", json(200, R"({"data":{},"pages":1})")},
                    BadPage{"no number of pages", json(200, R"({"data":[]})")},
                    BadPage{"a record without id", json(200, R"({"data":[{"full_name":"x"}],"pages":1})")},
                    BadPage{"a web page", {200, {{"Content-Type", "text/html; charset=utf-8"}}, "<p>"}}));

TEST_F(SandboxB, SpellsTheTimeAsTheSystemDoesAndOneSecondEarlier) {
  use("sandbox-b");
  http.script({json(200, R"({"data":[],"page":1,"pages":1})")});

  run(connector->changed("organisations", at(20, 8, 30, 15) + std::chrono::microseconds(7), ""));

  EXPECT_THAT(
      http.lines(),
      ElementsAre("GET http://crm.test/organisations?page=1&per_page=50&changed_after=20.11.2026%2009%3A30%3A14"));
}

TEST_F(SandboxB, AnUnsortedListingIsReadPageByPage) {
  use("sandbox-b");
  http.script({json(200, R"({"data":[{"id":2,"changed_at":"20.11.2026 11:00:00"}],"page":1,"pages":2})"),
               json(200, R"({"data":[{"id":1,"changed_at":"20.11.2026 10:00:00"}],"page":2,"pages":2})")});

  const ChangesResult first = run(connector->changed("organisations", std::nullopt, ""));
  const ChangesResult second = run(connector->changed("organisations", std::nullopt, page(first).next.value()));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/organisations?page=1&per_page=50",
                                        "GET http://crm.test/organisations?page=2&per_page=50"));
  EXPECT_EQ("1", page(second).records.at(0).id);
  EXPECT_FALSE(page(second).next);
}

TEST_F(SandboxB, ASortedListingStartsAgainAtItsLastRecordForPagesShift) {
  use("sandbox-b");
  http.script({json(200, R"({"data":[{"id":1,"changed_at":"20.11.2026 10:00:00"}],"page":1,"pages":3})"),
               json(200, R"({"data":[{"id":1,"changed_at":"20.11.2026 10:00:00"}],"page":1,"pages":2})"),
               json(200, R"({"data":[{"id":2,"changed_at":"20.11.2026 11:00:00"}],"page":2,"pages":2})")});

  // The first page ends at 10:00 (Berlin): the next begins there, not at a number that may have moved.
  const ChangesResult first = run(connector->changed("persons", std::nullopt, ""));
  // A page that does not get beyond that second goes on by number.
  const ChangesResult second = run(connector->changed("persons", std::nullopt, page(first).next.value()));
  const ChangesResult third = run(connector->changed("persons", std::nullopt, page(second).next.value()));

  const std::string since = "&per_page=50&changed_after=20.11.2026%2009%3A59%3A59&sort=changed";
  EXPECT_THAT(http.lines(),
              ElementsAre("GET http://crm.test/persons?page=1&per_page=50&sort=changed",
                          "GET http://crm.test/persons?page=1" + since, "GET http://crm.test/persons?page=2" + since));
  EXPECT_FALSE(page(third).next);
}

TEST_F(SandboxB, ADeleteWhileAnUnsortedListingIsReadHasThePageBeforeReadAgain) {
  use("sandbox-b");
  http.script({json(200, R"({"data":[{"id":1}],"pages":3,"total":150})"),
               json(200, R"({"data":[{"id":60}],"pages":3,"total":149})"),
               json(200, R"({"data":[{"id":51}],"pages":3,"total":149})"),
               json(200, R"({"data":[{"id":60}],"pages":3,"total":149})"),
               json(200, R"({"data":[{"id":120}],"pages":3,"total":149})")});

  std::vector<std::string> ids;
  std::string next;
  do {
    const ChangesResult result = run(connector->changed("organisations", std::nullopt, next));
    ASSERT_EQ("", failure(result));
    for (const Record& record : page(result).records) ids.push_back(record.id);
    next = page(result).next.value_or("");
  } while (!next.empty());

  const std::string url = "GET http://crm.test/organisations?page=";
  EXPECT_THAT(http.lines(), ElementsAre(url + "1&per_page=50", url + "2&per_page=50", url + "1&per_page=50",
                                        url + "2&per_page=50", url + "3&per_page=50"));
  EXPECT_THAT(ids, ElementsAre("1", "60", "51", "60", "120"));
}

TEST_F(SandboxB, ADeleteIsNoticedOnTheLastPageToo) {
  use("sandbox-b");
  http.script({json(200, R"({"data":[{"id":1}],"pages":2,"total":51})"),
               json(200, R"({"data":[],"pages":1,"total":50})"),
               json(200, R"({"data":[{"id":1},{"id":51}],"pages":1,"total":50})")});

  const ChangesResult first = run(connector->changed("organisations", std::nullopt, ""));
  const ChangesResult second = run(connector->changed("organisations", std::nullopt, page(first).next.value()));
  ASSERT_TRUE(page(second).next);
  const ChangesResult again = run(connector->changed("organisations", std::nullopt, *page(second).next));

  EXPECT_EQ(2U, page(again).records.size());
  EXPECT_FALSE(page(again).next);
}

const char* const kKeyInTheQuery = R"(
connector: 1
id: linked
title: A system that takes its key as a parameter
settings:
  token: {doc: the key, required: true, secret: true}
auth: {query: {"api key": "${secret.token}"}}
http: {base_url: "http://crm.test"}
records: {}
objects:
  things:
    read: {request: "GET /things/${id}"}
    changes: {request: GET /things, select: ., page: {type: link_header}}
)";

TEST_F(RestTest, AFollowedLinkBearsOurKeyOnceAndIsStoredWithoutIt) {
  use_text(kKeyInTheQuery);
  http.script({json(200, "[]", {{"Link", "</things?after=7&api%20key=echoed>; rel=next"}}),
               json(200, "[]", {{"Link", "</things?after=9>; rel=next"}})});

  const ChangesResult first = run(connector->changed("things", std::nullopt, ""));
  const ChangesResult second = run(connector->changed("things", std::nullopt, page(first).next.value()));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/things?api%20key=t0ken-value",
                                        "GET http://crm.test/things?after=7&api%20key=t0ken-value"));
  EXPECT_EQ("1 - http://crm.test/things?after=7", *page(first).next);
  EXPECT_EQ("2 - http://crm.test/things?after=9", *page(second).next);
}

TEST_F(RestTest, ALinkToTheSamePageEndsTheListingEvenIfItEchoesOurKey) {
  use_text(kKeyInTheQuery);
  http.script({json(200, "[]", {{"Link", "</things?api%20key=echoed>; rel=next"}})});

  const ChangesResult result = run(connector->changed("things", std::nullopt, ""));

  EXPECT_EQ("system_down: crm: list changed things: the link to the next page leads to the same page", failure(result));
}

TEST_F(SandboxB, AnInventedPlaceIsRefused) {
  use("sandbox-b");

  for (const char* place : {"x", "1", "1 2", "-1 - 2", "1 x 2"})
    EXPECT_THAT(failure(run(connector->changed("persons", std::nullopt, place))), StartsWith("rejected")) << place;
  EXPECT_TRUE(http.sent.empty());
}

const char* const kOffsets = R"(
connector: 1
id: offsets
title: Paged by offset
http: {base_url: "http://crm.test"}
records: {modified: {path: changed, format: epoch_s}}
objects:
  things:
    read: {request: "GET /things/${id}"}
    changes:
      request: GET /things
      query: {offset: "${offset}", max: "${size}", since: "${since}"}
      select: list
      since: {format: epoch_s}
      full: false
      missing: 404
      page: {type: offset, size: 2}
)";

TEST_F(RestTest, OffsetsGoOnUntilAPageIsEmpty) {
  use_text(kOffsets);
  http.script({json(200, R"({"list":[{"id":1,"changed":1795168800},{"id":2}]})"), json(200, R"({"list":[{"id":3}]})"),
               json(200, R"({"list":[]})")});

  std::string next;
  std::vector<std::string> ids;
  do {
    const ChangesResult result = run(connector->changed("things", at(20, 10), next));
    ASSERT_EQ("", failure(result));
    for (const Record& record : page(result).records) ids.push_back(record.id);
    next = page(result).next.value_or("");
  } while (!next.empty());

  // The short page is no proof: systems cap sizes silently.
  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/things?offset=0&max=2&since=1795168800",
                                        "GET http://crm.test/things?offset=2&max=2&since=1795168800",
                                        "GET http://crm.test/things?offset=3&max=2&since=1795168800"));
  EXPECT_THAT(ids, ElementsAre("1", "2", "3"));
}

TEST_F(RestTest, AStatusThatMeansNoneIsAnEmptyPage) {
  use_text(kOffsets);
  http.script({json(404, "{}")});

  const ChangesResult result = run(connector->changed("things", std::nullopt, ""));

  ASSERT_EQ("", failure(result));
  EXPECT_TRUE(page(result).records.empty());
  EXPECT_FALSE(page(result).next);
}

TEST_F(RestTest, ASummaryTellsIdAndTimeOnly) {
  use_text(kOffsets);
  http.script({json(200, R"({"list":[{"id":1,"changed":"1795168800"}]})")});

  const ChangesResult result = run(connector->changed("things", std::nullopt, ""));

  const Record& record = page(result).records.at(0);
  EXPECT_EQ(at(20, 10), record.modified);
  EXPECT_TRUE(record.fields.is_null());
}

}  // namespace
}  // namespace counterpart::rest
