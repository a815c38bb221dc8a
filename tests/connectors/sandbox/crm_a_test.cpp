#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

using namespace std::chrono_literals;

class CrmATest : public SandboxTest {
 protected:
  Answer hub(const std::string& method, const std::string& target, const std::string& body = {},
             HttpHeaders headers = {}) {
    return ask(*crm_, kHub, method, target, body, std::move(headers));
  }
  Answer person(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(*crm_, kPerson, method, target, body);
  }

  std::unique_ptr<SandboxCrm> crm_ = make_crm_a(settings("/a"), clock_, random_, hooks_);
};

TEST_F(CrmATest, AContactIsAnsweredWithIdsTimesUsersAndAllItsProperties) {
  const Answer created =
      person("POST", "/a/contacts", R"({"properties":{"firstname":"Ada","email":"Ada@x.example","newsletter":true}})");

  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.header("Location"), "/a/contacts/c-1001");
  EXPECT_EQ(created.header("ETag"), created.at({"etag"}));
  const Answer read = hub("GET", "/a/contacts/c-1001");
  EXPECT_EQ(read.raw.body,
            R"({"id":"c-1001","etag":"\"1-3e9\"","created_at":"2026-11-20T10:00:00.123Z",)"
            R"("updated_at":"2026-11-20T10:00:00.123Z","created_by":"u-anna","updated_by":"u-anna",)"
            R"("properties":{"firstname":"Ada","lastname":null,"email":"Ada@x.example","phone":null,"street":null,)"
            R"("zip":null,"city":null,"country":null,"birthday":null,"newsletter":true,"notes":null,)"
            R"("company_id":null,"external_ref":null}})");
  EXPECT_EQ(read.header("ETag"), "\"1-3e9\"");
}

TEST_F(CrmATest, ACompanyHoldsNumbersOptionsAndDates) {
  const Answer created = hub("POST", "/a/companies",
                             R"({"properties":{"name":"Acme","employees":42,"revenue":1234.50,)"
                             R"("legal_form":"stock","founded":"1999-02-28"}})");

  EXPECT_EQ(created.at({"id"}), "k-1001");
  EXPECT_THAT(created.raw.body, testing::HasSubstr(R"("employees":42,"revenue":1234.5,"legal_form":"stock")"));
}

TEST_F(CrmATest, AnUpdateChangesWhatItNamesAndNothingElse) {
  person("POST", "/a/contacts", R"({"properties":{"firstname":"Ada","lastname":"L","newsletter":true}})");
  clock_.pass(5s);

  const Answer updated = hub("PATCH", "/a/contacts/c-1001", R"({"properties":{"lastname":"King","newsletter":null}})");

  EXPECT_EQ(updated.status, 200);
  EXPECT_EQ(updated.at({"properties", "firstname"}), "Ada");
  EXPECT_EQ(updated.at({"properties", "lastname"}), "King");
  EXPECT_EQ(updated.at({"properties", "newsletter"}), "(null)");
  EXPECT_EQ(updated.at({"created_by"}), "u-anna");
  EXPECT_EQ(updated.at({"updated_by"}), "u-hub");
  EXPECT_EQ(updated.at({"created_at"}), "2026-11-20T10:00:00.123Z");
  EXPECT_EQ(updated.at({"updated_at"}), "2026-11-20T10:00:05.123Z");
}

TEST_F(CrmATest, EveryWriteHasAnEtagOfItsOwn) {
  std::set<std::string> etags;
  for (int i = 0; i < 3; ++i) {
    etags.insert(hub("POST", "/a/contacts", R"({"properties":{}})").at({"etag"}));
    etags.insert(hub("PATCH", "/a/contacts/c-1001", R"({"properties":{"firstname":"same"}})").at({"etag"}));
  }

  EXPECT_EQ(etags.size(), 6U);
}

