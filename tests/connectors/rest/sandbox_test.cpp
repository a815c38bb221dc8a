// The shipped definitions against the sandbox's own CRMs.

#include "connectors/sandbox/sandbox.h"

#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// Hands a connector's requests to a CRM in memory.
class Direct : public HttpClient {
 public:
  explicit Direct(sandbox::SandboxCrm& crm) : crm_(crm) {}

  boost::asio::awaitable<HttpResponse> send(HttpRequest request) override {
    const std::string target = request.url.substr(std::string("http://sandbox.test").size());
    const std::string path = target.substr(0, target.find('?'));
    const std::string query = path.size() < target.size() ? target.substr(path.size() + 1) : "";
    calls.push_back(request.method + " " + path);
    const sandbox::SandboxResponse answered = crm_.handle({request.method, path, query, request.headers, request.body});
    HttpResponse response{answered.status, answered.headers, answered.body};
    co_return response;
  }

  std::vector<std::string> calls;

 private:
  sandbox::SandboxCrm& crm_;
};

struct Flavour {
  const char* name;
  const char* prefix;
  const char* object;
  const char* search;
  const char* record;
  const char* edited;
  const char* value;
  bool conditional;
};
void PrintTo(const Flavour& flavour, std::ostream* out) {
  *out << flavour.name << " " << flavour.object;
}

class BothSandboxes : public testing::TestWithParam<Flavour> {
 protected:
  BothSandboxes() {
    sandbox::SandboxSettings given;
    given.prefix = GetParam().prefix;
    given.hub_key = Secret("hub-key");
    given.person_key = Secret("person-key");
    const auto make = std::string(given.prefix) == "/a" ? sandbox::make_crm_a : sandbox::make_crm_b;
    crm_ = make(given, clock_, random_, hooks_);
    http = std::make_unique<Direct>(*crm_);
    config::Problems problems;
    SystemSettings settings;
    settings.name = "crm";
    settings.plain = {{"url", std::string("http://sandbox.test") + GetParam().prefix}};
    settings.secret = {{"token", Secret("hub-key")}, {"api_key", Secret("hub-key")}};
    connector = find_connector(GetParam().name, ".", {}, problems)->make(settings, {http.get(), &clock_, &random_});
  }

  std::string object() const { return GetParam().object; }

  std::string create_one() {
    const auto results =
        run(connector->create(object(), std::vector<CreateOrder>{{parse_json(GetParam().record), ""}}, SendBy::max()));
    EXPECT_EQ("", failure(results.at(0)));
    return std::holds_alternative<Written>(results.at(0)) ? std::get<Written>(results.at(0)).id : "";
  }

  Record read_one(const std::string& id) {
    const auto results = run(connector->read(object(), std::vector<std::string>{id}));
    EXPECT_TRUE(std::holds_alternative<Record>(results.at(0))) << show(results.at(0));
    return std::holds_alternative<Record>(results.at(0)) ? std::get<Record>(results.at(0)) : Record();
  }

  UpdateOrder edit(const Record& record) const {
    UpdateOrder order{record.id, record.revision, record.fields, record.fields};
    const Native edited = parse_json(GetParam().edited);
    for (const auto& [name, value] : edited.object()) order.after.set(name, value);
    return order;
  }

  std::unique_ptr<Direct> http;
  std::unique_ptr<Connector> connector;

 private:
  ScriptedClient hooks_;
  StillClock clock_;
  CountingRandom random_;
  std::unique_ptr<sandbox::SandboxCrm> crm_;
};

TEST_P(BothSandboxes, ARecordIsCreatedFoundEditedListedAndDeleted) {
  // Created, and read as it is held.
  const std::string id = create_one();
  const Record created = read_one(id);
  EXPECT_EQ(id, created.id);
  EXPECT_EQ(run(connector->own_user()), created.created_by);
  ASSERT_TRUE(created.modified);

  // Found by its key.
  const auto found =
      run(connector->find(object(), GetParam().search, std::vector<std::string>{GetParam().value, "none"}));
  EXPECT_THAT(show(found), ElementsAre(id, ""));

  // Edited: only the difference was sent, for the rest is as it was.
  const auto written = run(connector->update(object(), std::vector<UpdateOrder>{edit(created)}, SendBy::max()));
  EXPECT_EQ("", failure(written.at(0)));
  const Record edited = read_one(id);
  const Native wanted = parse_json(GetParam().edited);
  for (const auto& [name, value] : wanted.object()) EXPECT_EQ(value, *edited.fields.member(name)) << name;

  // Listed since its change, not after it.
  const auto listed = run(connector->changed(object(), *edited.modified, ""));
  ASSERT_EQ("", failure(listed));
  EXPECT_EQ(1U, std::get<ChangesPage>(listed).records.size());
  const auto later = run(connector->changed(object(), *edited.modified + std::chrono::hours(1), ""));
  EXPECT_THAT(std::get<ChangesPage>(later).records, IsEmpty());

  // Deleted.
  const auto removed = run(connector->remove(object(), std::vector<DeleteOrder>{{id, edited.revision}}, SendBy::max()));
  EXPECT_EQ("", failure(removed.at(0)));
  EXPECT_EQ("gone", show(run(connector->read(object(), std::vector<std::string>{id})).at(0)));
}

TEST_P(BothSandboxes, AStaleRevisionIsAConflictWhereTheSystemHasOne) {
  const Record first = read_one(create_one());
  ASSERT_EQ("", failure(run(connector->update(object(), std::vector<UpdateOrder>{edit(first)}, SendBy::max())).at(0)));

  const Native name = parse_json(R"("Nobody")");
  UpdateOrder stale{first.id, first.revision, first.fields, first.fields};
  stale.after.object().back().second = name;
  const auto results = run(connector->update(object(), std::vector<UpdateOrder>{stale}, SendBy::max()));

  if (GetParam().conditional) {
    EXPECT_EQ("conflict", kind(results.at(0))) << failure(results.at(0));
  } else {
    EXPECT_NE("conflict", kind(results.at(0)));
  }
}

