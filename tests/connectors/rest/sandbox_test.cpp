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

/// A shipped definition's connector, and the CRM that it speaks to.
class Connected {
 public:
  Connected(const char* name, const char* prefix) {
    sandbox::SandboxSettings given;
    given.prefix = prefix;
    given.hub_key = Secret("hub-key");
    given.person_key = Secret("person-key");
    const auto make = given.prefix == "/a" ? sandbox::make_crm_a : sandbox::make_crm_b;
    crm_ = make(given, clock_, random_, hooks_);
    http = std::make_unique<Direct>(*crm_);
    config::Problems problems;
    SystemSettings settings;
    settings.name = "crm";
    settings.plain = {{"url", std::string("http://sandbox.test") + prefix}};
    settings.secret = {{"token", Secret("hub-key")}, {"api_key", Secret("hub-key")}};
    connector = find_connector(name, ".", {}, problems)->make(settings, {http.get(), &clock_, &random_});
  }

  std::unique_ptr<Direct> http;
  std::unique_ptr<Connector> connector;

 private:
  ScriptedClient hooks_;
  StillClock clock_;
  CountingRandom random_;
  std::unique_ptr<sandbox::SandboxCrm> crm_;
};

class BothSandboxes : public testing::TestWithParam<Flavour>, public Connected {
 protected:
  BothSandboxes() : Connected(GetParam().name, GetParam().prefix) {}

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
                            "DE136695976", false},
                    Flavour{"sandbox-a", "/a", "deals", "title", R"({"title":"Printers","lines":[{"product":"P-1"}]})",
                            R"({"stage":"won"})", "PRINTERS", true},
                    Flavour{"sandbox-b", "/b", "orders", "subject",
                            R"({"subject":"Drucker","positions":[{"article":"P-1"}]})", R"({"status":"gewonnen"})",
                            "drucker", false}));

/// A document with rows, made and edited through a shipped definition.
class Document : public Connected {
 public:
  Document(const char* name, const char* prefix, const char* object, const char* fields)
      : Connected(name, prefix), object_(object) {
    const auto made =
        run(connector->create(object_, std::vector<CreateOrder>{{parse_json(fields), ""}}, SendBy::max()));
    id_ = std::get<Written>(made.at(0)).id;
  }

  Record read() { return std::get<Record>(run(connector->read(object_, std::vector<std::string>{id_})).at(0)); }

  /// Gives what went wrong; "" if nothing.
  std::string update(const char* member, const char* value) {
    const Record before = read();
    UpdateOrder order{before.id, before.revision, before.fields, before.fields};
    order.after.set(member, parse_json(value));
    return failure(run(connector->update(object_, std::vector<UpdateOrder>{order}, SendBy::max())).at(0));
  }

 private:
  std::string object_;
  std::string id_;
};

TEST(DocumentsInTheSandboxes, ADealsLinesAreWrittenWholeAndKeepTheirIds) {
  Document deal("sandbox-a", "/a", "deals",
                R"({"title":"Printers","lines":[{"product":"P-1","quantity":1},{"product":"P-2"}]})");

  // the second edited, one added, the first no longer there
  EXPECT_EQ("", deal.update("lines", R"([{"id":"l-2","product":"P-2","quantity":7},{"product":"P-3"}])"));

  const Record read = deal.read();
  const Native::Array& lines = read.fields.member("lines")->array();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].member("id")->plain() + ' ' + lines[0].member("quantity")->plain(), "l-2 7");
  EXPECT_EQ(lines[1].member("id")->plain() + ' ' + lines[1].member("product")->plain(), "l-3 P-3");
}

TEST(DocumentsInTheSandboxes, AnOrdersPositionsAreWrittenWholeAndOnlyWhenTheyChange) {
  Document order("sandbox-b", "/b", "orders",
                 R"({"subject":"Drucker","positions":[{"article":"P-1"},{"article":"P-2"}]})");

  EXPECT_EQ("", order.update("subject", R"("Zwei Drucker")"));  // the numbers stay: no position was sent
  EXPECT_EQ(print_json(*order.read().fields.member("positions")),
            R"([{"no":1,"article":"P-1"},{"no":2,"article":"P-2"}])");

  EXPECT_EQ("", order.update("positions", R"([{"no":1,"article":"P-1","count":"2,5"},{"no":2,"article":"P-2"}])"));
  EXPECT_EQ(print_json(*order.read().fields.member("positions")),
            R"([{"no":3,"article":"P-1","count":"2,5"},{"no":4,"article":"P-2"}])");
}

}  // namespace
}  // namespace counterpart::rest
