#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr const char* kContact = R"({"properties":{"city":"Ulm"}})";

class FaultsTest : public SandboxTest {
 protected:
  Answer hub(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(*crm_, kHub, method, target, body);
  }
  Answer person(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(*crm_, kPerson, method, target, body);
  }
  Answer control(const std::string& method, const std::string& call, const std::string& body = {}) {
    return ask(*crm_, nullptr, method, "/a/control/" + call, body);
  }

  std::unique_ptr<SandboxCrm> crm_ = make_crm_a(settings("/a"), clock_, random_, hooks_);
};

TEST_F(FaultsTest, TheNextCallsOfTheHubFailAndDoNothing) {
  control("POST", "faults", R"({"fail_next":2,"fail_status":503})");

  EXPECT_EQ(person("POST", "/a/contacts", kContact).status, 201);
  EXPECT_EQ(hub("POST", "/a/contacts", kContact).status, 503);
  EXPECT_EQ(hub("GET", "/a/me").status, 503);
  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  EXPECT_EQ(hub("GET", "/a/contacts").body.member("results")->array().size(), 1U);
}

TEST_F(FaultsTest, ALostAnswerMeansTheWriteHappened) {
  control("POST", "faults", R"({"lose_answers":1})");

  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  EXPECT_EQ(hub("POST", "/a/contacts", "{}").status, 422);
  const Answer lost = hub("POST", "/a/contacts", kContact);

  EXPECT_EQ(lost.status, 504);
  EXPECT_TRUE(lost.raw.drop);
  EXPECT_EQ(lost.raw.body, "");
  EXPECT_EQ(hub("GET", "/a/contacts/c-1001").at({"properties", "city"}), "Ulm");
  EXPECT_EQ(hub("POST", "/a/contacts", kContact).status, 201);
}

TEST_F(FaultsTest, AnswersAreDelayedUntilSetBack) {
  control("POST", "faults", R"({"delay_ms":250})");

  EXPECT_EQ(hub("GET", "/a/me").raw.delay, 250ms);
  EXPECT_EQ(hub("GET", "/a/contacts/c-1").raw.delay, 250ms);
  EXPECT_EQ(person("GET", "/a/me").raw.delay, 0ms);
  control("POST", "faults", R"({"delay_ms":0})");
  EXPECT_EQ(hub("GET", "/a/me").raw.delay, 0ms);
}

TEST_F(FaultsTest, RateLimitsAndGarbageComeOnRequest) {
  control("POST", "faults", R"({"rate_limit_next":1,"garbage_next":1})");

  const Answer limited = hub("POST", "/a/contacts", kContact);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("Retry-After"), "1");
  const Answer garbage = hub("POST", "/a/contacts", kContact);
  EXPECT_EQ(garbage.status, 200);
  EXPECT_EQ(garbage.header("Content-Type"), "text/html");
  EXPECT_THAT(garbage.raw.body, testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_EQ(hub("GET", "/a/contacts").at({"results"}), "[]");
}

TEST_F(FaultsTest, EachCallSetsWhatItNamesAndMistakesAreRefused) {
  control("POST", "faults", R"({"fail_next":3})");
  control("POST", "faults", R"({"drop_webhooks":true})");

  for (const char* wrong : {R"({"explode":1})", R"({"fail_next":-1})", R"({"fail_next":"1"})", R"({"fail_status":200})",
                            R"({"drop_webhooks":1})", R"({"fail_next":9,"explode":1})", "[]", "{"}) {
    EXPECT_EQ(control("POST", "faults", wrong).status, 400) << wrong;
  }
  const Answer faults = control("GET", "faults");
  EXPECT_EQ(faults.at({"fail_next"}), "3");
  EXPECT_EQ(faults.at({"drop_webhooks"}), "true");
}

TEST_F(FaultsTest, TheRateIsLimitedPerKey) {
  SandboxSettings slow = settings("/a");
  slow.requests_per_second = 2;
  crm_ = make_crm_a(slow, clock_, random_, hooks_);

  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  const Answer refused = hub("GET", "/a/me");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(person("GET", "/a/me").status, 200);
  clock_.pass(500ms);
  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  EXPECT_EQ(hub("GET", "/a/me").status, 429);
  clock_.pass(10s);
  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  EXPECT_EQ(hub("GET", "/a/me").status, 200);
  EXPECT_EQ(hub("GET", "/a/me").status, 429);
}

TEST_F(FaultsTest, CallsAreCountedByKindAndUser) {
  hub("GET", "/a/contacts");
  hub("GET", "/a/contacts/c-1");
  hub("GET", "/a/contacts/c-2");
  hub("POST", "/a/contacts/batch/create", R"({"inputs":[{"properties":{}},{"properties":{}},{"properties":{"x":1}}]})");
  person("POST", "/a/companies", R"({"properties":{}})");
  ask(*crm_, "guess", "GET", "/a/me");
  control("GET", "calls");

  EXPECT_EQ(
      control("GET", "calls").raw.body,
      R"({"total":4,"reads":3,"writes":1,"records_written":2,"records_unchanged":0,)"
      R"("by":{"GET contacts":1,"GET contacts/{id}":2,"POST contacts/batch/create":1},)"
      R"("users":{"u-hub":{"total":4,"reads":3,"writes":1,"records_written":2,"records_unchanged":0,)"
      R"("by":{"GET contacts":1,"GET contacts/{id}":2,"POST contacts/batch/create":1}},)"
      R"("u-anna":{"total":1,"reads":0,"writes":1,"records_written":1,"records_unchanged":0,"by":{"POST companies":1}}},"strangers":1})");

  EXPECT_EQ(control("POST", "reset-calls").status, 204);
  EXPECT_EQ(control("GET", "calls").at({"total"}), "0");
  EXPECT_EQ(control("GET", "calls").at({"users", "u-anna", "total"}), "0");
}

TEST_F(FaultsTest, WritesThatChangeNothingAreCounted) {
  person("POST", "/a/contacts", kContact);
  hub("PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})");
  hub("PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})");
  person("PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})");

  EXPECT_EQ(control("GET", "calls").at({"users", "u-hub", "records_unchanged"}), "1");
  EXPECT_EQ(control("GET", "calls").at({"users", "u-anna", "records_unchanged"}), "1");
}

TEST_F(FaultsTest, RecordsAreShownWithTheirNumberOfWritesPerUser) {
  person("POST", "/a/contacts", kContact);
  hub("PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})");
  hub("PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})");
  hub("POST", "/a/contacts", kContact);

  const Answer records = control("GET", "records/contacts");
  EXPECT_EQ(records.at({"records", "0", "properties", "city"}), "Bonn");
  EXPECT_EQ(records.at({"records", "0", "writes_by"}), R"({"u-hub":2,"u-anna":1})");
  EXPECT_EQ(records.at({"records", "1", "id"}), "c-1002");
  EXPECT_EQ(records.at({"records", "1", "writes_by"}), R"({"u-hub":1})");
  EXPECT_EQ(control("GET", "records/invoices").status, 404);
  EXPECT_EQ(control("GET", "secrets").status, 404);
}

}  // namespace
}  // namespace counterpart::sandbox