TEST_P(BothSandboxes, WhatTheSystemRefusesIsRejectedInItsWords) {
  const CreateOrder wrong{Native::Object{{"no_such_field", "x"}}, ""};

  const auto results = run(connector->create(object(), std::vector<CreateOrder>{wrong}, SendBy::max()));

  EXPECT_THAT(failure(results.at(0)), StartsWith("rejected: crm: create " + object() + ": "));
  EXPECT_THAT(failure(results.at(0)), testing::Not(testing::HasSubstr("refused (")));
}

TEST_P(BothSandboxes, PagesAreReadToTheEndWithoutGapsOrEndlessness) {
  std::vector<CreateOrder> orders(230, CreateOrder{parse_json(GetParam().record), ""});
  std::set<std::string> created;
  for (const WriteResult& result : run(connector->create(object(), orders, SendBy::max())))
    created.insert(std::get<Written>(result).id);

  std::set<std::string> listed;
  std::string next;
  int pages = 0;
  do {
    const auto result = run(connector->changed(object(), std::nullopt, next));
    ASSERT_EQ("", failure(result));
    for (const Record& record : std::get<ChangesPage>(result).records) listed.insert(record.id);
    next = std::get<ChangesPage>(result).next.value_or("");
  } while (!next.empty() && ++pages < 20);

  EXPECT_EQ(230U, created.size());
  EXPECT_EQ(created, listed);
  EXPECT_LT(pages, 20);
}

TEST_P(BothSandboxes, ARecordThatADeletePullsForwardIsNotMissed) {
  const std::vector<CreateOrder> orders(230, CreateOrder{parse_json(GetParam().record), ""});
  std::set<std::string> expected;
  for (const WriteResult& result : run(connector->create(object(), orders, SendBy::max())))
    expected.insert(std::get<Written>(result).id);

  std::set<std::string> listed;
  std::string next;
  bool deleted = false;
  do {
    const auto result = run(connector->changed(object(), std::nullopt, next));
    ASSERT_EQ("", failure(result));
    const auto& page = std::get<ChangesPage>(result);
    for (const Record& record : page.records) listed.insert(record.id);
    next = page.next.value_or("");
    if (deleted) continue;
    deleted = true;
    const Record& first = page.records.at(0);
    ASSERT_EQ(
        "",
        failure(run(connector->remove(object(), std::vector<DeleteOrder>{{first.id, first.revision}}, SendBy::max()))
                    .at(0)));
  } while (!next.empty());

  EXPECT_EQ(expected, listed);
}

TEST_P(BothSandboxes, ASearchThatFindsMoreThanAKeyShouldIsWholeOrNone) {
  const std::vector<CreateOrder> orders(120, CreateOrder{parse_json(GetParam().record), ""});
  run(connector->create(object(), orders, SendBy::max()));

  const auto found = run(connector->find(object(), GetParam().search, std::vector<std::string>{GetParam().value}));

  const auto* records = std::get_if<std::vector<Record>>(&found.at(0));
  if (records != nullptr) {
    EXPECT_EQ(120U, records->size());
  } else {
    EXPECT_EQ("rejected", kind(found.at(0)));
  }
}

TEST_P(BothSandboxes, ACreateIsFoundByItsStampWhereverTheObjectHasAPlaceForIt) {
  const std::string stamp = connector->capabilities(object())->stamp;
  const std::vector<CreateOrder> orders = {{parse_json(GetParam().record), "counterpart-1"},
                                           {parse_json(GetParam().record), "counterpart-2"}};
  const auto created = run(connector->create(object(), orders, SendBy::max()));
  const std::string& second = std::get<Written>(created.at(1)).id;

  if (stamp.empty()) {
    const auto read = run(connector->read(object(), std::vector<std::string>{second}));
    EXPECT_EQ(print_json(std::get<Record>(read.at(0)).fields).find("counterpart-"), std::string::npos);
    return;
  }
  const auto found = run(connector->find(object(), stamp, std::vector<std::string>{"counterpart-2", "counterpart-3"}));
  EXPECT_THAT(show(found), ElementsAre(second, ""));
}

TEST_P(BothSandboxes, FieldsAreDescribed) {
  const auto described = run(connector->describe(object()));

  ASSERT_EQ("", failure(described));
  std::set<std::string> names;
  for (const FieldDescription& field : std::get<ObjectDescription>(described).fields) names.insert(field.name);
  EXPECT_TRUE(names.contains(GetParam().search));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BothSandboxes,
    testing::Values(Flavour{"sandbox-a", "/a", "contacts", "email",
                            R"({"firstname":"Anna","lastname":"Berg","email":"anna@x.example"})",
                            R"({"lastname":"Tal"})", "ANNA@x.example", true},
                    Flavour{"sandbox-a", "/a", "companies", "vat_id", R"({"name":"ACME","vat_id":"DE136695976"})",
                            R"({"city":"Bonn"})", "DE136695976", true},
                    Flavour{"sandbox-b", "/b", "persons", "contact.email",
                            R"({"full_name":"Anna Berg","contact":{"email":"anna@x.example"}})",
                            R"({"remark":"edited","contact":{"email":"anna@x.example","phone":"0221 1"}})",
                            "Anna@x.example", false},
                    Flavour{"sandbox-b", "/b", "organisations", "vat_number",
                            R"({"company_name":"ACME","vat_number":"DE 136695976"})", R"({"staff":"12"})",
                            "DE136695976", false}));

}  // namespace
}  // namespace counterpart::rest
