// Habits of systems that the shipped definitions do not have: forms, versions in Accept, the new id in Location alone,
// ETags, and further kinds of pages.

#include "connectors/rest/form.h"
#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;

const char* const kForms = R"(
connector: 1
id: forms
title: Forms and ETags
settings:
  url: {doc: address, required: true}
  token: {doc: password, secret: true}
auth: {basic: {user: hub, password: "${secret.token}"}}
http:
  base_url: ${settings.url}
  headers: {Accept: application/vnd.forms.v2+json, Content-Type: application/x-www-form-urlencoded}
records: {id: uuid, revision_header: ETag, modified: changed}
objects:
  people:
    read: {request: "GET /people/${id}"}
    create: {request: POST /people, returns: id, id_header: Location}
    update:
      request: POST /people/${id}
      headers: {If-Match: "${revision}"}
      precondition: revision
      returns: none
    remove: {request: "DELETE /people/${id}", headers: {accept: "*/*"}}
)";

Record read_person(Connector& connector, ScriptedClient& http) {
  http.script(
      {json(200, R"({"uuid":"5f3e","changed":"2026-11-20T11:00:00+01:00","name":"Anna"})", {{"ETag", "W/\"7\""}})});
  return std::get<Record>(run(connector.read("people", {"5f3e"})).at(0));
}

TEST_F(RestTest, AHeaderOfTheDefinitionReplacesOurs) {
  use_text(kForms);
  const Record record = read_person(*connector, http);

  EXPECT_EQ("W/\"7\"", record.revision);
  std::vector<std::string> accepted;
  for (const auto& [name, value] : http.sent.at(0).headers)
    if (name == "Accept") accepted.push_back(value);
  EXPECT_THAT(accepted, ElementsAre("application/vnd.forms.v2+json"));
}

TEST_F(RestTest, AHeaderOfOneRequestReplacesThatOfAllInAnyCase) {
  use_text(kForms);
  http.script({{204, {}, ""}});
  run(connector->remove("people", {DeleteOrder{"5f3e", ""}}, SendBy::max()));

  const HttpHeaders& headers = http.sent.at(0).headers;
  EXPECT_EQ(nullptr, find_header({headers.begin(), headers.end() - 1}, "Accept"));
  EXPECT_EQ("*/*", headers.back().second);
}

TEST_F(RestTest, BodiesAreFormsWhereTheContentTypeSaysSo) {
  use_text(kForms);
  const Record record = read_person(*connector, http);
  http.script({{204, {}, ""}});
  const UpdateOrder order{"5f3e", record.revision, record.fields, parse_json(R"({"uuid":"5f3e","name":"Anna & Eva"})")};

  const auto results = run(connector->update("people", {order}, SendBy::max()));

  EXPECT_THAT(show(results), ElementsAre("5f3e - "));
  EXPECT_EQ("name=Anna%20%26%20Eva&changed=", http.sent.back().body);
  const std::string* condition = find_header(http.sent.back().headers, "If-Match");
  ASSERT_NE(nullptr, condition);
  EXPECT_EQ("W/\"7\"", *condition);
}

TEST_F(RestTest, ANewIdInTheLocationNeedsNoBody) {
  use_text(kForms);
  http.script({{201, {{"Location", "http://crm.test/people/0b7c-11?x=1"}}, ""}});

  const auto results =
      run(connector->create("people", {CreateOrder{parse_json(R"({"name":"Eva"})"), ""}}, SendBy::max()));

  EXPECT_THAT(show(results), ElementsAre("0b7c-11 - "));
}

TEST_F(RestTest, AFilterThatHoldsTheTimeIsLeftOutWithoutOne) {
  use_text(R"(
connector: 1
id: filters
title: Filters
http: {base_url: "http://crm.test"}
records: {}
objects:
  t:
    read: {request: "GET /t/${id}"}
    changes:
      request: GET /t
      query: {filter: "${'edited ge ' ~ since if since else none}"}
      select: list
)");
  http.answer = [](const HttpRequest&) { return json(200, R"({"list":[]})"); };
  run(connector->changed("t", std::nullopt, ""));
  run(connector->changed("t", Instant(std::chrono::seconds(1795168800)), ""));

  EXPECT_THAT(http.lines(), ElementsAre("GET http://crm.test/t",
                                        "GET http://crm.test/t?filter=edited%20ge%202026-11-20T10%3A00%3A00Z"));
}

