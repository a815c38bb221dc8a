#include "connectors/rest/difference.h"
#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

using SandboxA = RestTest;
using SandboxB = RestTest;

UpdateOrder update(std::string id, std::string revision, const char* before, const char* after) {
  return {std::move(id), std::move(revision), parse_json(before), parse_json(after)};
}

CreateOrder create(const char* fields) {
  return {parse_json(fields), ""};
}

TEST_F(SandboxA, CreatesManyByOneRequestWithOneResultEach) {
  use("sandbox-a");
  http.script(
      {json(207, R"({"results":[{"status":201,"record":{"id":"c-1","etag":"e1","properties":{"email":"a@x.example"}}},)"
                 R"({"status":422,"error":{"field":"email","message":"must be an e-mail address"}},)"
                 R"({"status":429,"error":{"message":"rate_limited"}}]})")});

  const auto results = run(connector->create(
      "contacts",
      std::vector<CreateOrder>{create(R"({"email":"a@x.example"})"), create(R"({"email":"a"})"), create("{}")},
      SendBy::max()));

  EXPECT_THAT(
      http.lines(),
      ElementsAre(R"(POST http://crm.test/contacts/batch/create {"inputs":[)"
                  R"({"properties":{"email":"a@x.example"}},{"properties":{"email":"a"}},{"properties":{}}]})"));
  EXPECT_THAT(show(results), ElementsAre(R"(c-1 {"email":"a@x.example"} e1)",
                                         "rejected: crm: create contacts: must be an e-mail address (status 422)",
                                         "retry: crm: create contacts: rate_limited (status 429)"));
}

TEST_F(SandboxA, ACreateCarriesItsStamp) {
  use("sandbox-a");
  http.script({json(207, R"({"results":[{"status":201,"record":{"id":"c-1","etag":"e1","properties":{}}}]})")});

  run(connector->create("contacts",
                        std::vector<CreateOrder>{{parse_json(R"({"email":"a@x.example"})"), "counterpart-7"}},
                        SendBy::max()));

  EXPECT_THAT(http.lines(), ElementsAre(R"(POST http://crm.test/contacts/batch/create {"inputs":[)"
                                        R"({"properties":{"email":"a@x.example","external_ref":"counterpart-7"}}]})"));
}

const char* const kStamped = R"(
connector: 1
id: stamped
title: A system with a place for stamps
settings: {url: {doc: address}}
http: {base_url: "http://crm.test"}
records: {}
objects:
  nested:
    stamp: origin.mark
    read: {request: "GET /nested/${id}"}
    find: {origin.mark: {request: GET /nested, query: {mark: "${value}"}, select: .}}
    create: {request: POST /nested, returns: id, id_path: id}
  placed:
    stamp: mark
    read: {request: "GET /placed/${id}"}
    find: {mark: {request: GET /placed, query: {mark: "${value}"}, select: .}}
    create: {request: POST /placed, returns: id, id_path: id, body: {data: "${fields}", tag: "x-${stamp}"}}
)";

TEST_F(RestTest, AStampGoesToItsPlaceUnlessTheTemplateHasOneForIt) {
  use_text(kStamped);
  http.answer = [](const HttpRequest&) { return json(201, R"({"id":"1"})"); };
  const std::vector<CreateOrder> stamped = {{parse_json(R"({"a":1})"), "s7"}};
  const std::vector<CreateOrder> bare = {{parse_json(R"({"a":1})"), ""}};

  run(connector->create("nested", stamped, SendBy::max()));
  run(connector->create("placed", stamped, SendBy::max()));
  run(connector->create("nested", bare, SendBy::max()));

  EXPECT_THAT(http.lines(), ElementsAre(R"(POST http://crm.test/nested {"a":1,"origin":{"mark":"s7"}})",
                                        R"(POST http://crm.test/placed {"data":{"a":1},"tag":"x-s7"})",
                                        R"(POST http://crm.test/nested {"a":1})"));
}

