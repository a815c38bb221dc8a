#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

class SchemaEditTest : public SandboxTest {
 protected:
  Answer hub(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(*crm_, kHub, method, target, body);
  }
  int edit(const std::string& body, const std::string& object = "contacts") {
    return ask(*crm_, nullptr, "POST", "/a/control/schema/" + object, body).status;
  }
  int patch(const std::string& properties) {
    return hub("PATCH", "/a/contacts/c-1001", R"({"properties":)" + properties + "}").status;
  }
  std::size_t fields() { return hub("GET", "/a/schema/contacts").body.member("fields")->array().size(); }

  std::unique_ptr<SandboxCrm> crm_ = make_crm_a(settings("/a"), clock_, random_, hooks_);
};

TEST_F(SchemaEditTest, AFieldThatIsAddedIsDescribedAsCustomAndCanBeWrittenInRecordsThatWereThere) {
  hub("POST", "/a/contacts", R"({"properties":{"city":"Ulm"}})");
  const std::size_t before = fields();
  EXPECT_EQ(patch(R"({"grade":"A"})"), 422);

  EXPECT_EQ(edit(R"({"add_field":{"name":"grade","type":"option","options":["A","B"]}})"), 204);

  EXPECT_EQ(fields(), before + 1);
  EXPECT_EQ(hub("GET", "/a/schema/contacts").at({"fields", std::to_string(before)}),
            R"({"name":"grade","type":"option","required":false,"read_only":false,"options":["A","B"],"custom":true})");
  EXPECT_EQ(patch(R"({"grade":"C"})"), 422);
  EXPECT_EQ(patch(R"({"grade":"B"})"), 200);
  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").at({"properties", "grade"}), "B");
}

TEST_F(SchemaEditTest, AFieldThatIsRemovedIsNotThereForAnybodyAndComesBackWithAllItHeld) {
  hub("POST", "/a/contacts", R"({"properties":{"city":"Ulm","notes":"vip","email":"a@x.example"}})");

  EXPECT_EQ(edit(R"({"remove_field":"notes"})"), 204);
  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").at({"properties"}).find("notes"), std::string::npos);
  EXPECT_EQ(hub("GET", "/a/schema/contacts").at({"fields"}).find("notes"), std::string::npos);
  EXPECT_EQ(patch(R"({"notes":"x"})"), 422);
  EXPECT_EQ(patch(R"({"city":"Bonn"})"), 200);

  EXPECT_EQ(edit(R"({"change_field":{"name":"notes"}})"), 204);
  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").at({"properties", "notes"}), "vip");

  EXPECT_EQ(edit(R"({"remove_field":"email"})"), 204);
  const std::string search = R"({"property":"email","values":["a@x.example"]})";
  EXPECT_EQ(hub("POST", "/a/contacts/search", search).status, 422);
}

TEST_F(SchemaEditTest, LengthsOptionsAndWhatMustBeFilledAreEnforcedAsTheyAreTold) {
  hub("POST", "/a/contacts", R"({"properties":{"city":"Ulm"}})");

  EXPECT_EQ(edit(R"({"change_field":{"name":"city","max_length":4,"required":true}})"), 204);

  EXPECT_EQ(patch(R"({"city":"Köln"})"), 200);
  EXPECT_EQ(patch(R"({"city":"Berlin"})"), 422);
  EXPECT_EQ(patch(R"({"city":""})"), 422);
  EXPECT_EQ(edit(R"({"change_field":{"name":"legal_form","options":["limited","trust"]}})", "companies"), 204);
  EXPECT_EQ(hub("POST", "/a/companies", R"({"properties":{"legal_form":"trust"}})").status, 201);
  EXPECT_EQ(hub("POST", "/a/companies", R"({"properties":{"legal_form":"stock"}})").status, 422);
}

TEST_F(SchemaEditTest, WhatIsNoChangeIsRefused) {
  for (const char* body :
       {"{}", "[]", R"({"remove_field":"unheard-of"})", R"({"remove_field":7})", R"({"add_field":{"name":"city"}})",
        R"({"add_field":{"type":"text"}})", R"({"add_field":{"name":"x","type":"rows"}})",
        R"({"add_field":{"name":"x","type":"y"}})", R"({"add_field":{"name":"x","max_length":201}})",
        R"({"add_field":{"name":"x","colour":1}})", R"({"change_field":{"name":"city","type":"number"}})",
        R"({"change_field":{"name":"x"}})", R"({"change_field":{"name":"city","required":"yes"}})",
        R"({"change_field":{"name":"city","options":"a"}})", R"({"repaint":{}})",
        R"({"remove_field":"city","add_field":{"name":"x"}})"}) {
    EXPECT_EQ(edit(body), 400) << body;
  }
  EXPECT_EQ(edit(R"({"remove_field":"city"})", "unheard-of"), 404);
}

}  // namespace
}  // namespace counterpart::sandbox
