// What the shipped definitions cost: calls as the sandbox itself counts them, over real sockets.

#include <boost/asio/detached.hpp>
#include <map>
#include <set>

#include "connectors/sandbox/sandbox.h"
#include "server/http/client/client.h"
#include "server/http/door/door.h"
#include "support.h"

namespace counterpart::rest {
namespace {

namespace asio = boost::asio;

/// What a number of records may cost.
struct Costs {
  const char* name;
  const char* prefix;
  const char* object;
  const char* key;                                                   ///< to search by
  const char* record;                                                ///< # is its number
  const char* edited;                                                ///< the same
  std::map<std::string, int> read, found, listed, created, updated;  ///< calls by endpoint
};
void PrintTo(const Costs& costs, std::ostream* out) {
  *out << costs.name << " " << costs.object;
}

constexpr int kRecords = 120;

class CallCounts : public testing::TestWithParam<Costs> {
 protected:
  CallCounts() {
    sandbox::SandboxSettings given;
    given.prefix = GetParam().prefix;
    given.hub_key = Secret("hub-key");
    given.person_key = Secret("person-key");
    crm_ =
        (std::string(given.prefix) == "/a" ? sandbox::make_crm_a : sandbox::make_crm_b)(given, clock_, random_, hooks_);
    asio::co_spawn(io_, door_.run(), asio::detached);
    config::Problems problems;
    SystemSettings settings;
    settings.name = "crm";
    settings.plain = {{"url", "http://" + door_.address() + GetParam().prefix}};
    settings.secret = {{"token", Secret("hub-key")}, {"api_key", Secret("hub-key")}};
    connector = find_connector(GetParam().name, ".", {}, problems)->make(settings, {client_.get(), &clock_, &random_});
  }

  ~CallCounts() override {
    client_.reset();
    door_.stop();
    io_.run();
  }

  template <class T>
  T run_here(asio::awaitable<T> work) {
    return run_on(io_, std::move(work));
  }

  /// The calls since the last look, by endpoint.
  std::map<std::string, int> calls() {
    const std::string control = std::string(GetParam().prefix) + "/control/";
    const Native told = parse_json(crm_->handle({"GET", control + "calls", "", {}, ""}).body);
    crm_->handle({"POST", control + "reset-calls", "", {}, ""});
    std::map<std::string, int> counted;
    for (const auto& [endpoint, count] : told.member("by")->object()) counted[endpoint] = std::stoi(count.plain());
    return counted;
  }

  static Native numbered(const char* text, int number) {
    std::string record = text;
    for (std::size_t at = record.find('#'); at != std::string::npos; at = record.find('#'))
      record.replace(at, 1, std::to_string(number));
    return parse_json(record);
  }

  std::vector<std::string> create_all() {
    std::vector<CreateOrder> orders;
    for (int i = 0; i < kRecords; ++i) orders.push_back({numbered(GetParam().record, i), ""});
    std::vector<std::string> ids;
    for (const WriteResult& result : run_here(connector->create(object(), std::move(orders), SendBy::max())))
      ids.push_back(std::holds_alternative<Written>(result) ? std::get<Written>(result).id : failure(result));
    return ids;
  }

  std::string object() const { return GetParam().object; }

  std::unique_ptr<Connector> connector;

  StillClock clock_;

 private:
  asio::awaitable<http::ServerResponse> answer(http::ServerRequest request) {
    auto answered = crm_->handle({request.method, request.path, request.query, request.headers, request.body});
    co_return http::ServerResponse{answered.status, std::move(answered.headers), std::move(answered.body)};
  }

