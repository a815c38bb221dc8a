// What the door makes of webhooks that verify, but tell of things that cannot be worked.
#include "server/intake/intake.h"

#include <semaphore>

#include "tests/server/worker/fakes.h"

namespace counterpart::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Intaking : public WorldTest {
 protected:
  Intaking() {
    System& crm = topology_.systems.front();
    crm.hooks = true;
    crm.scheme.type = HookScheme::Type::none;
  }
  http::ServerResponse receive(const std::string& body = R"({"x":1})") {
    http::ServerRequest request;
    request.method = "POST";
    request.path = "/hooks/crm";
    request.body = body;
    return get(intake_.receive(std::move(request)));
  }
  void tells_of(const std::string& object, const std::string& id) {
    News news;
    news.object = object;
    news.id = id;
    connector_.left->news.push_back(std::move(news));
  }

  Intake intake_{topology_, *store_, time_, random_, metrics_};
};

TEST_F(Intaking, AnIdThatCannotBeStoredIsAnsweredWithWhatAndWhere) {
  tells_of("contacts", "1");
  tells_of("contacts", std::string(600, 'x'));

  const http::ServerResponse response = receive();

  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("event 2 of 2: its record's id is longer than 512 bytes"));
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.dirty"), "0");
}

TEST_F(Intaking, WhatTellsOfNothingThatIsMappedIsKeptAsEvidence) {
  tells_of("invoices", "1");
  EXPECT_EQ(receive(R"({"first":1})").status, 202);

  connector_.left->news.clear();
  EXPECT_EQ(receive(R"({"second":1})").status, 202);

  EXPECT_THAT(store::sql("select mapping, id, convert_from(body, 'UTF8') from counterpart.evidence order by 3"),
              ElementsAre(ElementsAre("", "", R"({"first":1})"), ElementsAre("", "", R"({"second":1})")));
  EXPECT_EQ(store::sql_value("select count(*) from counterpart.dirty"), "0");
}

TEST_F(Intaking, MappedNewsKeepsItsEvidenceWithItsRecords) {
  tells_of("contacts", "1");
  tells_of("invoices", "1");

  EXPECT_EQ(receive().status, 202);

  EXPECT_THAT(store::sql("select mapping, id from counterpart.evidence"), ElementsAre(ElementsAre("contacts", "1")));
}

// --- senders that are not answered as others are -------------------------------------------------------------

TEST_F(Intaking, ASenderHearsTheYesThatItUnderstands) {
  tells_of("contacts", "1");
  connector_.left->hook_answer = {200, "text/xml", "<Ack>true</Ack>", 503, std::chrono::milliseconds(0)};

  const http::ServerResponse response = receive();

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "<Ack>true</Ack>");
  EXPECT_EQ(*find_header(response.headers, "Content-Type"), "text/xml");
}

TEST_F(Intaking, ForeignSecretsAreNotKept) {
  tells_of("contacts", "1");
  connector_.left->evidence = R"({"x":1})";

  receive(R"({"x":1,"session":"theirs"})");

  EXPECT_EQ(store::sql_value("select convert_from(body, 'UTF8') from counterpart.evidence"), R"({"x":1})");
}

TEST_F(Intaking, WhileTheDatabaseIsAwayASenderThatWouldFailItsUserIsLetGo) {
  tells_of("contacts", "1");
  connector_.left->hook_answer.busy = 200;
  ASSERT_TRUE(store::cluster().stop(std::chrono::seconds(20)));

  EXPECT_EQ(receive().status, 200);
  EXPECT_THAT(metrics_.render(), HasSubstr("counterpart_hooks_unkept_total{system=\"crm\"} 1"));

  connector_.left->hook_answer.busy = 503;
  const http::ServerResponse other = receive();
  EXPECT_EQ(other.status, 503);
  EXPECT_NE(find_header(other.headers, "Retry-After"), nullptr);
  ASSERT_TRUE(store::cluster().ensure_running());
}

TEST_F(Intaking, ASenderThatWaitsNoLongerIsAnsweredBeforeTheDatabaseIs) {
  tells_of("contacts", "1");
  connector_.left->hook_answer.within = std::chrono::milliseconds(1);
  std::binary_semaphore answered{0};
  points_.at("commit.accept.before", [&] { answered.acquire(); });

  EXPECT_EQ(receive().status, 503);
  answered.release();

  run_until([] { return store::sql_value("select count(*) from counterpart.dirty") == "1"; });
}

}  // namespace
}  // namespace counterpart::test
