#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

using namespace std::chrono_literals;

class CrmBTest : public SandboxTest {
 protected:
  Answer hub(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(*crm_, kHub, method, target, body);
  }
  Answer person(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(*crm_, kPerson, method, target, body);
  }

  std::unique_ptr<SandboxCrm> crm_ = make_crm_b(settings("/b"), clock_, random_, hooks_);
};

TEST_F(CrmBTest, ACreateTellsOnlyTheId) {
  const Answer created = hub("POST", "/b/persons", R"({"full_name":"Ada King"})");

  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.header("Location"), "/b/persons/1");
  EXPECT_EQ(created.raw.body, R"({"id":1})");
}

TEST_F(CrmBTest, APersonIsNestedInBerlinTimeAndWithoutBlankFields) {
  person("POST", "/b/persons",
         R"({"full_name":"Ada King","contact":{"email":"ada@x.example","phone":""},"birthday":"31.12.1980",)"
         R"("newsletter":"ja","address":{"city":"Ulm","street":null}})");
  clock_.pass(24h * 200);
  hub("PATCH", "/b/persons/1", R"({"remark":"new"})");

  EXPECT_EQ(hub("GET", "/b/persons/1").raw.body,
            R"({"data":{"id":1,"full_name":"Ada King","contact":{"email":"ada@x.example"},"address":{"city":"Ulm"},)"
            R"("birthday":"31.12.1980","newsletter":"ja","remark":"new","created_at":"20.11.2026 11:00:00",)"
            R"("changed_at":"08.06.2027 12:00:00","created_by":"user-3","changed_by":"user-hub"}})");
}

TEST_F(CrmBTest, AnOrganisationSpellsNumbersInGerman) {
  hub("POST", "/b/organisations",
      R"({"company_name":"Acme","vat_number":"DE 123","staff":"42","turnover":"1.234,56","legal_form":"AG"})");

  EXPECT_THAT(hub("GET", "/b/organisations/1").raw.body,
              testing::HasSubstr(R"("vat_number":"DE 123","staff":"42","turnover":"1.234,56","legal_form":"AG")"));
}

TEST_F(CrmBTest, APatchMergesNestedAndNullClears) {
  hub("POST", "/b/persons",
      R"({"full_name":"A","contact":{"email":"a@x.example","phone":"1"},"address":{"city":"Ulm","street":"S"}})");

  const Answer patched =
      hub("PATCH", "/b/persons/1", R"({"contact":{"phone":"2","email":null},"address":null,"remark":"r"})");

  EXPECT_EQ(patched.status, 204);
  EXPECT_EQ(patched.raw.body, "");
  const Answer read = hub("GET", "/b/persons/1");
  EXPECT_EQ(read.at({"data", "contact"}), R"({"phone":"2"})");
  EXPECT_EQ(read.at({"data", "address"}), "(absent)");
  EXPECT_EQ(read.at({"data", "full_name"}), "A");
}

TEST_F(CrmBTest, APatchAnswersTheRecordToWhoPrefersThat) {
  hub("POST", "/b/persons", R"({"full_name":"A","remark":"old"})");

  const Answer patched =
      ask(*crm_, kHub, "PATCH", "/b/persons/1", R"({"remark":"new"})", {{"prefer", "return=representation"}});

  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.at({"data", "remark"}), "new");
  EXPECT_EQ(patched.raw.body, hub("GET", "/b/persons/1").raw.body);
}

TEST_F(CrmBTest, APatchOfTheSameValueStillMovesTheTimeOfChange) {
  person("POST", "/b/persons", R"({"full_name":"A"})");
  clock_.pass(7s);

  hub("PATCH", "/b/persons/1", R"({"full_name":"A"})");

  EXPECT_EQ(hub("GET", "/b/persons/1").at({"data", "changed_at"}), "20.11.2026 11:00:07");
  EXPECT_EQ(hub("GET", "/b/persons/1").at({"data", "changed_by"}), "user-hub");
}

TEST_F(CrmBTest, InvalidFieldsAreRefusedByName) {
  struct Case {
    const char* object;
    const char* body;
    const char* field;
  };
  const Case cases[] = {
      {"persons", R"({})", "full_name"},
      {"persons", R"({"full_name":""})", "full_name"},
      {"persons", R"({"full_name":"A","nickname":"B"})", "nickname"},
      {"persons", R"({"full_name":"A","contact":{"fax":"1"}})", "contact.fax"},
      {"persons", R"({"full_name":"A","contact":"a@x.example"})", "contact"},
      {"persons", R"({"full_name":"A","contact":{"email":"nobody"}})", "contact.email"},
      {"persons", R"({"full_name":"A","birthday":"1980-12-31"})", "birthday"},
      {"persons", R"({"full_name":"A","birthday":"29.02.2027"})", "birthday"},
      {"persons", R"({"full_name":"A","newsletter":true})", "newsletter"},
      {"persons", R"({"full_name":"A","newsletter":"yes"})", "newsletter"},
      {"persons", R"({"full_name":"A","id":7})", "id"},
      {"organisations", R"({"company_name":"A","staff":"1.000"})", "staff"},
      {"organisations", R"({"company_name":"A","turnover":"1,234.56"})", "turnover"},
      {"organisations", R"({"company_name":"A","turnover":"12.34,5"})", "turnover"},
      {"organisations", R"({"company_name":"A","turnover":"1,"})", "turnover"},
      {"organisations", R"({"company_name":"A","turnover":".123"})", "turnover"},
      {"organisations", R"({"company_name":"A","legal_form":"stock"})", "legal_form"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.body);
    const Answer answer = hub("POST", std::string("/b/") + each.object, each.body);
    EXPECT_EQ(answer.status, 400) << answer.raw.body;
    EXPECT_EQ(answer.at({"field"}), each.field) << answer.raw.body;
  }
}