  asio::io_context io_{1};
  NoFaultPoints points_;
  CountingRandom random_;
  ScriptedClient hooks_;
  std::unique_ptr<sandbox::SandboxCrm> crm_;
  http::Door door_{io_, "127.0.0.1:0", {}, [this](http::ServerRequest request) { return answer(std::move(request)); }};
  std::unique_ptr<HttpClient> client_ = http::make_client(io_, {"crm", 8, "", 1 << 22, {}}, points_);
};

TEST_P(CallCounts, AreWhatTheSystemsBatchesAllow) {
  const Costs& costs = GetParam();

  const std::vector<std::string> ids = create_all();
  EXPECT_EQ(static_cast<std::size_t>(kRecords), std::set<std::string>(ids.begin(), ids.end()).size());
  EXPECT_EQ(costs.created, calls()) << "create";

  const auto records = run_here(connector->read(object(), ids));
  EXPECT_EQ(costs.read, calls()) << "read by id";

  std::vector<UpdateOrder> orders;
  std::vector<std::string> keys;
  const Path key = Path::parse(costs.key);
  for (int i = 0; i < kRecords; ++i) {
    ASSERT_EQ("none", kind(records.at(static_cast<std::size_t>(i))));
    const Record& record = std::get<Record>(records.at(static_cast<std::size_t>(i)));
    keys.push_back(key.find(record.fields)->plain());
    orders.push_back({record.id, record.revision, numbered(costs.record, i), numbered(costs.edited, i)});
  }
  for (const FindResult& found : run_here(connector->find(object(), costs.key, std::move(keys))))
    EXPECT_EQ(1U, std::get<std::vector<Record>>(found).size());
  EXPECT_EQ(costs.found, calls()) << "find by key";

  for (const WriteResult& result : run_here(connector->update(object(), std::move(orders), SendBy::max())))
    EXPECT_EQ("", failure(result));
  EXPECT_EQ(costs.updated, calls()) << "update";

  std::set<std::string> listed;
  std::string next;
  do {
    const auto page = run_here(connector->changed(object(), clock_.now() - std::chrono::hours(1), next));
    ASSERT_EQ("", failure(page));
    for (const Record& record : std::get<ChangesPage>(page).records) listed.insert(record.id);
    next = std::get<ChangesPage>(page).next.value_or("");
  } while (!next.empty());
  EXPECT_EQ(static_cast<std::size_t>(kRecords), listed.size());
  EXPECT_EQ(costs.listed, calls()) << "changed since";
}

INSTANTIATE_TEST_SUITE_P(Table, CallCounts,
                         testing::Values(
                             // Batches of 100, searches of 50 values, pages of 100.
                             Costs{"sandbox-a",
                                   "/a",
                                   "contacts",
                                   "email",
                                   R"({"lastname":"Berg","email":"a#@x.example"})",
                                   R"({"lastname":"Tal","email":"a#@x.example"})",
                                   {{"POST contacts/batch/read", 2}},
                                   {{"POST contacts/search", 3}},
                                   {{"GET contacts", 2}},
                                   {{"POST contacts/batch/create", 2}},
                                   {{"POST contacts/batch/update", 2}}},
                             Costs{"sandbox-a",
                                   "/a",
                                   "companies",
                                   "vat_id",
                                   R"({"name":"ACME","vat_id":"DE#"})",
                                   R"({"name":"Acme","vat_id":"DE#"})",
                                   {{"POST companies/batch/read", 2}},
                                   {{"POST companies/search", 3}},
                                   {{"GET companies", 2}},
                                   {{"POST companies/batch/create", 2}},
                                   {{"POST companies/batch/update", 2}}},
                             // One record a call, pages of 50.
                             Costs{"sandbox-b",
                                   "/b",
                                   "persons",
                                   "contact.email",
                                   R"({"full_name":"Anna","contact":{"email":"a#@x.example"}})",
                                   R"({"full_name":"Bo","contact":{"email":"a#@x.example"}})",
                                   {{"GET persons/{id}", kRecords}},
                                   {{"GET persons", kRecords}},
                                   {{"GET persons",
                                     4}},  // the first, and the pages from its last record on: all of one moment here
                                   {{"POST persons", kRecords}},
                                   {{"PATCH persons/{id}", kRecords}}},
                             Costs{"sandbox-b",
                                   "/b",
                                   "organisations",
                                   "vat_number",
                                   R"({"company_name":"ACME","vat_number":"DE#"})",
                                   R"({"company_name":"Acme","vat_number":"DE#"})",
                                   {{"GET organisations/{id}", kRecords}},
                                   {{"GET organisations", kRecords}},
                                   {{"GET organisations", 3}},
                                   {{"POST organisations", kRecords}},
                                   {{"PATCH organisations/{id}", kRecords}}}));

}  // namespace
}  // namespace counterpart::rest
