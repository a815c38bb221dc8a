#include "support.h"

namespace counterpart::rest {
namespace {

using testing::HasSubstr;

using SandboxA = RestTest;
using SandboxB = RestTest;

HookRequest hook(std::string body, std::vector<std::string> path = {}) {
  return {std::move(path), {}, std::move(body)};
}

std::string show(const News& news) {
  return news.object + " " + news.id + " event=" + news.event_id + (news.event_id_unique ? "!" : "") +
         " revision=" + news.hint.revision + " actor=" + news.hint.actor + " changed=" + print_json(news.hint.changed) +
         (news.hinted ? " hinted" : "");
}

TEST_F(SandboxA, ReadsTheEventsOfAPost) {
  use("sandbox-a");

  const auto news = connector->parse_hook(hook(
      R"({"type":"batch","events":[)"
      R"({"id":"evt_1","type":"contact.updated","object":"contacts","record_id":"c-1","etag":"\"7\"","by":"u-anna",)"
      R"("at":"2026-11-20T10:00:00.123Z"},)"
      R"({"id":"evt_2","type":"invoice.created","object":"invoices","record_id":"i-1"},)"
      R"({"id":"evt_3","type":"company.deleted","object":"companies","record_id":"k-2"}]})"));

  ASSERT_EQ(2U, news.size());
  EXPECT_EQ(R"(contacts c-1 event=evt_1! revision="7" actor=u-anna changed=null hinted)", show(news[0]));
  const Instant ten = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(10);
  EXPECT_EQ(ten + std::chrono::milliseconds(123), news[0].at);
  EXPECT_EQ("companies k-2 event=evt_3! revision= actor= changed=null", show(news[1]));
  EXPECT_FALSE(news[1].at);
}

TEST_F(SandboxB, ReadsTheOneEventOfAPost) {
  use("sandbox-b");

  const auto news =
      connector->parse_hook(hook(R"({"event":"person.changed","id":17,"by":"user-3",)"
                                 R"("changes":{"contact.email":"new@x.example"},"at":"31.12.2026 23:30:15"})"));

  ASSERT_EQ(1U, news.size());
  EXPECT_EQ(R"(persons 17 event= revision= actor=user-3 changed={"contact.email":"new@x.example"} hinted)",
            show(news[0]));
  EXPECT_EQ(Instant(std::chrono::sys_days(std::chrono::year(2026) / 12 / 31) + std::chrono::hours(22) +
                    std::chrono::minutes(30) + std::chrono::seconds(15)),
            news[0].at);
}

TEST_F(SandboxB, PassesOverOtherObjects) {
  use("sandbox-b");

  EXPECT_TRUE(connector->parse_hook(hook(R"({"event":"personnel.changed","id":1})")).empty());
  EXPECT_EQ("organisations", connector->parse_hook(hook(R"({"event":"organisation.deleted","id":1})")).at(0).object);
  EXPECT_EQ("orders", connector->parse_hook(hook(R"({"event":"order.changed","id":1})")).at(0).object);
}

TEST_F(SandboxB, ItsSchemeVerifiesWhatTheSandboxSigns) {
  use("sandbox-b");
  const auto scheme = connector->hook_scheme();
  ASSERT_TRUE(scheme);

  const Instant now{std::chrono::seconds(1'800'000'000)};
  const HttpHeaders headers = sign_hook(*scheme, Secret("s"), "", "{}", now);

  EXPECT_EQ("X-Signature", headers.at(0).first);
  EXPECT_TRUE(headers.at(0).second.starts_with("sha256="));
  EXPECT_EQ("X-Timestamp", headers.at(1).first);
  EXPECT_TRUE(verify_hook(*scheme, {Secret("s")}, HookRequest{{}, headers, "{}"}, now));
}

struct Malformed {
  const char* body;
  const char* message;
};

class MalformedHook : public RestTest, public testing::WithParamInterface<Malformed> {};

TEST_P(MalformedHook, IsNamed) {
  use("sandbox-a");

  try {
    connector->parse_hook(hook(GetParam().body));
    FAIL() << "accepted " << GetParam().body;
  } catch (const HookFormatError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedHook,
    testing::Values(Malformed{"", "line 1"}, Malformed{"{\n\"events\":[}", "line 2"},
                    Malformed{"[]", "there is no list at 'events'"}, Malformed{"{}", "there is no list at 'events'"},
                    Malformed{R"({"events":[7]})", "nothing at 'object' says what this is about"},
                    Malformed{R"({"events":[{"object":"contacts"}]})", "nothing at 'record_id' says which record"},
                    Malformed{R"({"events":[{"object":"contacts","record_id":{}}]})", "nothing at 'record_id'"},
                    Malformed{R"({"events":[{"object":"contacts","record_id":""}]})", "nothing at 'record_id'"}));

TEST_F(RestTest, TheUrlMayNameTheObjectAndTheBodyBeAnArray) {
  use_text(R"(
connector: 1
id: espo
title: Objects in the URL
http: {base_url: "http://crm.test"}
records: {}
objects:
  contacts: {read: {request: "GET /Contact/${id}"}}
webhooks:
  verify: {type: hmac_sha256, header: Signature, encoding: base64}
  object: {segment: 0, map: {Contact.*: contacts}}
)");

  const auto news = connector->parse_hook(hook(R"([{"id":"65f0"},{"id":"65f1"}])", {"Contact.update"}));

  ASSERT_EQ(2U, news.size());
  EXPECT_EQ("contacts 65f1 event= revision= actor= changed=null", show(news[1]));
  EXPECT_THROW(connector->parse_hook(hook(R"([{"id":"65f0"}])")), HookFormatError);
}

TEST_F(RestTest, WithoutWebhooksThereIsNoScheme) {
  use_text(R"(
connector: 1
id: silent
title: No webhooks
http: {base_url: "http://crm.test"}
records: {}
objects:
  contacts: {read: {request: "GET /contacts/${id}"}}
)");

  EXPECT_FALSE(connector->hook_scheme());
  EXPECT_THROW(connector->parse_hook(hook("{}")), HookFormatError);
}

}  // namespace
}  // namespace counterpart::rest
