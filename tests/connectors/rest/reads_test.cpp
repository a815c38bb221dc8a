#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using SandboxA = RestTest;
using SandboxB = RestTest;
using Texts = std::vector<std::string>;

const char* const kAnna = R"({"id":"c-1","etag":"\"7-3f\"","created_at":"2026-11-20T09:00:00.000Z",)"
                          R"("updated_at":"2026-11-20T09:30:00.123Z","created_by":"u-hub","updated_by":"u-anna",)"
                          R"("properties":{"firstname":"Anna","email":null}})";

TEST_F(SandboxA, ReadsManyRecordsByOneRequest) {
  use("sandbox-a");
  http.script({json(200, std::string(R"({"results":[)") + kAnna + R"(],"missing":["c-9"]})")});

  const auto results = run(connector->read("contacts", Texts{"c-9", "c-1", "c-9", "c-1"}));

  EXPECT_THAT(http.lines(), ElementsAre(R"(POST http://crm.test/contacts/batch/read {"ids":["c-9","c-1"]})"));
  const std::string anna = R"(c-1 "7-3f" {"firstname":"Anna","email":null})";
  EXPECT_THAT(show(results), ElementsAre("gone", anna, "gone", anna));
}

TEST_F(SandboxA, FillsEverythingARecordTells) {
  use("sandbox-a");
  http.script({json(200, kAnna)});

  const auto results = run(connector->read("contacts", Texts{"c-1"}));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/contacts/c-1"));
  const Record& record = std::get<Record>(results.at(0));
  const Instant nine = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(9);
  EXPECT_EQ(nine, record.created);
  EXPECT_EQ(nine + std::chrono::minutes(30) + std::chrono::milliseconds(123), record.modified);
  EXPECT_EQ("u-hub", record.created_by);
  EXPECT_EQ("u-anna", record.modified_by);
  EXPECT_FALSE(record.absent_is_blank);
}

TEST_F(SandboxA, ProvesWhoItIsAndNamesItsPurpose) {
  use("sandbox-a");
  http.script({json(200, kAnna)});

  run(connector->read("contacts", Texts{"c-1"}));

  const std::string* authorization = find_header(http.sent.at(0).headers, "Authorization");
  ASSERT_NE(nullptr, authorization);
  EXPECT_EQ("Bearer t0ken-value", *authorization);
  EXPECT_EQ("crm: read contacts", http.sent.at(0).purpose);
}

TEST_F(SandboxA, SplitsWhatIsMoreThanARequestTakes) {
  use("sandbox-a");
  http.answer = [](const HttpRequest&) { return json(200, R"({"results":[],"missing":[]})"); };
  Texts ids;
  for (int i = 0; i < 205; ++i) ids.push_back("c-" + std::to_string(i));

  const auto results = run(connector->read("contacts", ids));

  EXPECT_EQ(3U, http.sent.size());
  EXPECT_EQ(205U, results.size());
}

TEST_F(SandboxA, WhatABatchDoesNotMentionIsNotGone) {
  use("sandbox-a");
  http.script({json(200, R"({"results":[],"missing":["c-2"]})")});

  const auto results = run(connector->read("contacts", Texts{"c-1", "c-2"}));

  EXPECT_THAT(show(results), ElementsAre("retry: crm: read contacts: the answer says nothing of this record", "gone"));
}

TEST_F(SandboxA, ARefusedBatchOfReadsIsHalvedUntilTheCulpritIsAlone) {
  use("sandbox-a");
  http.answer = [](const HttpRequest& request) {
    if (request.body.find("c-bad") != std::string::npos) return json(400, R"({"error":"malformed"})");
    const Native asked = parse_json(request.body);
    return json(200, print_json(Native::Object{{"results", Native::Array{}}, {"missing", *asked.member("ids")}}));
  };

  const auto results = run(connector->read("contacts", Texts{"c-1", "c-2", "c-bad", "c-4"}));

  EXPECT_THAT(show(results),
              ElementsAre("gone", "gone", "rejected: crm: read contacts: malformed (status 400)", "gone"));
  EXPECT_EQ(5U, http.sent.size());
}

TEST_F(SandboxA, AMalformedRecordFailsByItself) {
  use("sandbox-a");
  http.script(
      {json(200, std::string(R"({"results":[{"id":"c-2","properties":7},)") + kAnna + R"(],"missing":["c-9"]})")});

  const auto results = run(connector->read("contacts", Texts{"c-1", "c-2", "c-9"}));

  EXPECT_EQ("none", kind(results.at(0)));
  EXPECT_EQ("retry: crm: read contacts: a record holds no fields at 'properties'", show(results.at(1)));
  EXPECT_EQ("gone", show(results.at(2)));
}