TEST(Form, WritesNestedMembersAndElements) {
  EXPECT_EQ("a%5Bb%5D%5Bc%5D=1&l%5B0%5D=x&l%5B1%5D%5By%5D=%C3%A4&n=&t=true",
            print_form(parse_json(R"({"a":{"b":{"c":1}},"l":["x",{"y":"ä"}],"n":null,"t":true})")));
  EXPECT_THROW(print_form(parse_json("[1]")), EvaluationError);
}

TEST_F(RestTest, FieldsThatAreNotDescribedAreNoFailure) {
  use_text(kForms);

  const auto described = run(connector->describe("people"));

  EXPECT_EQ("", failure(described));
  EXPECT_TRUE(std::get<ObjectDescription>(described).fields.empty());
  EXPECT_TRUE(http.sent.empty());
}

/// A listing with that `page`, read to its end.
struct Paged {
  const char* page;
  std::vector<std::string> answers;
  std::vector<std::string> asked;  ///< after http://crm.test
};
void PrintTo(const Paged& paged, std::ostream* out) {
  *out << paged.page;
}

class Pages : public RestTest, public testing::WithParamInterface<Paged> {};

TEST_P(Pages, AreFollowedToTheEnd) {
  use_text(std::string(R"(
connector: 1
id: pages
title: Pages
http: {base_url: "http://crm.test"}
records: {}
objects:
  t:
    read: {request: "GET /t/${id}"}
    changes: {request: GET /t, query: {after: "${cursor}"}, select: list, page: )") +
           GetParam().page + "}\n");
  std::vector<HttpResponse> answers;
  for (const std::string& answer : GetParam().answers) answers.push_back(json(200, answer));
  http.script(std::move(answers));

  std::string next;
  std::vector<std::string> ids;
  do {
    const ChangesResult result = run(connector->changed("t", std::nullopt, next));
    ASSERT_EQ("", failure(result));
    const auto& page = std::get<ChangesPage>(result);
    for (const Record& record : page.records) ids.push_back(record.id);
    next = page.next.value_or("");
  } while (!next.empty());

  std::vector<std::string> asked;
  for (const HttpRequest& request : http.sent)
    asked.push_back(request.url.substr(std::string("http://crm.test").size()));
  EXPECT_EQ(asked, GetParam().asked);
  EXPECT_THAT(ids, ElementsAre("1", "2", "3"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Pages,
    testing::Values(Paged{"{type: last_id}",
                          {R"({"list":[{"id":1},{"id":2}]})", R"({"list":[{"id":3}]})", R"({"list":[]})"},
                          {"/t", "/t?after=2", "/t?after=3"}},
                    Paged{
                        "{type: last_id, more: has_more}",
                        {R"({"list":[{"id":1},{"id":2}],"has_more":true})", R"({"list":[{"id":3}],"has_more":false})"},
                        {"/t", "/t?after=2"}},
                    Paged{"{type: cursor, next: next, more: has_more}",  // a cursor is given with the last page too
                          {R"({"list":[{"id":1},{"id":2}],"has_more":true,"next":"a"})",
                           R"({"list":[{"id":3}],"has_more":false,"next":"a"})"},
                          {"/t", "/t?after=a"}},
                    Paged{"{type: link, next: links.next}",
                          {R"({"list":[{"id":1},{"id":2}],"links":{"next":"http://crm.test/t?p=2"}})",
                           R"({"list":[{"id":3}],"links":{"next":null}})"},
                          {"/t", "/t?p=2"}}));

TEST_F(RestTest, ALinkInTheAnswerLeadsNowhereElse) {
  use_text(R"(
connector: 1
id: pages
title: Pages
http: {base_url: "http://crm.test"}
records: {}
objects:
  t:
    read: {request: "GET /t/${id}"}
    changes: {request: GET /t, select: list, page: {type: link, next: next}}
)");
  for (const char* link : {"http://evil.test/t", "//evil.test/t", "http://crm.test/t"}) {
    http.script({json(200, std::string(R"({"list":[],"next":")") + link + "\"}")});
    EXPECT_EQ("system_down", kind(run(connector->changed("t", std::nullopt, "")))) << link;
  }
}

}  // namespace
}  // namespace counterpart::rest
