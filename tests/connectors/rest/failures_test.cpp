#include "support.h"

namespace counterpart::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

const char* const kSystem = R"(
connector: 1
id: failing
title: A system that fails
settings:
  token: {doc: a token, secret: true}
http: {base_url: "http://crm.test"}
records: {}
error_message: [error.message, message]
errors:
  - {status: 403, path: error.code, equals: quota, kind: retry, message: error.hint}
  - {path: error.code, contains: Locked, kind: retry}
  - {status: [200, 400], path: fault, kind: rejected, message: fault}
  - {status: 420, kind: retry}
objects:
  things:
    read: {request: "GET /things/${id}"}
    create: {request: POST /things, returns: id, id_path: id}
    update: {request: "PATCH /things/${id}", precondition: none, returns: none}
)";

struct Case {
  int status;
  const char* headers;  // "Retry-After" or ""
  const char* body;
  const char* read;
  const char* update;
  const char* create;
};
void PrintTo(const Case& given, std::ostream* out) {
  *out << given.status << " " << given.headers << given.body;
}

class Classified : public RestTest, public testing::WithParamInterface<Case> {};

TEST_P(Classified, ByStatusAndBody) {
  const Case& given = GetParam();
  use_text(kSystem);
  http.answer = [&](const HttpRequest&) {
    HttpHeaders headers;
    if (*given.headers != '\0') headers.emplace_back("Retry-After", "3");
    return json(given.status, given.body, headers);
  };
  const UpdateOrder edit{"1", "", parse_json(R"({"a":1})"), parse_json(R"({"a":2})")};

  EXPECT_EQ(given.read, kind(run(connector->read("things", std::vector<std::string>{"1"})).at(0)));
  EXPECT_EQ(given.update, kind(run(connector->update("things", std::vector<UpdateOrder>{edit}, SendBy::max())).at(0)));
  EXPECT_EQ(given.create, kind(run(connector->create("things", std::vector<CreateOrder>(1), SendBy::max())).at(0)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Classified,
    testing::Values(
        Case{401, "", "{}", "credentials", "credentials", "credentials"},
        Case{403, "", "{}", "credentials", "credentials", "credentials"},
        Case{403, "", R"({"error":{"code":"quota"}})", "retry", "retry", "retry"},
        Case{404, "", "{}", "none", "not_found", "rejected"},  // a read that says gone is no failure
        Case{405, "", "{}", "rejected", "rejected", "rejected"}, Case{408, "", "{}", "retry", "in_doubt", "in_doubt"},
        Case{409, "", "{}", "rejected", "rejected", "rejected"},
        Case{410, "", "{}", "not_found", "not_found", "rejected"},
        Case{412, "", "{}", "rejected", "conflict", "rejected"},
        Case{413, "", "{}", "rejected", "rejected", "rejected"}, Case{420, "", "{}", "retry", "retry", "retry"},
        Case{422, "", "{}", "rejected", "rejected", "rejected"},
        Case{422, "", R"({"error":{"code":"RowLocked"}})", "retry", "retry", "retry"},
        Case{423, "", "{}", "retry", "retry", "retry"}, Case{425, "", "{}", "retry", "retry", "retry"},
        Case{429, "", "{}", "retry", "retry", "retry"},
        // A system may fail after its commit: a create is looked up before it is repeated.
        Case{500, "", "{}", "retry", "retry", "in_doubt"}, Case{501, "", "", "retry", "retry", "in_doubt"},
        Case{502, "", "{}", "retry", "in_doubt", "in_doubt"}, Case{503, "", "{}", "retry", "in_doubt", "in_doubt"},
        Case{503, "Retry-After", "{}", "retry", "retry", "retry"},
        Case{504, "Retry-After", "{}", "retry", "in_doubt", "in_doubt"},
        // "Done, look there", or a wrong address: a write may have happened.
        Case{301, "", "", "system_down", "in_doubt", "in_doubt"},
        Case{302, "", "", "system_down", "in_doubt", "in_doubt"},
        Case{303, "", "", "system_down", "in_doubt", "in_doubt"},
        Case{307, "", "", "system_down", "in_doubt", "in_doubt"},
        Case{308, "", "", "system_down", "in_doubt", "in_doubt"},
        Case{200, "", R"({"id":"1","fault":"no"})", "rejected", "rejected", "rejected"}));

TEST_F(RestTest, NoAnswerIsTheSystemsFaultUnlessAWriteMayHaveHappened) {
  use_text(kSystem);
  const UpdateOrder edit{"1", "", parse_json(R"({"a":1})"), parse_json(R"({"a":2})")};
  const auto kinds = [&] {
    return kind(run(connector->read("things", std::vector<std::string>{"1"})).at(0)) + " " +
           kind(run(connector->update("things", std::vector<UpdateOrder>{edit}, SendBy::max())).at(0));
  };

  http.answer = [](const HttpRequest&) -> HttpResponse { throw HttpError("timed out", true); };
  EXPECT_EQ("retry in_doubt", kinds());

  http.answer = [](const HttpRequest&) -> HttpResponse { throw HttpError("connection refused", false); };
  EXPECT_EQ("system_down system_down", kinds());

  http.answer = [](const HttpRequest&) -> HttpResponse { throw SystemDown("breaker open", std::chrono::seconds(9)); };
  EXPECT_EQ("system_down system_down", kinds());
  const auto read = run(connector->read("things", std::vector<std::string>{"1"}));
  EXPECT_EQ(std::chrono::seconds(9), std::get<Failure>(read.at(0)).retry_after);
}

TEST_F(RestTest, WritesCarryTheTimeBeforeWhichTheyMustBeSent) {
  use_text(kSystem);
  http.answer = [](const HttpRequest&) -> HttpResponse {
    throw HttpError("its time was up", false, HttpError::Cause::too_late);
  };
  const UpdateOrder edit{"1", "", parse_json(R"({"a":1})"), parse_json(R"({"a":2})")};
  const SendBy soon = std::chrono::seconds(7);

  const auto updated = run(connector->update("things", std::vector<UpdateOrder>{edit}, soon));
  const auto created = run(connector->create("things", std::vector<CreateOrder>(2), soon));

  EXPECT_EQ("not_sent: crm: update things: its time was up", failure(updated.at(0)));
  EXPECT_EQ("not_sent", kind(created.at(0)));
  EXPECT_EQ("not_sent", kind(created.at(1)));
  for (const HttpRequest& request : http.sent) EXPECT_EQ(soon, request.send_by);
}

TEST_F(RestTest, ReadsAreNotBoundByATimeToSend) {
  use_text(kSystem);

  run(connector->read("things", std::vector<std::string>{"1"}));

  EXPECT_EQ(std::nullopt, http.sent.at(0).send_by);
}

TEST_F(RestTest, TellsHowLongACallCanTake) {
  use_text(kSystem + std::string("  others:\n    read: {request: \"GET /others/${id}\"}\n"));
  EXPECT_EQ(std::chrono::seconds(30), connector->call_timeout()) << "the system's own";

  std::string slow = kSystem;
  const std::string base = "http: {base_url";
  use_text(slow.replace(slow.find(base), base.size(), "http: {timeout: 2m, base_url"));
  EXPECT_EQ(std::chrono::minutes(2), connector->call_timeout()) << "the definition's, which is longer";

  run(connector->read("things", std::vector<std::string>{"1"}));
  EXPECT_EQ(std::chrono::minutes(2), http.sent.at(0).timeout);
}

TEST_F(RestTest, WhatIsNoFaultOfTheSystemIsNotSwallowed) {
  use_text(kSystem);
  http.answer = [](const HttpRequest&) -> HttpResponse { throw std::logic_error("a defect of ours"); };

  EXPECT_THROW(run(connector->read("things", std::vector<std::string>{"1", "2", "3"})), std::logic_error);
}

std::string message_of(Connector& connector) {
  return failure(run(connector.create("things", std::vector<CreateOrder>(1), SendBy::max())).at(0));
}

TEST_F(RestTest, MessagesAreTheSystemsOwnWords) {
  use_text(kSystem);
  http.script({json(422, R"({"message":"outer","error":{"message":"the name is missing"}})"),
               json(422, R"({"message":"outer"})"), json(403, R"({"error":{"code":"quota","hint":"tomorrow"}})"),
               json(422, "no JSON")});

  EXPECT_EQ("rejected: crm: create things: the name is missing (status 422)", message_of(*connector));
  EXPECT_EQ("rejected: crm: create things: outer (status 422)", message_of(*connector));
  EXPECT_EQ("retry: crm: create things: tomorrow (status 403)", message_of(*connector));
  EXPECT_EQ("rejected: crm: create things: refused (status 422)", message_of(*connector));
}

TEST_F(RestTest, MessagesAreShortAndHoldNoSecretsOrControls) {
  use_text(kSystem);
  std::string words = "t0ken-value was refused\\u0007\\n";
  for (int i = 0; i < 1000; ++i) words += "ä";
  http.script({json(422, R"({"message":")" + words + R"("})")});

  const std::string message = message_of(*connector);

  EXPECT_THAT(message, HasSubstr("*** was refused  ä"));
  EXPECT_THAT(message, Not(HasSubstr("t0ken")));
  EXPECT_TRUE(message.ends_with("ä…"));
  EXPECT_LT(message.size(), 1100U);
}

TEST_F(RestTest, RetryAfterMayBeADate) {
  use_text(kSystem);  // the clock stands at 10:00:00
  http.script(
      {json(429, "{}", {{"Retry-After", "Fri, 20 Nov 2026 10:01:30 GMT"}}),
       json(429, "{}", {{"Retry-After", "Fri, 20 Nov 2026 09:00:00 GMT"}}),
       json(429, "{}", {{"Retry-After", "99999999"}}), json(429, "{}", {{"Retry-After", "soon"}}),
       json(429, "{}", {{"Date", "Fri, 20 Nov 2026 11:00:00 GMT"}, {"Retry-After", "Fri, 20 Nov 2026 11:00:05 GMT"}})});
  const auto after = [&] {
    const auto results = run(connector->read("things", std::vector<std::string>{"1"}));
    return std::get<Failure>(results.at(0)).retry_after;
  };

  EXPECT_EQ(std::chrono::seconds(90), after());
  EXPECT_EQ(std::chrono::seconds(0), after());
  EXPECT_EQ(std::chrono::hours(24), after());
  EXPECT_EQ(std::nullopt, after());
  EXPECT_EQ(std::chrono::seconds(5), after()) << "by the system's own clock";
}

}  // namespace
}  // namespace counterpart::rest
