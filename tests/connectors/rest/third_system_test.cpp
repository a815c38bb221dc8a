// A third system, connected by YAML alone and spoken to over real sockets: pages by Link header, ids in
// Location, writes in a 207 batch, HTTP basic authentication, times in epoch seconds, a signature of its own.

#include <boost/asio/detached.hpp>
#include <charconv>
#include <map>

#include "connectors/webhook/digest.h"
#include "server/http/client/client.h"
#include "server/http/door/door.h"
#include "support.h"

namespace counterpart::rest {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

const char* const kThird = R"(
connector: 1
id: third
title: A third system
settings:
  url: {doc: base address, required: true}
  user: {doc: user name, required: true}
  password: {doc: password, required: true, secret: true}
auth:
  basic: {user: "${settings.user}", password: "${secret.password}"}
http: {base_url: "${settings.url}/v1"}
records: {id: key, fields: attributes, revision: version, modified: {path: when, format: epoch_s}}
error_message: problem.detail
objects:
  parties:
    read: {request: "GET /parties/${id}"}
    changes:
      request: GET /parties
      query: {from: "${since}", count: "${size}"}
      select: .
      since: {format: epoch_s}
      sorted: true
      page: {type: link_header, size: 2}
    create: {request: POST /parties, body: {attributes: "${fields}"}, returns: none, id_header: Location}
    update:
      precondition: revision
      conflict: 409
      returns: none
      batch:
        request: POST /parties/bulk
        body: {operations: "${items}"}
        item: {key: "${id}", expect: "${revision}", set: "${changed}"}
        limit: 50
        results: outcomes
        match: id
        id: key
        status: code
webhooks:
  verify: {type: hmac_sha256, header: X-Third, encoding: base64, prefix: "t1=", timestamp_header: X-Third-At,
           signed: "third:${timestamp}:${body}"}
  items: changes
  object: {path: kind, map: {party: parties}}
  id: key
  revision: version
  at: {path: when, format: epoch_ms}
)";

/// What the third system is inside.
class ThirdSystem {
 public:
  http::ServerResponse handle(const http::ServerRequest& request) {
    asked.push_back(request.method + " " + request.path + (request.query.empty() ? "" : "?" + request.query));
    const std::string* authorization = find_header(request.headers, "Authorization");
    if (authorization == nullptr || *authorization != "Basic " + hook::to_base64("hub:s3cret")) return {401, {}, ""};
    if (request.method == "GET" && request.path == "/v1/parties") return list(request.query);
    if (request.method == "GET") return read(request.path.substr(std::string("/v1/parties/").size()));
    if (request.path == "/v1/parties/bulk") return write(parse_json(request.body));
    return create(parse_json(request.body));
  }

  std::vector<std::string> asked;

 private:
  Native show(const std::string& key) const {
    return Native::Object{{"key", key},
                          {"version", Native::integer(versions_.at(key))},
                          {"when", Native::integer(1795168800 + versions_.at(key))},
                          {"attributes", parties_.at(key)}};
  }

  http::ServerResponse read(const std::string& key) const {
    if (!parties_.contains(key)) return http::json_response(404, R"({"problem":{"detail":"no such party"}})");
    return http::json_response(200, print_json(show(key)));
  }

  http::ServerResponse list(const std::string& query) const {
    const bool second = query.find("after=p2") != std::string::npos;
    Native::Array page;
    for (const auto& [key, party] : parties_)
      if ((key > "p2") == second) page.push_back(show(key));
    http::ServerResponse response = http::json_response(200, print_json(page));
    if (!second) response.headers.emplace_back("Link", "</v1/parties?" + query + R"(&after=p2>; rel="next")");
    return response;
  }

  http::ServerResponse create(const Native& body) {
    const std::string key = "p" + std::to_string(parties_.size() + 1);
    parties_[key] = *body.member("attributes");
    versions_[key] = 1;
    return {201, {{"Location", "/v1/parties/" + key}}, ""};
  }

  http::ServerResponse write(const Native& body) {
    Native::Array outcomes;
    for (const Native& operation : body.member("operations")->array()) {
      const std::string key = operation.member("key")->text();
      const bool current = operation.member("expect")->plain() == std::to_string(versions_.at(key));
      if (current) ++versions_[key];
      for (const auto& [name, value] : operation.member("set")->object())
        if (current) parties_[key].set(name, value);
      // The last first: only their keys say whose they are.
      outcomes.insert(outcomes.begin(), Native::Object{{"key", key}, {"code", Native::integer(current ? 200 : 409)}});
    }
    return http::json_response(207, print_json(Native::Object{{"outcomes", outcomes}}));
  }

  std::map<std::string, Native> parties_;
  std::map<std::string, int> versions_;
};

class ThirdSystemTest : public testing::Test {
 protected:
  ThirdSystemTest() {
    asio::co_spawn(io_, door_.run(), asio::detached);
    config::Problems problems;
    const auto kind = kind_from_text(kThird, "third.yaml", problems);
    if (kind == nullptr) throw std::runtime_error(problems.print());
    SystemSettings settings;
    settings.name = "third";
    settings.plain = {{"url", "http://" + door_.address()}, {"user", "hub"}};
    settings.secret = {{"password", Secret("s3cret")}};
    connector = kind->make(settings, {client_.get(), &clock_, &random_});
  }