TEST_F(SandboxA, ARecordWithoutAnIdIsFoundOutByHalves) {
  use("sandbox-a");
  http.answer = [](const HttpRequest& request) {
    const Native asked = parse_json(request.body);
    std::string results;
    for (const Native& id : asked.member("ids")->array())
      results += (results.empty() ? "" : ",") + (id.text() == "c-2" ? std::string(R"({"properties":{}})")
                                                                    : R"({"properties":{},"id":")" + id.text() + "\"}");
    return json(200, R"({"results":[)" + results + R"(],"missing":[]})");
  };

  const auto results = run(connector->read("contacts", Texts{"c-1", "c-2", "c-3", "c-4"}));

  EXPECT_THAT(show(results),
              ElementsAre("c-1  {}", "retry: crm: read contacts: a record holds no id at 'id'", "c-3  {}", "c-4  {}"));
}

TEST_F(SandboxA, AWholeBatchFailsTogether) {
  use("sandbox-a");
  http.script({json(429, R"({"error":"rate_limited"})", {{"Retry-After", "7"}})});

  const auto results = run(connector->read("contacts", Texts{"c-1", "c-2"}));

  EXPECT_EQ("retry: crm: read contacts: rate_limited (status 429)", show(results.at(0)));
  EXPECT_EQ(std::chrono::seconds(7), std::get<Failure>(results.at(1)).retry_after);
}

TEST_F(SandboxB, ReadsRecordsOneByOne) {
  use("sandbox-b");
  http.answer = [](const HttpRequest& request) {
    if (request.url.ends_with("/18")) return json(404, R"({"message":"there is no such record"})");
    return json(200, R"({"data":{"id":17,"full_name":"Anna Berg","changed_at":"31.12.2026 23:30:15",)"
                     R"("changed_by":"user-3"}})");
  };

  const auto results = run(connector->read("persons", Texts{"17", "18"}));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/persons/17", "GET http://crm.test/persons/18"));
  EXPECT_EQ("gone", show(results.at(1)));
  const Record& record = std::get<Record>(results.at(0));
  const Instant modified = std::chrono::sys_days(std::chrono::year(2026) / 12 / 31) + std::chrono::hours(22) +
                           std::chrono::minutes(30) + std::chrono::seconds(15);
  EXPECT_EQ(modified, record.modified);
  EXPECT_EQ("", record.revision);
  EXPECT_TRUE(record.absent_is_blank);
  EXPECT_EQ("Anna Berg", record.fields.member("full_name")->text());
}

TEST_F(SandboxB, AnotherRecordThanTheOneAskedForIsNotBelieved) {
  use("sandbox-b");
  http.script({json(200, R"({"data":{"id":99}})")});

  const auto results = run(connector->read("persons", Texts{"17"}));

  EXPECT_EQ("retry: crm: read persons: another record was answered", show(results.at(0)));
}

struct BadAnswer {
  const char* what;
  HttpResponse response;
  const char* kind;
};
void PrintTo(const BadAnswer& bad, std::ostream* out) {
  *out << bad.what;
}

class BadRead : public RestTest, public testing::WithParamInterface<BadAnswer> {};

TEST_P(BadRead, IsNeverTakenForGone) {
  use("sandbox-b");
  http.script({GetParam().response});

  const auto results = run(connector->read("persons", Texts{"17"}));

  EXPECT_EQ(GetParam().kind, kind(results.at(0))) << show(results.at(0));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRead,
    testing::Values(BadAnswer{"a web page", {200, {{"Content-Type", "text/html"}}, "<html>"}, "system_down"},
                    BadAnswer{
                        "a web page that says 404", {404, {{"Content-Type", "text/html"}}, "<html>"}, "system_down"},
                    BadAnswer{"no JSON", json(200, "{"), "system_down"},
                    BadAnswer{"nothing", json(200, ""), "system_down"},
                    BadAnswer{"no record", json(200, "{}"), "system_down"},
                    BadAnswer{"a record without id", json(200, R"({"data":{}})"), "system_down"},
                    BadAnswer{"a redirect", {302, {{"Location", "http://evil.test/"}}, ""}, "system_down"},
                    BadAnswer{"gone for good", json(410, ""), "not_found"}));

TEST_F(SandboxB, AnIdCannotLeadToAnotherPath) {
  use("sandbox-b");
  http.answer = [](const HttpRequest&) { return json(404, "{}"); };

  const auto results = run(connector->read("persons", Texts{"1/../2?x=1#y", "..", "", "a\nb"}));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/persons/1%2F..%2F2%3Fx%3D1%23y"));
  EXPECT_EQ("gone", show(results.at(0)));
  for (std::size_t i = 1; i < results.size(); ++i) EXPECT_EQ("rejected", kind(results.at(i))) << i;
}