TEST_F(SandboxA, UpdatesSendTheDifferenceAndTheRevision) {
  use("sandbox-a");
  http.script({json(207, R"({"results":[{"status":200,"record":{"id":"c-1","etag":"e2","properties":{"city":"Bonn"}}},)"
                         R"({"status":412,"error":{"message":"the record has another etag now"}},)"
                         R"({"status":404,"error":{"message":"there is no such record"}}]})")});

  const auto results = run(
      connector->update("contacts",
                        std::vector<UpdateOrder>{update("c-1", "\"7-3f\"", R"({"city":"Köln","zip":"1","phone":"0"})",
                                                        R"({"city":"Bonn","zip":"1","phone":null})"),
                                                 update("c-2", "e5", R"({"zip":1})", R"({"zip":2})"),
                                                 update("c-3", "e6", R"({"zip":1})", R"({"zip":3})")},
                        SendBy::max()));

  EXPECT_THAT(http.lines(), ElementsAre(R"(POST http://crm.test/contacts/batch/update {"inputs":[)"
                                        R"({"id":"c-1","etag":"\"7-3f\"","properties":{"city":"Bonn","phone":null}},)"
                                        R"({"id":"c-2","etag":"e5","properties":{"zip":2}},)"
                                        R"({"id":"c-3","etag":"e6","properties":{"zip":3}}]})"));
  EXPECT_THAT(show(results), ElementsAre(R"(c-1 {"city":"Bonn"} e2)",
                                         "conflict: crm: update contacts: the record has another etag now (status 412)",
                                         "not_found: crm: update contacts: there is no such record (status 404)"));
}