TEST_F(CrmATest, AStaleEtagIsRefusedAndNothingIsWritten) {
  const std::string first = hub("POST", "/a/contacts", R"({"properties":{"city":"Ulm"}})").at({"etag"});
  const std::string second = person("PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})").at({"etag"});

  const std::string body = R"({"properties":{"city":"Kiel"}})";
  EXPECT_EQ(hub("PATCH", "/a/contacts/c-1001", body, {{"If-Match", first}}).status, 412);
  EXPECT_EQ(hub("DELETE", "/a/contacts/c-1001", {}, {{"If-Match", first}}).status, 412);
  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").at({"properties", "city"}), "Bonn");
  EXPECT_EQ(hub("PATCH", "/a/contacts/c-1001", body, {{"If-Match", second}}).status, 200);
  EXPECT_EQ(hub("PATCH", "/a/contacts/c-1001", body, {{"If-Match", "*"}}).status, 200);
}

TEST_F(CrmATest, TextsAreStoredWithoutBlanksAroundThemAndEmptyOnesAreNull) {
  const Answer created =
      hub("POST", "/a/contacts", R"({"properties":{"firstname":" \tAda  B ","lastname":"   ","city":""}})");

  EXPECT_EQ(created.at({"properties", "firstname"}), "Ada  B");
  EXPECT_EQ(created.at({"properties", "lastname"}), "(null)");
  EXPECT_EQ(created.at({"properties", "city"}), "(null)");
}

TEST_F(CrmATest, InvalidPropertiesAreRefusedByName) {
  struct Case {
    const char* object;
    std::string properties;
    const char* field;
  };
  const std::string long_text(201, 'x');
  const Case cases[] = {
      {"contacts", R"({"shoe_size":"42"})", "shoe_size"},
      {"contacts", R"({"email":"nobody"})", "email"},
      {"contacts", R"({"birthday":"31.12.1980"})", "birthday"},
      {"contacts", R"({"birthday":"1980-02-30"})", "birthday"},
      {"contacts", R"({"birthday":"1980-02-03T00:00:00Z"})", "birthday"},
      {"contacts", R"({"newsletter":"yes"})", "newsletter"},
      {"contacts", R"({"firstname":7})", "firstname"},
      {"contacts", R"({"firstname":{"first":"A"}})", "firstname"},
      {"contacts", R"({"notes":")" + long_text + "\"}", "notes"},
      {"companies", R"({"legal_form":"GmbH"})", "legal_form"},
      {"companies", R"({"employees":1.5})", "employees"},
      {"companies", R"({"employees":"12"})", "employees"},
      {"companies", R"({"revenue":"12"})", "revenue"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.properties);
    const Answer answer = hub("POST", std::string("/a/") + each.object, R"({"properties":)" + each.properties + "}");
    EXPECT_EQ(answer.status, 422) << answer.raw.body;
    EXPECT_EQ(answer.at({"error"}), "invalid");
    EXPECT_EQ(answer.at({"field"}), each.field);
  }
  EXPECT_EQ(hub("GET", "/a/contacts").at({"results"}), "[]");
}

TEST_F(CrmATest, LengthIsCountedInCharacters) {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";

  EXPECT_EQ(hub("POST", "/a/contacts", R"({"properties":{"notes":")" + umlauts + "\"}}").status, 201);
  EXPECT_EQ(hub("POST", "/a/contacts", R"({"properties":{"notes":")" + umlauts + "ü\"}}").status, 422);
}

TEST_F(CrmATest, WhatDoesNotExistOrIsNotAllowedIsSaid) {
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    int status;
    const char* error;
  };
  const Case cases[] = {
      {"GET", "/a/contacts/c-1", "", 404, "not_found"},
      {"GET", "/a/contacts/k-1001", "", 404, "not_found"},
      {"GET", "/a/contacts/17", "", 404, "not_found"},
      {"GET", "/a/invoices", "", 404, "not_found"},
      {"GET", "/b/persons", "", 404, "not_found"},
      {"GET", "/ab", "", 404, "not_found"},
      {"PUT", "/a/contacts", "", 405, "method_not_allowed"},
      {"POST", "/a/contacts", "{", 400, "malformed"},
      {"POST", "/a/contacts", "{}", 422, "invalid"},
      {"POST", "/a/contacts", R"({"properties":[]})", 422, "invalid"},
      {"PATCH", "/a/contacts/c-1", R"({"properties":{}})", 404, "not_found"},
      {"DELETE", "/a/contacts/c-1", "", 404, "not_found"},
      {"GET", "/a/contacts?limit=0", "", 422, "invalid"},
      {"GET", "/a/contacts?limit=101", "", 422, "invalid"},
      {"GET", "/a/contacts?after=x", "", 422, "invalid"},
      {"GET", "/a/contacts?modified_since=yesterday", "", 422, "invalid"},
      {"GET", "/a/contacts?limit=%zz", "", 400, "malformed"},
      {"POST", "/a/contacts/search", R"({"property":"firstname","values":["A"]})", 422, "invalid"},
  };
  for (const Case& each : cases) {
    const Answer answer = hub(each.method, each.target, each.body);
    EXPECT_EQ(answer.status, each.status) << each.method << ' ' << each.target << answer.raw.body;
    EXPECT_EQ(answer.at({"error"}), each.error) << each.method << ' ' << each.target;
  }
}