TEST_F(SandboxB, AnUnknownObjectIsRefusedWithoutACall) {
  use("sandbox-b");

  EXPECT_EQ("rejected: crm: read contacts: no such object", show(run(connector->read("contacts", Texts{"1"})).at(0)));
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(SandboxA, FindsManyValuesByOneRequestAndTellsThemApart) {
  use("sandbox-a");
  http.script({json(200, R"({"results":[{"id":"c-1","properties":{"email":"ANNA@x.example"}},)"
                         R"({"id":"c-2","properties":{"email":"anna@x.example"}},)"
                         R"({"id":"c-3","properties":{"email":"bo@x.example"}},)"
                         R"({"id":"c-4","properties":{"email":"something@else.example"}}]})")});

  const auto results =
      run(connector->find("contacts", "email", Texts{"anna@x.example", "", "bo@x.example", "no@x.example"}));

  EXPECT_THAT(http.lines(),
              ElementsAre(R"(POST http://crm.test/contacts/search )"
                          R"({"property":"email","values":["anna@x.example","bo@x.example","no@x.example"]})"));
  // What matches none of the values as far as we can see is left to the caller, for each of them.
  EXPECT_THAT(show(results), ElementsAre("c-1 c-2 c-4", "", "c-3 c-4", "c-4"));
}

TEST_F(SandboxB, FindsEachValueByItself) {
  use("sandbox-b");
  http.answer = [](const HttpRequest& request) {
    const bool known = request.url.find("bo%2Bx") != std::string::npos;
    return json(200, known ? R"({"data":[{"id":5,"contact":{"email":"Bo+x@x.example"}}],"pages":1})"
                           : R"({"data":[],"pages":0})");
  };

  const auto results = run(connector->find("persons", "contact.email", Texts{"an na@x.example", "bo+x@x.example"}));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/persons?email=an%20na%40x.example&page=1&per_page=50",
                                        "GET http://crm.test/persons?email=bo%2Bx%40x.example&page=1&per_page=50"));
  EXPECT_THAT(show(results), ElementsAre("", "5"));
}

TEST_F(SandboxB, ASearchIsFollowedToItsLastPage) {
  use("sandbox-b");
  http.script(
      {json(200, R"({"data":[{"id":1},{"id":2}],"pages":2})"), json(200, R"({"data":[{"id":2},{"id":3}],"pages":2})")});

  const auto results = run(connector->find("persons", "contact.email", Texts{"a@x.example"}));

  EXPECT_THAT(show(results), ElementsAre("1 2 3"));
  EXPECT_EQ(2U, http.sent.size());
}

TEST_F(SandboxB, ASearchWithMorePagesThanAKeyCanHaveFails) {
  use("sandbox-b");
  http.answer = [](const HttpRequest&) { return json(200, R"({"data":[{"id":1}],"pages":1000})"); };

  const auto results = run(connector->find("persons", "contact.email", Texts{"a@x.example"}));

  EXPECT_EQ("rejected: crm: find persons: too many hits to be sure that these are all", show(results.at(0)));
  EXPECT_EQ(20U, http.sent.size());
}