TEST_F(CrmBTest, GermanNumbersOfManyFormsAreTaken) {
  for (const char* number : {"0", "-7", "1,5", "1234,56", "1.234", "12.345.678,9", "-1.000,00"}) {
    EXPECT_EQ(
        hub("POST", "/b/organisations", std::string(R"({"company_name":"A","turnover":")") + number + "\"}").status,
        201)
        << number;
  }
}

TEST_F(CrmBTest, WhatDoesNotExistOrIsNotAllowedIsSaid) {
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    int status;
  };
  const Case cases[] = {
      {"GET", "/b/persons/1", "", 404},
      {"GET", "/b/persons/x", "", 404},
      {"GET", "/b/contacts", "", 404},
      {"PATCH", "/b/persons/1", "{}", 404},
      {"DELETE", "/b/persons/1", "", 404},
      {"PUT", "/b/persons", "", 405},
      {"POST", "/b/persons", "[]", 400},
      {"POST", "/b/persons", "nonsense", 400},
      {"GET", "/b/persons?page=0", "", 400},
      {"GET", "/b/persons?per_page=101", "", 400},
      {"GET", "/b/persons?changed_after=2026-11-20", "", 400},
      {"GET", "/b/persons?sort=name", "", 400},
      {"GET", "/b/organisations?sort=changed", "", 400},
  };
  for (const Case& each : cases) {
    const Answer answer = hub(each.method, each.target, each.body);
    EXPECT_EQ(answer.status, each.status) << each.method << ' ' << each.target;
    EXPECT_NE(answer.at({"message"}), "(absent)");
  }
}

TEST_F(CrmBTest, OnlyKnownKeysGetIn) {
  EXPECT_EQ(ask(*crm_, nullptr, "GET", "/b/whoami").status, 401);
  EXPECT_EQ(ask(*crm_, "guess", "GET", "/b/whoami").status, 401);
  EXPECT_EQ(hub("GET", "/b/whoami").at({"user"}), "user-hub");
  EXPECT_EQ(person("GET", "/b/whoami").at({"user"}), "user-3");
}

TEST_F(CrmBTest, FieldsAreDescribed) {
  const Answer fields = hub("GET", "/b/fields/persons");

  EXPECT_EQ(fields.at({"fields", "0"}), R"({"name":"full_name","kind":"text","mandatory":true,"length":200})");
  EXPECT_EQ(fields.at({"fields", "1"}), R"({"name":"contact.email","kind":"email","mandatory":false,"length":200})");
}

TEST_F(CrmBTest, SearchComparesWithoutBlanksAndCaseAndFindsDuplicates) {
  hub("POST", "/b/organisations", R"({"company_name":"A","vat_number":"DE 123 456"})");
  hub("POST", "/b/organisations", R"({"company_name":"A","vat_number":"de123456"})");
  hub("POST", "/b/persons", R"({"full_name":"A","contact":{"email":"Ada+x@x.example"}})");

  EXPECT_EQ(hub("GET", "/b/organisations?vat_number=DE123%20456").at({"data", "1", "id"}), "2");
  EXPECT_EQ(hub("GET", "/b/persons?email=ada%2Bx%40X.example").at({"data", "0", "id"}), "1");
  EXPECT_EQ(hub("GET", "/b/persons?email=nobody").at({"data"}), "[]");
}

TEST_F(CrmBTest, WhatIsDeletedIsGoneEverywhere) {
  hub("POST", "/b/persons", R"({"full_name":"A","contact":{"email":"a@x.example"}})");

  EXPECT_EQ(hub("DELETE", "/b/persons/1").status, 204);

  EXPECT_EQ(hub("GET", "/b/persons/1").status, 404);
  EXPECT_EQ(hub("GET", "/b/persons").at({"data"}), "[]");
  EXPECT_EQ(hub("GET", "/b/persons?email=a@x.example").at({"data"}), "[]");
  EXPECT_EQ(hub("POST", "/b/persons", R"({"full_name":"A"})").at({"id"}), "2");
}

}  // namespace
}  // namespace counterpart::sandbox