  ~ThirdSystemTest() override {
    client_.reset();
    door_.stop();
    io_.run();
  }

  template <class T>
  T run_here(asio::awaitable<T> work) {
    return run_on(io_, std::move(work));
  }

  std::vector<std::string> create_parties(int count) {
    std::vector<CreateOrder> orders;
    for (int i = 0; i < count; ++i)
      orders.push_back({Native::Object{{"name", "Party " + std::to_string(i)}, {"city", "Köln"}}, ""});
    std::vector<std::string> ids;
    for (const WriteResult& result : run_here(connector->create("parties", orders, SendBy::max())))
      ids.push_back(std::holds_alternative<Written>(result) ? std::get<Written>(result).id : failure(result));
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  asio::io_context io_{1};
  ThirdSystem system;
  std::unique_ptr<Connector> connector;

 private:
  http::Door door_{io_, "127.0.0.1:0", {}, [this](http::ServerRequest request) { return answer(std::move(request)); }};
  asio::awaitable<http::ServerResponse> answer(http::ServerRequest request) { co_return system.handle(request); }

  NoFaultPoints points_;
  StillClock clock_;
  CountingRandom random_;
  std::unique_ptr<HttpClient> client_ = http::make_client(io_, {"third", 8, "", 1 << 20, {}}, points_);
};

TEST_F(ThirdSystemTest, TakesNewIdsFromLocationAndReadsThemBack) {
  EXPECT_THAT(create_parties(3), ElementsAre("p1", "p2", "p3"));

  const auto read = run_here(connector->read("parties", std::vector<std::string>{"p2", "p9"}));

  const Record& record = std::get<Record>(read.at(0));
  EXPECT_EQ("1", record.revision);
  EXPECT_EQ(Instant(std::chrono::seconds(1795168801)), record.modified);
  EXPECT_EQ("Köln", record.fields.member("city")->text());
  EXPECT_EQ("gone", show(read.at(1)));
}

TEST_F(ThirdSystemTest, FollowsLinkHeadersToTheEnd) {
  create_parties(5);
  system.asked.clear();

  std::vector<std::string> ids;
  std::string next;
  do {
    const auto result = run_here(connector->changed("parties", Instant(std::chrono::seconds(1795168800)), next));
    ASSERT_EQ("", failure(result));
    const auto& page = std::get<ChangesPage>(result);
    for (const Record& record : page.records) ids.push_back(record.id);
    next = page.next.value_or("");
  } while (!next.empty());

  EXPECT_THAT(ids, ElementsAre("p1", "p2", "p3", "p4", "p5"));
  EXPECT_THAT(system.asked, ElementsAre("GET /v1/parties?from=1795168800&count=2",
                                        "GET /v1/parties?from=1795168800&count=2&after=p2"));
}

TEST_F(ThirdSystemTest, GivesEachItemOfA207ItsOwnResult) {
  create_parties(2);
  const Native before = Native::Object{{"name", "Party"}, {"city", "Köln"}};
  const Native after = Native::Object{{"name", "Party"}, {"city", "Bonn"}};
  const std::vector<UpdateOrder> orders = {{"p1", "1", before, after}, {"p2", "7", before, after}};
  system.asked.clear();

  const auto results = run_here(connector->update("parties", orders, SendBy::max()));

  EXPECT_THAT(show(results), ElementsAre("p1 - ", "conflict: third: update parties: refused (status 409)"));
  EXPECT_THAT(system.asked, ElementsAre("POST /v1/parties/bulk"));
  const auto read = run_here(connector->read("parties", std::vector<std::string>{"p1", "p2"}));
  EXPECT_EQ("Bonn", std::get<Record>(read.at(0)).fields.member("city")->text());
  EXPECT_EQ("Köln", std::get<Record>(read.at(1)).fields.member("city")->text());
}

TEST_F(ThirdSystemTest, VerifiesAndReadsItsOwnWebhooks) {
  const HookScheme scheme = connector->hook_scheme().value();
  const std::string body = R"({"changes":[{"kind":"party","key":"p7","version":3,"when":1795168800123}]})";
  const Instant now{std::chrono::seconds(1795168801)};
  const HttpHeaders headers = {
      {"X-Third", "t1=" + hook::to_base64(hook::hmac_sha256("key", "third:1795168801:" + body))},
      {"X-Third-At", "1795168801"}};
  const HookRequest request{{}, headers, body};

  EXPECT_TRUE(verify_hook(scheme, {Secret("key")}, request, now));
  EXPECT_FALSE(verify_hook(scheme, {Secret("other")}, request, now));
  const auto news = connector->parse_hook(request);
  ASSERT_EQ(1U, news.size());
  EXPECT_EQ("parties p7 3", news[0].object + " " + news[0].id + " " + news[0].hint.revision);
  EXPECT_EQ(Instant(std::chrono::milliseconds(1795168800123)), news[0].at);
}

}  // namespace
}  // namespace counterpart::rest