TEST_F(SandboxA, AnUpdateWithoutADifferenceIsNotSent) {
  use("sandbox-a");

  const auto results = run(connector->update(
      "contacts", std::vector<UpdateOrder>{update("c-1", "e1", R"({"a":1})", R"({"a":1})")}, SendBy::max()));

  EXPECT_THAT(show(results), ElementsAre("c-1 - "));
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(SandboxA, AnUpdateWithoutARevisionIsRefusedForItCouldOverwrite) {
  use("sandbox-a");

  const auto results = run(connector->update(
      "contacts", std::vector<UpdateOrder>{update("c-1", "", R"({"a":1})", R"({"a":2})")}, SendBy::max()));

  EXPECT_THAT(show(results.at(0)),
              StartsWith("rejected: crm: update contacts: the record was read without a revision"));
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(SandboxA, ARefusedBatchIsHalvedUntilTheCulpritIsAlone) {
  use("sandbox-a");
  http.answer = [](const HttpRequest& request) {
    if (request.body.find("bad") != std::string::npos) return json(400, R"({"error":"malformed"})");
    Native::Array results;
    const Native body = parse_json(request.body);
    for (const Native& input : body.member("inputs")->array()) {
      Native record(Native::Object{{"id", *input.member("properties")->member("n")}, {"properties", Native::Object{}}});
      results.push_back(Native::Object{{"status", Native::integer(201)}, {"record", record}});
    }
    return json(207, print_json(Native::Object{{"results", results}}));
  };
  const std::vector<CreateOrder> orders = {create(R"({"n":"1"})"), create(R"({"n":"2"})"), create(R"({"n":"bad"})"),
                                           create(R"({"n":"4"})")};

  const auto results = run(connector->create("contacts", orders, SendBy::max()));

  EXPECT_THAT(show(results),
              ElementsAre("1 {} ", "2 {} ", "rejected: crm: create contacts: malformed (status 400)", "4 {} "));
  EXPECT_THAT(http.sent, SizeIs(5));
}

struct UnclearAnswer {
  const char* what;
  HttpResponse response;
};
void PrintTo(const UnclearAnswer& unclear, std::ostream* out) {
  *out << unclear.what;
}

class UnclearBatch : public RestTest, public testing::WithParamInterface<UnclearAnswer> {};

TEST_P(UnclearBatch, LeavesEveryItemInDoubt) {
  use("sandbox-a");
  http.script({GetParam().response});

  const auto results = run(connector->create("contacts", std::vector<CreateOrder>(2, create("{}")), SendBy::max()));

  EXPECT_EQ("in_doubt", kind(results.at(0))) << show(results.at(0));
  EXPECT_EQ("in_doubt", kind(results.at(1)));
  EXPECT_THAT(http.sent, SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(Table, UnclearBatch,
                         testing::Values(UnclearAnswer{"no results", json(207, "{}")},
                                         UnclearAnswer{"too few results", json(207, R"({"results":[{"status":201}]})")},
                                         UnclearAnswer{"results without status", json(207, R"({"results":[{},{}]})")},
                                         UnclearAnswer{"results without records",
                                                       json(207, R"({"results":[{"status":201},{"status":201}]})")},
                                         UnclearAnswer{
                                             "records without id",
                                             json(207, R"({"results":[{"status":201,"record":{"properties":{}}},)"
                                                       R"({"status":201,"record":{"properties":{}}}]})")},
                                         UnclearAnswer{"no JSON", json(207, "<")},
                                         UnclearAnswer{"a web page", {200, {{"Content-Type", "text/html"}}, "<p>"}},
                                         UnclearAnswer{"a gateway's error", json(502, "")}));

TEST_F(SandboxA, DeletesWithThePrecondition) {
  use("sandbox-a");
  http.script({{204, {}, ""}, json(412, R"({"error":"etag_mismatch"})")});

  const auto first = run(connector->remove("contacts", std::vector<DeleteOrder>{{"c-1", "\"7-3f\""}}, SendBy::max()));
  const auto second = run(connector->remove("contacts", std::vector<DeleteOrder>{{"c-2", "e2"}}, SendBy::max()));

  EXPECT_THAT(http.lines(), ElementsAre("DELETE http://crm.test/contacts/c-1", "DELETE http://crm.test/contacts/c-2"));
  const std::string* if_match = find_header(http.sent.at(0).headers, "If-Match");
  ASSERT_NE(nullptr, if_match);
  EXPECT_EQ("\"7-3f\"", *if_match);
  EXPECT_THAT(show(first), ElementsAre("c-1 - "));
  EXPECT_THAT(show(second), ElementsAre("conflict: crm: delete contacts: etag_mismatch (status 412)"));
}

TEST_F(SandboxB, TakesTheNewIdFromTheLocation) {
  use("sandbox-b");
  http.script({json(201, R"({"id":17})", {{"Location", "/b/persons/17"}})});

  const auto results = run(connector->create(
      "persons", std::vector<CreateOrder>{create(R"({"full_name":"Anna Berg","contact":{"email":"a@x.example"}})")},
      SendBy::max()));

  EXPECT_THAT(http.lines(), ElementsAre(R"(POST http://crm.test/persons )"
                                        R"({"full_name":"Anna Berg","contact":{"email":"a@x.example"}})"));
  EXPECT_THAT(show(results), ElementsAre("17 - "));
}

TEST_F(SandboxB, ACreateThatTellsNoIdIsInDoubt) {
  use("sandbox-b");
  http.script({json(201, R"({"id":17})")});

  EXPECT_EQ("in_doubt",
            kind(run(connector->create("persons", std::vector<CreateOrder>{create("{}")}, SendBy::max())).at(0)));
}

TEST_F(SandboxB, UpdatesNestedMembersAsAMerge) {
  use("sandbox-b");
  http.script({{204, {}, ""}});

  const auto results = run(connector->update(
      "persons",
      std::vector<UpdateOrder>{
          update("17", "", R"({"id":17,"full_name":"A","contact":{"email":"a@x.example","phone":"1"},"remark":"r"})",
                 R"({"id":17,"full_name":"A",)"
                 R"("contact":{"email":"b@x.example","phone":"1"},"remark":null,"newsletter":null})")},
      SendBy::max()));

  EXPECT_THAT(http.lines(),
              ElementsAre(R"(PATCH http://crm.test/persons/17 {"contact":{"email":"b@x.example"},"remark":null})"));
  EXPECT_THAT(show(results), ElementsAre("17 - "));
}

TEST_F(SandboxB, EachOrderHasItsOwnResult) {
  use("sandbox-b");
  http.answer = [](const HttpRequest& request) {
    if (request.url.ends_with("/2")) return json(400, R"({"message":"is no date","field":"birthday"})");
    if (request.url.ends_with("/3")) throw HttpError("connection reset", true);
    if (request.url.ends_with("/4")) throw HttpError("connection refused", false);
    return HttpResponse{204, {}, ""};
  };
  std::vector<UpdateOrder> orders;
  for (const char* id : {"1", "2", "3", "4"}) orders.push_back(update(id, "", R"({"a":1})", R"({"a":2})"));

  const auto results = run(connector->update("persons", orders, SendBy::max()));

  EXPECT_THAT(show(results), ElementsAre("1 - ", "rejected: crm: update persons: is no date (status 400)",
                                         "in_doubt: crm: update persons: connection reset",
                                         "system_down: crm: update persons: connection refused"));
}

TEST_F(RestTest, AFullUpdateSendsEverythingAndWhatElseTheBodyHolds) {
  use_text(R"(
connector: 1
id: full
title: Full updates
http: {base_url: "http://crm.test"}
records: {revision_header: ETag, fields: data}
objects:
  things:
    read: {request: "GET /things/${id}"}
    update:
      request: PUT /things/${id}
      headers: {If-Match: "${revision}"}
      body: {data: {"+": "${fields}", source: counterpart}, note: "${settings.note}", flag: null}
      style: full
      precondition: revision
      returns: record
settings:
  note: {doc: a note}
)");
  http.script({json(200, R"({"id":"5","data":{"a":2,"b":1}})", {{"ETag", "v2"}})});

  const auto results = run(connector->update(
      "things", std::vector<UpdateOrder>{update("5", "v1", R"({"a":1,"b":1})", R"({"a":2,"b":1})")}, SendBy::max()));

  EXPECT_THAT(http.lines(), ElementsAre(R"(PUT http://crm.test/things/5 )"
                                        R"({"data":{"a":2,"b":1,"source":"counterpart"},"flag":null})"));
  EXPECT_EQ("v1", *find_header(http.sent.at(0).headers, "If-Match"));
  EXPECT_THAT(show(results), ElementsAre(R"(5 {"a":2,"b":1} v2)"));
}

TEST_F(RestTest, ResultsMatchedByIdMayComeInAnyOrder) {
  use_text(R"(
connector: 1
id: by-id
title: Results by id
http: {base_url: "http://crm.test"}
records: {id: key, fields: data}
objects:
  things:
    read: {request: "GET /things/${id}"}
    update:
      precondition: none
      returns: none
      batch: {request: PATCH /things, body: "${items}", item: {key: "${id}", data: "${changed}"}, limit: 10,
              results: ".", match: id, id: key, status: code}
)");
  http.script({json(207, R"([{"key":"2","code":200},{"key":"1","code":412}])")});
  const std::vector<UpdateOrder> orders = {update("1", "", R"({"a":1})", R"({"a":2})"),
                                           update("2", "", R"({"a":1})", R"({"a":3})"),
                                           update("3", "", R"({"a":1})", R"({"a":4})")};

  const auto results = run(connector->update("things", orders, SendBy::max()));

  EXPECT_THAT(http.lines(),
              ElementsAre(R"(PATCH http://crm.test/things )"
                          R"([{"key":"1","data":{"a":2}},{"key":"2","data":{"a":3}},{"key":"3","data":{"a":4}}])"));
  EXPECT_THAT(show(results), ElementsAre("conflict: crm: update things: refused (status 412)", "2 - ",
                                         "in_doubt: crm: update things: the answer holds no result for this record"));
}

struct Edit {
  const char* before;
  const char* after;
  const char* merged;
  const char* whole;
};
void PrintTo(const Edit& edit, std::ostream* out) {
  *out << edit.before << " to " << edit.after;
}

class Difference : public testing::TestWithParam<Edit> {};

TEST_P(Difference, HoldsWhatDiffersOnly) {
  const Native before = parse_json(GetParam().before);
  const Native after = parse_json(GetParam().after);

  EXPECT_EQ(GetParam().merged, print_json(difference(before, after, true, true)));
  EXPECT_EQ(GetParam().whole, print_json(difference(before, after, false, false)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Difference,
    testing::Values(Edit{R"({"a":1,"b":2})", R"({"a":1,"b":2})", "{}", "{}"},
                    Edit{R"({"a":1,"b":2})", R"({"b":3,"a":1})", R"({"b":3})", R"({"b":3})"},
                    Edit{R"({"a":1})", R"({"a":null})", R"({"a":null})", R"({"a":null})"},
                    Edit{R"({"a":1})", "{}", R"({"a":null})", R"({"a":null})"}, Edit{R"({"a":null})", "{}", "{}", "{}"},
                    Edit{"{}", R"({"a":null})", "{}", R"({"a":null})"},
                    Edit{"{}", R"({"a":{"b":1}})", R"({"a":{"b":1}})", R"({"a":{"b":1}})"},
                    Edit{R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})", R"({"a":{"c":3}})",
                         R"({"a":{"b":1,"c":3}})"},
                    Edit{R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1}})", R"({"a":{"c":null}})", R"({"a":{"b":1}})"},
                    Edit{R"({"a":[1,2]})", R"({"a":[2]})", R"({"a":[2]})", R"({"a":[2]})"},
                    Edit{R"({"a":[{"id":1,"b":2},{"id":2}],"c":1})", R"({"a":[{"id":1,"b":3},{"id":2}],"c":1})",
                         R"({"a":[{"id":1,"b":3},{"id":2}]})", R"({"a":[{"id":1,"b":3},{"id":2}]})"},
                    Edit{R"({"a":{"b":[{"id":1},{"id":2}],"c":1}})", R"({"a":{"b":[{"id":2},{"c":null}],"c":1}})",
                         R"({"a":{"b":[{"id":2},{"c":null}]}})", R"({"a":{"b":[{"id":2},{"c":null}],"c":1}})"},
                    Edit{R"({"a":[{"id":1}]})", R"({"a":[]})", R"({"a":[]})", R"({"a":[]})"},
                    Edit{R"({"a":{"b":1}})", R"({"a":null})", R"({"a":null})", R"({"a":null})"}));

}  // namespace
}  // namespace counterpart::rest