TEST_F(CrmATest, OnlyKnownTokensGetIn) {
  EXPECT_EQ(ask(*crm_, nullptr, "GET", "/a/me").status, 401);
  EXPECT_EQ(ask(*crm_, "", "GET", "/a/me").status, 401);
  EXPECT_EQ(ask(*crm_, "guess", "GET", "/a/me").at({"error"}), "unauthorized");
  EXPECT_EQ(hub("GET", "/a/me").at({"id"}), "u-hub");
  EXPECT_EQ(person("GET", "/a/me").at({"id"}), "u-anna");
}

TEST_F(CrmATest, TheSchemaNamesFieldsTypesAndOptions) {
  const Answer schema = hub("GET", "/a/schema/companies");

  EXPECT_EQ(schema.at({"fields", "10"}), R"({"name":"legal_form","type":"option","required":false,"read_only":false,)"
                                         R"("options":["limited","stock","partnership"]})");
  EXPECT_EQ(hub("GET", "/a/schema/contacts").at({"fields", "8", "type"}), "date");
  EXPECT_EQ(hub("GET", "/a/schema/contacts").at({"fields", "2", "max_length"}), "200");
}

TEST_F(CrmATest, ABatchReadTellsWhatIsMissing) {
  hub("POST", "/a/contacts", R"({"properties":{"city":"Ulm"}})");
  hub("POST", "/a/contacts", R"({"properties":{"city":"Bonn"}})");

  const Answer read = hub("POST", "/a/contacts/batch/read", R"({"ids":["c-1002","c-9","nonsense","c-1001"]})");

  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.at({"results", "0", "properties", "city"}), "Bonn");
  EXPECT_EQ(read.at({"results", "1", "properties", "city"}), "Ulm");
  EXPECT_EQ(read.at({"missing"}), R"(["c-9","nonsense"])");
}

TEST_F(CrmATest, ABatchCreateAnswersEachInputByItself) {
  const Answer created = hub("POST", "/a/contacts/batch/create",
                             R"({"inputs":[{"properties":{"email":"a@x.example"}},{"properties":{"email":"bad"}},)"
                             R"({},{"properties":{"email":"c@x.example"}}]})");

  EXPECT_EQ(created.status, 207);
  EXPECT_EQ(created.at({"results", "0", "status"}), "201");
  EXPECT_EQ(created.at({"results", "0", "record", "properties", "email"}), "a@x.example");
  EXPECT_EQ(created.at({"results", "1", "status"}), "422");
  EXPECT_EQ(created.at({"results", "1", "error", "field"}), "email");
  EXPECT_EQ(created.at({"results", "2", "status"}), "422");
  EXPECT_EQ(created.at({"results", "3", "record", "id"}), "c-1002");
}

TEST_F(CrmATest, ABatchUpdateChecksEachPrecondition) {
  const std::string etag = hub("POST", "/a/contacts", R"({"properties":{"city":"Ulm"}})").at({"etag"});
  hub("POST", "/a/contacts", R"({"properties":{}})");
  const std::string quoted = print_json(Native(etag));

  const Answer updated = hub("POST", "/a/contacts/batch/update",
                             R"({"inputs":[{"id":"c-1001","etag":)" + quoted + R"(,"properties":{"city":"Bonn"}},)" +
                                 R"({"id":"c-1001","etag":)" + quoted + R"(,"properties":{"city":"Kiel"}},)" +
                                 R"({"id":"c-7","properties":{}},{"id":"c-1002","properties":{"email":"bad"}},)" +
                                 R"({"id":"c-1002","etag":null,"properties":{"city":"Jena"}}]})");

  EXPECT_EQ(updated.status, 207);
  EXPECT_EQ(updated.at({"results", "0", "status"}), "200");
  EXPECT_EQ(updated.at({"results", "1", "status"}), "412");
  EXPECT_EQ(updated.at({"results", "2", "status"}), "404");
  EXPECT_EQ(updated.at({"results", "3", "status"}), "422");
  EXPECT_EQ(updated.at({"results", "4", "record", "properties", "city"}), "Jena");
  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").at({"properties", "city"}), "Bonn");
}