/// So many hits of a search in sandbox A, all holding the value.
std::string hits(int count, const std::string& value) {
  std::string results;
  for (int i = 0; i < count; ++i)
    results += (i == 0 ? R"({"id":"c-)" : R"(,{"id":"c-)") + std::to_string(i) + R"(","properties":{"email":")" +
               value + "\"}}";
  return R"({"results":[)" + results + "]}";
}

TEST_F(SandboxA, ASearchThatIsCutOffIsNotBelieved) {
  use("sandbox-a");
  http.script({json(200, hits(100, "a@x.example")), json(200, hits(99, "a@x.example"))});

  const auto cut_off = run(connector->find("contacts", "email", Texts{"a@x.example"}));
  const auto complete = run(connector->find("contacts", "email", Texts{"a@x.example"}));

  EXPECT_EQ("rejected: crm: find contacts: too many hits to be sure that these are all", show(cut_off.at(0)));
  EXPECT_EQ(99U, std::get<std::vector<Record>>(complete.at(0)).size());
}

TEST_F(SandboxA, AmongSeveralValuesTheOneWithTooManyHitsFailsAlone) {
  use("sandbox-a");
  http.answer = [](const HttpRequest& request) {
    return json(200,
                request.body.find("all@") != std::string::npos ? hits(100, "all@x.example") : hits(1, "a@x.example"));
  };

  const auto results = run(connector->find("contacts", "email", Texts{"a@x.example", "all@x.example"}));

  EXPECT_EQ("c-0", show(results.at(0)));
  EXPECT_EQ("rejected", kind(results.at(1)));
}

TEST_F(SandboxA, ARefusedSearchIsHalvedUntilTheCulpritIsAlone) {
  use("sandbox-a");
  http.answer = [](const HttpRequest& request) {
    if (request.body.find("bad") != std::string::npos) return json(422, R"({"error":"is no e-mail address"})");
    return json(200, hits(1, "a@x.example"));
  };

  const auto results = run(connector->find("contacts", "email", Texts{"a@x.example", "bad", "c@x.example"}));

  EXPECT_EQ("c-0", show(results.at(0)));
  EXPECT_EQ("rejected: crm: find contacts: is no e-mail address (status 422)", show(results.at(1)));
  EXPECT_NE("rejected", kind(results.at(2)));
}

TEST_F(SandboxA, AMalformedHitFailsOnlyTheValueThatFoundIt) {
  use("sandbox-a");
  http.answer = [](const HttpRequest& request) {
    const bool bad = request.body.find("bad@") != std::string::npos;
    return json(200, bad ? R"({"results":[{"properties":{"email":"bad@x.example"}}]})" : hits(1, "a@x.example"));
  };

  const auto results = run(connector->find("contacts", "email", Texts{"a@x.example", "bad@x.example"}));

  EXPECT_EQ("c-0", show(results.at(0)));
  EXPECT_EQ("system_down: crm: find contacts: a record holds no id at 'id'", show(results.at(1)));
}

TEST_F(SandboxB, FindsNothingByAFieldThatIsNotSearchable) {
  use("sandbox-b");

  const auto results = run(connector->find("persons", "full_name", Texts{"Anna"}));

  EXPECT_THAT(show(results.at(0)), StartsWith("rejected: crm: find persons by 'full_name'"));
}

TEST_F(SandboxB, ASearchWithoutItsListIsNoEmptySearch) {
  use("sandbox-b");
  http.script({json(200, "{}")});

  const auto results = run(connector->find("organisations", "vat_number", Texts{"DE136695976"}));

  EXPECT_THAT(show(results.at(0)),
              StartsWith("system_down: crm: find organisations: the answer holds no list at 'data'"));
}

TEST_F(SandboxA, AsksOnceWhoWeAre) {
  use("sandbox-a");
  http.script({json(503, "{}"), json(200, R"({"id":"u-hub"})")});

  EXPECT_EQ("", run(connector->own_user()));
  EXPECT_EQ("u-hub", run(connector->own_user()));
  EXPECT_EQ("u-hub", run(connector->own_user()));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/me", "GET http://crm.test/me"));
}

TEST_F(SandboxA, DescribesItsFields) {
  use("sandbox-a");
  http.script({json(200, R"({"fields":[{"name":"legal_form","type":"option","required":false,"read_only":true,)"
                         R"("options":["limited","stock"]},{"name":"email","type":"text","required":true}]})")});

  const auto result = run(connector->describe("companies"));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/schema/companies"));
  const auto& fields = std::get<ObjectDescription>(result).fields;
  ASSERT_EQ(2U, fields.size());
  EXPECT_EQ("legal_form option", fields[0].name + " " + fields[0].type);
  EXPECT_TRUE(fields[0].read_only && !fields[0].required);
  EXPECT_EQ((Texts{"limited", "stock"}), fields[0].options);
  EXPECT_TRUE(fields[1].required && !fields[1].read_only);
  EXPECT_FALSE(fields[0].max_length || fields[0].custom);
}

TEST_F(SandboxA, TellsLengthsCustomFieldsAndTheFieldsOfRows) {
  use("sandbox-a");
  http.script(
      {json(200, R"({"fields":[{"name":"score","type":"text","max_length":40,"custom":true},)"
                 R"({"name":"none","type":"text","max_length":0},)"
                 R"({"name":"lines","type":"rows","fields":[{"name":"product","type":"text","required":true}]},)"
                 R"({"name":"end","type":"text"}]})")});

  const auto result = run(connector->describe("deals"));

  const auto& description = std::get<ObjectDescription>(result);
  ASSERT_EQ(5U, description.fields.size());
  EXPECT_EQ(40U, description.fields[0].max_length);
  EXPECT_TRUE(description.fields[0].custom);
  EXPECT_FALSE(description.fields[1].max_length) << "0 is no length";
  ASSERT_NE(nullptr, description.find("lines.product"));
  EXPECT_TRUE(description.find("lines.product")->required);
  EXPECT_EQ("end", description.fields[4].name);
  EXPECT_EQ(true, description.users_add_fields);
}

}  // namespace
}  // namespace counterpart::rest
