#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

using namespace std::chrono_literals;

HookScheme scheme_of_a() {
  HookScheme scheme;
  scheme.type = HookScheme::Type::standard_webhooks;
  return scheme;
}

HookScheme scheme_of_b() {
  HookScheme scheme;
  scheme.type = HookScheme::Type::hmac_sha256;
  scheme.header = "X-Signature";
  scheme.prefix = "sha256=";
  scheme.timestamp_header = "X-Timestamp";
  scheme.signed_text = "${timestamp}.${body}";
  return scheme;
}

HttpResponse answer(int status, HttpHeaders headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

class WebhooksTest : public SandboxTest {
 protected:
  void person_a(const std::string& method, const std::string& target, const std::string& body = {}) {
    const int status = ask(*a_, kPerson, method, target, body).status;
    EXPECT_LT(status, 300) << method << ' ' << target;
  }
  void person_b(const std::string& method, const std::string& target, const std::string& body = {}) {
    const int status = ask(*b_, kPerson, method, target, body).status;
    EXPECT_LT(status, 300) << method << ' ' << target;
  }
  void create_in_a(int count) {
    for (int i = 0; i < count; ++i) person_a("POST", "/a/contacts", R"({"properties":{}})");
  }
  void faults_of_a(const std::string& faults) {
    EXPECT_EQ(ask(*a_, nullptr, "POST", "/a/control/faults", faults).status, 200);
  }
  std::string field_of(std::size_t post, std::initializer_list<std::string> path) const {
    Answer body;
    body.body = parse_json(hooks_.sent.at(post).body);
    return body.at(path);
  }
  std::vector<std::string> record_ids_sent() const {
    std::vector<std::string> ids;
    for (const HttpRequest& post : hooks_.sent) {
      const Native body = parse_json(post.body);
      for (const Native& event : body.member("events")->array()) ids.push_back(event.member("record_id")->text());
    }
    return ids;
  }
  bool verifies(const HookScheme& scheme, const HttpRequest& post) const {
    HookRequest request;
    request.headers = post.headers;
    request.body = post.body;
    return verify_hook(scheme, {Secret("whsec_c2FuZGJveC1hLXdlYmhvb2stc2VjcmV0")}, request, clock_.now());
  }

  std::unique_ptr<SandboxCrm> a_ = make_crm_a(settings("/a"), clock_, random_, hooks_);
  std::unique_ptr<SandboxCrm> b_ = make_crm_b(settings("/b"), clock_, random_, hooks_);
};

TEST_F(WebhooksTest, ATellsEachWriteInASignedBatch) {
  person_a("POST", "/a/contacts", R"({"properties":{"city":"Ulm"}})");
  clock_.pass(1s);
  ask(*a_, kHub, "PATCH", "/a/contacts/c-1001", R"({"properties":{"city":"Bonn"}})");
  person_a("POST", "/a/companies", R"({"properties":{}})");
  person_a("DELETE", "/a/contacts/c-1001");
  const std::string etag = ask(*a_, kHub, "GET", "/a/companies/k-1001").at({"etag"});

  deliver_all(*a_);

  ASSERT_EQ(hooks_.sent.size(), 1U);
  EXPECT_EQ(hooks_.sent[0].method, "POST");
  EXPECT_EQ(hooks_.sent[0].url, "http://hub.test/hooks/a");
  EXPECT_TRUE(verifies(scheme_of_a(), hooks_.sent[0]));
  EXPECT_EQ(field_of(0, {"type"}), "batch");
  EXPECT_EQ(field_of(0, {"events", "0", "type"}), "contact.created");
  EXPECT_EQ(field_of(0, {"events", "0", "by"}), "u-anna");
  EXPECT_EQ(field_of(0, {"events", "1", "type"}), "contact.updated");
  EXPECT_EQ(field_of(0, {"events", "1", "object"}), "contacts");
  EXPECT_EQ(field_of(0, {"events", "1", "record_id"}), "c-1001");
  EXPECT_EQ(field_of(0, {"events", "1", "by"}), "u-hub");
  EXPECT_EQ(field_of(0, {"events", "1", "at"}), "2026-11-20T10:00:01.123Z");
  EXPECT_EQ(field_of(0, {"events", "2", "type"}), "company.created");
  EXPECT_EQ(field_of(0, {"events", "2", "etag"}), etag);
  EXPECT_EQ(field_of(0, {"events", "3", "type"}), "contact.deleted");
}

TEST_F(WebhooksTest, BTellsEachWriteByItselfWithItsChanges) {
  person_b("POST", "/b/persons", R"({"full_name":"Ada","contact":{"email":"a@x.example"}})");
  person_b("PATCH", "/b/persons/1", R"({"full_name":"Ada","contact":{"email":"new@x.example"}})");
  ask(*b_, kHub, "PATCH", "/b/persons/1", R"({"contact":{"email":null}})");
  person_b("DELETE", "/b/persons/1");

  deliver_all(*b_);

  ASSERT_EQ(hooks_.sent.size(), 4U);
  EXPECT_EQ(hooks_.sent[0].body,
            R"({"event":"person.created","id":1,"by":"user-3",)"
            R"("changes":{"full_name":"Ada","contact.email":"a@x.example"},"at":"20.11.2026 11:00:00"})");
  EXPECT_EQ(hooks_.sent[1].body,
            R"({"event":"person.changed","id":1,"by":"user-3","changes":{"contact.email":"new@x.example"},)"
            R"("at":"20.11.2026 11:00:00"})");
  EXPECT_EQ(field_of(2, {"by"}), "user-hub");
  EXPECT_EQ(field_of(2, {"changes"}), R"({"contact.email":null})");
  EXPECT_EQ(field_of(3, {"event"}), "person.deleted");
  for (const HttpRequest& post : hooks_.sent) {
    EXPECT_TRUE(verifies(scheme_of_b(), post));
    EXPECT_TRUE(find_header(post.headers, "X-Signature")->starts_with("sha256="));
  }
}

TEST_F(WebhooksTest, AGathersUpToTenEventsInOrderUnderUniqueIds) {
  create_in_a(23);

  deliver_all(*a_);

  ASSERT_EQ(hooks_.sent.size(), 3U);
  std::set<std::string> event_ids;
  std::set<std::string> message_ids;
  for (const HttpRequest& post : hooks_.sent) {
    message_ids.insert(*find_header(post.headers, "webhook-id"));
    const Native body = parse_json(post.body);
    EXPECT_LE(body.member("events")->array().size(), 10U);
    for (const Native& event : body.member("events")->array()) event_ids.insert(event.member("id")->text());
  }
  EXPECT_EQ(event_ids.size(), 23U);
  EXPECT_EQ(message_ids.size(), 3U);
  const auto ids = record_ids_sent();
  ASSERT_EQ(ids.size(), 23U);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

TEST_F(WebhooksTest, ARefusedWriteIsNotTold) {
  ask(*a_, kHub, "POST", "/a/contacts", R"({"properties":{"email":"bad"}})");
  ask(*a_, kHub, "PATCH", "/a/contacts/c-1", R"({"properties":{}})");

  EXPECT_EQ(a_->webhooks().events, 0U);
}

TEST_F(WebhooksTest, AFailedPostIsTriedAgainUnderItsIdWithBackOff) {
  create_in_a(1);
  hooks_.script = {answer(500), answer(0), answer(503, {{"Retry-After", "9"}})};

  deliver_all(*a_);

  ASSERT_EQ(hooks_.sent.size(), 4U);
  ASSERT_EQ(clock_.slept.size(), 3U);
  EXPECT_GE(clock_.slept[0], 200ms);
  EXPECT_LE(clock_.slept[1], 5s);
  EXPECT_EQ(clock_.slept[2], 9s);
  for (const HttpRequest& post : hooks_.sent) {
    EXPECT_EQ(*find_header(post.headers, "webhook-id"), *find_header(hooks_.sent[0].headers, "webhook-id"));
    EXPECT_EQ(post.body, hooks_.sent[0].body);
  }
  EXPECT_TRUE(verifies(scheme_of_a(), hooks_.sent[3]));
  EXPECT_EQ(a_->webhooks().delivered, 1U);
  EXPECT_EQ(a_->webhooks().retried, 3U);
}

TEST_F(WebhooksTest, AfterFiveFurtherTriesItGivesUpAndGoesOn) {
  create_in_a(1);
  hooks_.script.assign(6, answer(500));
  hooks_.on_sent = [&] {
    if (hooks_.sent.size() == 6) create_in_a(1);
  };

  deliver_all(*a_);

  EXPECT_EQ(hooks_.sent.size(), 7U);
  EXPECT_EQ(a_->webhooks().given_up, 1U);
  EXPECT_EQ(a_->webhooks().delivered, 1U);
}

TEST_F(WebhooksTest, WhatComesWhileNothingIsUnderWayIsSentAtOnce) {
  boost::asio::io_context io;
  for (int i = 0; i < 4; ++i) boost::asio::co_spawn(io, a_->deliver(), boost::asio::detached);
  io.poll();
  EXPECT_TRUE(hooks_.sent.empty());

  create_in_a(1);
  io.poll();
  EXPECT_EQ(hooks_.sent.size(), 1U);

  create_in_a(2);
  io.poll();
  EXPECT_EQ(record_ids_sent().size(), 3U);

  a_->stop();
  io.restart();
  EXPECT_GT(io.run(), 0U);
  EXPECT_TRUE(io.stopped());
}

TEST_F(WebhooksTest, WebhooksAreDroppedOnRequest) {
  faults_of_a(R"({"drop_webhooks":true})");
  create_in_a(2);
  faults_of_a(R"({"drop_webhooks":false})");
  create_in_a(1);

  deliver_all(*a_);

  EXPECT_EQ(record_ids_sent(), (std::vector<std::string>{"c-1003"}));
  EXPECT_EQ(a_->webhooks().dropped, 2U);
}

TEST_F(WebhooksTest, WebhooksAreDuplicatedOnRequest) {
  faults_of_a(R"({"duplicate_webhooks":2})");
  create_in_a(1);

  deliver_all(*a_);

  ASSERT_EQ(hooks_.sent.size(), 3U);
  EXPECT_EQ(hooks_.sent[2].body, hooks_.sent[0].body);
  EXPECT_EQ(*find_header(hooks_.sent[2].headers, "webhook-id"), *find_header(hooks_.sent[0].headers, "webhook-id"));
}

TEST_F(WebhooksTest, WebhooksAreReorderedOnRequest) {
  faults_of_a(R"({"reorder_webhooks":true})");
  create_in_a(40);

  deliver_all(*a_);

  auto ids = record_ids_sent();
  ASSERT_EQ(ids.size(), 40U);
  EXPECT_FALSE(std::ranges::is_sorted(ids));
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 40U);
}

TEST_F(WebhooksTest, AReplaySendsEverythingOnceMoreFreshlySigned) {
  create_in_a(23);
  boost::asio::io_context io;
  boost::asio::co_spawn(io, a_->deliver(), boost::asio::detached);
  io.poll();
  const std::vector<HttpRequest> before = std::exchange(hooks_.sent, {});
  clock_.pass(24h);

  const Answer replayed = ask(*a_, nullptr, "POST", "/a/control/webhooks/replay");
  io.restart();
  io.poll();

  EXPECT_EQ(replayed.at({"replayed"}), "3");
  ASSERT_EQ(hooks_.sent.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(hooks_.sent[i].body, before[i].body);
    EXPECT_TRUE(verifies(scheme_of_a(), hooks_.sent[i]));
    EXPECT_FALSE(verifies(scheme_of_a(), before[i]));
  }
  EXPECT_EQ(ask(*a_, nullptr, "GET", "/a/control/webhooks").at({"delivered"}), "6");
  a_->stop();
  io.restart();
  io.poll();
}

TEST_F(WebhooksTest, WithoutATargetNothingWaits) {
  SandboxSettings silent = settings("/a");
  silent.hook_url.clear();
  silent.hook_secret = Secret();
  a_ = make_crm_a(silent, clock_, random_, hooks_);
  create_in_a(3);

  EXPECT_EQ(a_->webhooks().queued, 0U);
  EXPECT_EQ(a_->webhooks().dropped, 3U);
}

TEST_F(WebhooksTest, ASecretThatCannotSignIsRefusedAtTheStart) {
  SandboxSettings wrong = settings("/a");
  wrong.hook_secret = Secret("whsec_***");
  EXPECT_THROW(make_crm_a(wrong, clock_, random_, hooks_), std::invalid_argument);
}

}  // namespace
}  // namespace counterpart::sandbox