TEST_F(CrmATest, BatchesAreLimited) {
  std::string ids;
  for (int i = 0; i < 101; ++i) ids += R"("c-1",)";
  ids.pop_back();

  EXPECT_EQ(hub("POST", "/a/contacts/batch/read", R"({"ids":[)" + ids + "]}").status, 422);
  EXPECT_EQ(hub("POST", "/a/contacts/batch/create", R"({"inputs":[)" + ids + "]}").status, 422);
  EXPECT_EQ(hub("POST", "/a/contacts/search", R"({"property":"email","values":[)" + ids + "]}").status, 422);
}

TEST_F(CrmATest, SearchFindsByEveryValueWithoutCase) {
  hub("POST", "/a/contacts", R"({"properties":{"email":"Ada@X.example","external_ref":"r1"}})");
  hub("POST", "/a/contacts", R"({"properties":{"email":"bob@x.example"}})");
  hub("POST", "/a/contacts", R"({"properties":{"email":"ada@x.EXAMPLE"}})");
  hub("POST", "/a/companies", R"({"properties":{"vat_id":"DE123","domain":"x.example"}})");

  const auto found = [&](const char* object, const char* body) {
    std::string ids;
    const Answer answer = hub("POST", std::string("/a/") + object + "/search", body);
    for (const Native& record : answer.body.member("results")->array()) {
      ids += record.member("id")->text() + ' ';
    }
    return ids;
  };
  EXPECT_EQ(found("contacts", R"({"property":"email","values":["ADA@x.example","nobody@x.example"]})"),
            "c-1001 c-1003 ");
  EXPECT_EQ(found("contacts", R"({"property":"email","values":["bob@x.example","ada@x.example","bob@x.example"]})"),
            "c-1001 c-1002 c-1003 ");
  EXPECT_EQ(found("contacts", R"({"property":"external_ref","values":["R1"]})"), "c-1001 ");
  EXPECT_EQ(found("companies", R"({"property":"vat_id","values":["de123"]})"), "k-1001 ");
  EXPECT_EQ(found("companies", R"({"property":"domain","values":["X.example"]})"), "k-1001 ");
}

TEST_F(CrmATest, WhatIsDeletedIsGoneEverywhere) {
  hub("POST", "/a/contacts", R"({"properties":{"email":"ada@x.example"}})");

  EXPECT_EQ(hub("DELETE", "/a/contacts/c-1001").status, 204);

  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").status, 404);
  EXPECT_EQ(hub("GET", "/a/contacts").at({"results"}), "[]");
  EXPECT_EQ(hub("POST", "/a/contacts/search", R"({"property":"email","values":["ada@x.example"]})").at({"results"}),
            "[]");
  EXPECT_EQ(hub("POST", "/a/contacts", R"({"properties":{}})").at({"id"}), "c-1002");
}

TEST_F(CrmATest, RecordsAreLimited) {
  SandboxSettings two = settings("/a");
  two.records_max = 2;
  const auto crm = make_crm_a(two, clock_, random_, hooks_);
  ask(*crm, kHub, "POST", "/a/contacts", R"({"properties":{}})");
  ask(*crm, kHub, "POST", "/a/companies", R"({"properties":{}})");

  EXPECT_EQ(ask(*crm, kHub, "POST", "/a/contacts", R"({"properties":{}})").status, 507);
  EXPECT_EQ(ask(*crm, kHub, "PATCH", "/a/contacts/c-1001", R"({"properties":{}})").status, 200);
}

}  // namespace
}  // namespace counterpart::sandbox
