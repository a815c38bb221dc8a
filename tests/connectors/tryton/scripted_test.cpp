// The connector against a Tryton of a few lines: what is asked, and what the answers mean.

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "support.h"

namespace counterpart::tryton {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// Knows logins; anything else is answered by a function of method and parameters.
class FakeTryton : public HttpClient {
 public:
  boost::asio::awaitable<HttpResponse> send(HttpRequest request) override {
    const Native body = parse_json(request.body);
    const std::string method = body.member("method")->text();
    calls.push_back(method);
    bodies.push_back(request.body);
    if (request.send_by) bound.push_back(method);
    // So that several calls can be under way at once.
    co_await boost::asio::post(boost::asio::use_awaitable);
    const std::string* session = find_header(request.headers, "Authorization");
    if (method == "common.db.login") co_return login();
    if (session == nullptr || *session != sessions.back()) co_return HttpResponse{401, {}, "<html>"};
    if (method == "model.res.user.get_preferences") co_return ok(R"({"language":"en","company":1})");
    co_return answer(method, *body.member("params"));
  }

  static HttpResponse ok(const std::string& result) {
    return {200, {{"Date", "Sat, 21 Nov 2026 01:37:48 GMT"}}, R"({"id":1,"result":)" + result + "}"};
  }
  static HttpResponse error(const std::string& text) { return {200, {}, R"({"id":1,"error":)" + text + "}"}; }

  long count(const std::string& method) const { return std::count(calls.begin(), calls.end(), method); }

  /// The last call of a method.
  std::string last(const std::string& method) const {
    for (std::size_t i = calls.size(); i > 0; --i)
      if (calls[i - 1] == method) return bodies[i - 1];
    return "";
  }

  std::function<HttpResponse(const std::string&, const Native&)> answer;
  std::function<HttpResponse()> login = [this] {
    // base64("hub:2:key1"), base64("hub:2:key2")
    sessions.push_back(sessions.size() % 2 == 1 ? "Session aHViOjI6a2V5MQ==" : "Session aHViOjI6a2V5Mg==");
    return ok(sessions.size() % 2 == 0 ? R"([2,"key1",null])" : R"([2,"key2",null])");
  };
  std::vector<std::string> sessions = {"none"};
  std::vector<std::string> calls;
  std::vector<std::string> bodies;
  std::vector<std::string> bound;  ///< methods whose call had a time before which it must be sent
};

constexpr const char* kSearchRead = "model.party.party.search_read";
constexpr const char* kCreate = "model.party.party.create";
constexpr const char* kWrite = "model.party.party.write";

/// A party with an e-mail 10·id and an address 10·id + 1, as Tryton tells it.
std::string party_row(int id, const std::string& stamp = "1795225000.000001", int writer = 2) {
  const std::string party = std::to_string(id);
  const std::string part = R"("_timestamp":")" + stamp + R"(","create_uid":1,"write_uid":)" + std::to_string(writer);
  return R"({"id":)" + party + R"(,"name":"Anna","code":"P)" + party + R"(","active":true,)" + part +
         R"(,"create_date":{"__class__":"datetime","year":2026,"month":11,"day":21,"hour":1,"minute":36,"second":40,)"
         R"("microsecond":5},"categories.":[{"id":1,"name":"Contact"}],"identifiers.":[],)"
         R"("contact_mechanisms.":[{"id":)" +
         party + R"(0,"type":"email","value":"a@x.de",)" + part + R"(}],"addresses.":[{"id":)" + party +
         R"(1,"street":null,"postal_code":"10115","city":"Berlin","country.":{"id":63,"code":"DE"},)" + part + "}]}";
}

constexpr const char* kAnna =
    R"({"name":"Anna","code":"P7","active":true,"categories":["Contact"],)"
    R"("contact_mechanisms":[{"id":70,"type":"email","value":"a@x.de"}],"identifiers":[],)"
    R"("addresses":[{"id":71,"street":null,"postal_code":"10115","city":"Berlin","country":"DE"}]})";
constexpr const char* kAnnasRevision = "p:1795225000.000001;cm70:1795225000.000001;ad71:1795225000.000001";

class ScriptedTryton : public testing::Test {
 protected:
  ScriptedTryton() {
    tryton.answer = [this](const std::string& method, const Native& params) { return answered(method, params); };
  }

  HttpResponse answered(const std::string& method, const Native&) {
    if (method == "model.party.category.search_read") return FakeTryton::ok(R"([{"id":1,"name":"Contact"}])");
    if (method == "model.country.country.search_read")
      return FakeTryton::ok(R"([{"id":63,"code":"DE"},{"id":64,"code":"FR"}])");
    if (method == kSearchRead) return FakeTryton::ok("[" + held + "]");
    return next;
  }

  /// One update of party 7, from kAnna to `after`.
  std::string update(const std::string& after) {
    std::vector<UpdateOrder> orders = {{"7", kAnnasRevision, parse_json(kAnna), parse_json(after)}};
    results = run(io, connector->update("party", std::move(orders), SendBy::max()));
    return show(results.front());
  }

  std::string create(const std::string& fields) {
    std::vector<CreateOrder> orders = {{parse_json(fields), ""}};
    results = run(io, connector->create("party", std::move(orders), SendBy::max()));
    return show(results.front());
  }

  std::string with(const std::string& before, const std::string& after) const {
    std::string text = kAnna;
    return text.replace(text.find(before), before.size(), after);
  }

  boost::asio::io_context io;
  FakeTryton tryton;
  std::string held = party_row(7);
  HttpResponse next = FakeTryton::ok("null");
  StillClock clock;
  CountingRandom random;
  std::unique_ptr<Connector> connector =
      make_connector("http://erp.test:8000/company", "hub", "s3cret-word", {&tryton, &clock, &random});
  std::vector<WriteResult> results;
};

TEST_F(ScriptedTryton, OnlyTheWriteItselfIsBoundByItsTime) {
  EXPECT_EQ("written 7", update(with("Anna", "Anne")));

  EXPECT_THAT(tryton.bound, ElementsAre(kWrite));
  EXPECT_EQ(std::chrono::seconds(30), connector->call_timeout());
}

TEST_F(ScriptedTryton, ARevisionIsOnlyOursWhereStampsTellFractionsOfASecond) {
  const Capabilities& can = *connector->capabilities("party");
  EXPECT_FALSE(can.unique_revision) << "nothing was seen yet";

  for (const char* whole : {"1795225000", "1795225000.0", "1795225000.000000"}) {
    held = party_row(7, whole);
    run(io, connector->read("party", {"7"}));
    EXPECT_FALSE(can.unique_revision) << whole;
  }

  held = party_row(7, "1795225000.000001");
  run(io, connector->read("party", {"7"}));
  EXPECT_TRUE(can.unique_revision);
}

TEST_F(ScriptedTryton, AWriteWhoseTimeIsUpWasNotSent) {
  tryton.answer = [this](const std::string& method, const Native& params) {
    if (method == kWrite || method == kCreate) throw HttpError("too late", false, HttpError::Cause::too_late);
    return answered(method, params);
  };

  EXPECT_EQ("not_sent: erp: update party: too late", update(with("Anna", "Anne")));
  EXPECT_EQ("not_sent: erp: create party: too late", create(R"({"name":"Bo"})"));
}

TEST_F(ScriptedTryton, ReadsAPartyAsOneTreeWithTheStampsOfItsParts) {
  const auto read = run(io, connector->read("party", {"7", "8", "no-number"}));

  EXPECT_THAT(show(read), ElementsAre(std::string("7 ") + kAnna, "gone", "gone"));
  const auto& record = std::get<Record>(read[0]);
  EXPECT_EQ(kAnnasRevision, record.revision);
  EXPECT_EQ("2", record.modified_by);
  EXPECT_EQ("1", record.created_by);
  EXPECT_EQ(std::chrono::microseconds(1795225000000001), record.modified->time_since_epoch());
  EXPECT_EQ(std::chrono::microseconds(1795225000000005), record.created->time_since_epoch());
}

TEST_F(ScriptedTryton, TheNewestPartTellsWhenAndByWhomAPartyWasChanged) {
  const std::string own = R"("contact_mechanisms.":[{"id":70,"type":"email","value":"a@x.de","_timestamp":"1795225000)";
  held.replace(held.find(own), own.size(), own.substr(0, own.size() - 1) + "9");
  held.replace(held.find(R"("write_uid":2}])"), 15, R"("write_uid":1}])");

  const auto record = std::get<Record>(run(io, connector->read("party", {"7"}))[0]);

  EXPECT_EQ("1", record.modified_by);
  EXPECT_EQ(std::chrono::microseconds(1795225009000001), record.modified->time_since_epoch());
}

TEST_F(ScriptedTryton, AHundredPartiesTakeOneCallBesidesTheLogin) {
  held.clear();
  std::vector<std::string> ids;
  for (int id = 1; id <= 100; ++id) {
    held += (held.empty() ? "" : ",") + party_row(id);
    ids.push_back(std::to_string(id));
  }

  const auto read = run(io, connector->read("party", ids));

  EXPECT_THAT(show(read), testing::Each(HasSubstr("a@x.de")));
  EXPECT_THAT(tryton.calls, ElementsAre("common.db.login", "model.res.user.get_preferences", kSearchRead));
  EXPECT_THAT(tryton.bodies.back(), HasSubstr(R"({"language":"en","company":1})")) << "the user's preferences";
}

TEST_F(ScriptedTryton, LogsInOnceMoreWhenTheSessionHasEndedAlsoForSeveralCallsAtOnce) {
  run(io, connector->own_user());
  tryton.sessions.push_back("forgotten");
  tryton.sessions.push_back("forgotten as well");
  std::vector<UpdateOrder> orders;
  for (const char* id : {"1", "2", "3", "4"})
    orders.push_back({id, kAnnasRevision, parse_json(kAnna), parse_json(with("Anna", "Anne"))});

  const auto written = run(io, connector->update("party", std::move(orders), SendBy::max()));

  EXPECT_THAT(show(written), ElementsAre("written 1", "written 2", "written 3", "written 4"));
  EXPECT_EQ(2, tryton.count("common.db.login"));
}

TEST_F(ScriptedTryton, ASecondRefusalOfTheSessionIsAMatterOfCredentials) {
  tryton.login = [] { return FakeTryton::ok(R"([2,"useless"])"); };
  EXPECT_THAT(show(run(io, connector->read("party", {"7"}))), ElementsAre(StartsWith("credentials: erp: ")));
}

struct Answered {
  HttpResponse response;
  std::string read;   ///< what it means for a read
  std::string write;  ///< and for a write
};

TEST_F(ScriptedTryton, LoginsAreRefusedOrPutOff) {
  tryton.login = [] { return HttpResponse{401, {}, ""}; };
  EXPECT_THAT(show(run(io, connector->read("party", {"7"})))[0],
              "credentials: erp: login user: user or password are refused (status 401)");
  tryton.login = [] { return HttpResponse{429, {{"Retry-After", "4"}}, ""}; };
  const auto put_off = run(io, connector->read("party", {"7"}));
  EXPECT_THAT(show(put_off)[0], StartsWith("retry: "));
  EXPECT_EQ(std::chrono::seconds(4), std::get<Failure>(put_off[0]).retry_after);
  tryton.login = [] { return HttpResponse{404, {}, ""}; };
  EXPECT_THAT(show(run(io, connector->read("party", {"7"})))[0], HasSubstr("there is no such database"));
  EXPECT_EQ("", run(io, connector->own_user()));
}

TEST_F(ScriptedTryton, UnderstandsWhatGoesWrong) {
  const std::vector<Answered> cases = {
      {FakeTryton::error(R"(["UserError",["The code is taken.","see P1",null]])"), "rejected", "rejected"},
      {FakeTryton::error(R"(["UserWarning",["w1","Really?","",null]])"), "rejected", "rejected"},
      {FakeTryton::error(R"(["ConcurrencyException","Records were modified"])"), "conflict", "conflict"},
      {FakeTryton::error(R"(["LoginException",["pin","Your PIN","password"]])"), "credentials", "credentials"},
      {FakeTryton::error(R"(["'nosuch'","Traceback: in /usr/lib"])"), "retry", "retry"},
      {{403, {}, ""}, "credentials", "credentials"},
      {{429, {}, ""}, "retry", "retry"},
      {{502, {}, "<html>"}, "retry", "in_doubt"},
      {{503, {{"Retry-After", "9"}}, ""}, "retry", "retry"},
      {{302, {}, ""}, "system_down", "in_doubt"},
      {{408, {}, ""}, "retry", "in_doubt"},
      {{200, {}, "<html>hello</html>"}, "system_down", "in_doubt"},
      {{200, {}, R"({"message":"hello"})"}, "system_down", "in_doubt"}};
  for (const Answered& each : cases) {
    SCOPED_TRACE(std::to_string(each.response.status) + " " + each.response.body);
    next = each.response;
    EXPECT_THAT(create(R"({"name":"Anna"})"), StartsWith(each.write + ": erp: create party: "));
    tryton.answer = [&](const std::string&, const Native&) { return each.response; };
    EXPECT_THAT(show(run(io, connector->read("party", {"7"}))),
                ElementsAre(StartsWith(each.read + ": erp: read party")));
    tryton.answer = [this](const std::string& method, const Native& params) { return answered(method, params); };
  }
}

TEST_F(ScriptedTryton, AModuleThatIsMissingIsNamed) {
  tryton.answer = [](const std::string&, const Native&) { return FakeTryton::error(R"(["'sale.sale'","Traceback"])"); };
  EXPECT_THAT(show(run(io, connector->read("sale", {"7"})))[0],
              "retry: erp: read sale: Tryton failed: 'sale.sale': it knows no such model or field; are the modules for "
              "this object installed?");
}

TEST_F(ScriptedTryton, LongWordsAreCutAndTracebacksAreLeftOut) {
  next = FakeTryton::error(R"(["UserError",[")" + std::string(2000, 'x') + R"(","",null]])");
  EXPECT_LT(create(R"({"name":"Anna"})").size(), 550U);
  next = FakeTryton::error(R"(["boom","Traceback with values"])");
  EXPECT_THAT(create(R"({"name":"Anna"})"), testing::Not(HasSubstr("values")));
}

TEST_F(ScriptedTryton, AnAnswerThatNeverCameLeavesAWriteInDoubt) {
  run(io, connector->own_user());
  bool sent = true;
  tryton.answer = [&](const std::string&, const Native&) -> HttpResponse { throw HttpError("timed out", sent); };
  EXPECT_THAT(create(R"({"name":"Anna"})"), StartsWith("in_doubt: "));
  EXPECT_THAT(show(run(io, connector->read("party", {"7"}))[0]), StartsWith("retry: "));
  sent = false;
  EXPECT_THAT(create(R"({"name":"Anna"})"), StartsWith("system_down: "));
  tryton.answer = [](const std::string&, const Native&) -> HttpResponse {
    throw SystemDown("breaker", std::chrono::seconds(3));
  };
  create(R"({"name":"Anna"})");
  EXPECT_EQ(std::chrono::seconds(3), std::get<Failure>(results[0]).retry_after);
}

TEST_F(ScriptedTryton, AnUpdateSendsTheDifferenceAndTheStampsOfWhatItTouches) {
  EXPECT_EQ("written 7", update(with(R"("city":"Berlin","country":"DE")", R"("city":"Lyon","country":"FR")")));

  EXPECT_EQ(R"({"id":1,"method":"model.party.party.write","params":[[7],)"
            R"({"addresses":[["write",[71],{"city":"Lyon","country":64}]]},{"language":"en","company":1,)"
            R"("_timestamp":{"party.address,71":"1795225000.000001","party.party,7":"1795225000.000001"}}]})",
            tryton.last(kWrite));
}

struct Edit {
  std::string before;
  std::string after;
  std::string values;
};

TEST_F(ScriptedTryton, RowsAreMadeAndDeletedAsTheTreeSays) {
  const std::string email = R"({"id":70,"type":"email","value":"a@x.de"})";
  const std::vector<Edit> edits = {
      {R"("name":"Anna")", R"("name":"")", R"({"name":null})"},
      {R"("active":true)", R"("active":false)", R"({"active":false})"},
      {R"(["Contact"])", R"([])", R"({"categories":[["remove",[1]]]})"},
      {R"("identifiers":[])", R"("identifiers":[{"type":"eu_vat","code":"X"}])",
       R"({"identifiers":[["create",[{"type":"eu_vat","code":"X"}]]]})"},
      {email, "", R"({"contact_mechanisms":[["delete",[70]]]})"},
      {R"("value":"a@x.de")", R"("value":null)", R"({"contact_mechanisms":[["delete",[70]]]})"},
      {email, email + R"(,{"type":"phone","value":""})", ""},
      {R"("city":"Berlin")", R"("city":null)", R"({"addresses":[["write",[71],{"city":null}]]})"}};
  for (const Edit& edit : edits) {
    SCOPED_TRACE(edit.after);
    tryton.bodies.clear();
    tryton.calls.clear();
    EXPECT_EQ("written 7", update(with(edit.before, edit.after)));
    if (edit.values.empty()) {
      EXPECT_EQ(0, tryton.count(kWrite));
    } else {
      EXPECT_THAT(tryton.last(kWrite), HasSubstr("[[7]," + edit.values + ",{"));
    }
  }
}

TEST_F(ScriptedTryton, WhatCannotBeWrittenIsSaidBeforeAnythingIsSent) {
  EXPECT_THAT(create(R"({"name":"A","categories":["VIP"]})"), HasSubstr("no party category 'VIP'; make the category"));
  EXPECT_THAT(create(R"({"addresses":[{"city":"X","country":"QQ"}]})"), HasSubstr("no country 'QQ'"));
  EXPECT_THAT(create(R"({"nmae":"A"})"), HasSubstr("no field 'nmae'"));
  EXPECT_THAT(update(with(R"("id":70)", R"("id":99)")), StartsWith("rejected: "));
  EXPECT_EQ(0, tryton.count(kCreate) + tryton.count(kWrite));
}

TEST_F(ScriptedTryton, TheRecordIsReturnedOnlyIfNobodyElseCanHaveChangedIt) {
  const std::string after = with("Anna", "Anne");
  held = party_row(7, "1795225009.000002");
  update(after);
  EXPECT_NE(std::nullopt, std::get<Written>(results[0]).record) << "all by us, in one transaction";
  held = party_row(7, "1795225009.000002", 1);
  update(after);
  EXPECT_EQ(std::nullopt, std::get<Written>(results[0]).record) << "by another user";
  held = party_row(7, "1795225009.000002");
  held.replace(held.rfind("1795225009.000002"), 17, "1795225011.000000");
  update(after);
  EXPECT_EQ(std::nullopt, std::get<Written>(results[0]).record) << "a row of another transaction";
}

TEST_F(ScriptedTryton, ARefusedUpdateLooksWhatHasBecomeOfTheParty) {
  next = FakeTryton::error(R"(["UserError",["does not exist any more","",null]])");
  EXPECT_THAT(update(with("Anna", "Anne")), StartsWith("rejected: ")) << "nothing has changed: it is the content";
  held = party_row(7, "1795225009.000002", 1);
  EXPECT_THAT(update(with("Anna", "Anne")), StartsWith("conflict: ")) << "changed meanwhile";
  held.clear();
  EXPECT_THAT(update(with("Anna", "Anne")), StartsWith("not_found: "));
}

TEST_F(ScriptedTryton, ABatchThatIsRefusedIsHalvedUntilTheCulpritStandsAlone) {
  int id = 100;
  tryton.answer = [&](const std::string& method, const Native& params) {
    if (method != kCreate) return answered(method, params);
    const Native::Array& parties = params.array()[0].array();
    for (const Native& values : parties) {
      if (values.member("name")->text() == "bad") return FakeTryton::error(R"(["UserError",["no","",null]])");
    }
    std::string ids;
    for (std::size_t i = 0; i < parties.size(); ++i) ids += (ids.empty() ? "" : ",") + std::to_string(++id);
    return FakeTryton::ok("[" + ids + "]");
  };
  std::vector<CreateOrder> orders;
  for (const char* name : {"a", "b", "bad", "d"}) {
    orders.emplace_back();
    orders.back().fields.set("name", name);
  }

  const auto made = run(io, connector->create("party", std::move(orders), SendBy::max()));

  EXPECT_THAT(show(made), ElementsAre("written 101", "written 102", "rejected: erp: create party: no", "written 103"));
  EXPECT_EQ(5, tryton.count(kCreate)) << "four, two, two, one, one";
}

TEST_F(ScriptedTryton, FindsByWhatIsTheSameButForCaseAndPunctuation) {
  tryton.answer = [this](const std::string& method, const Native& params) {
    if (method == "model.party.contact_mechanism.search_read")
      return FakeTryton::ok(R"([{"id":1,"party":7,"value":"A_b@X.de"},{"id":2,"party":8,"value":"other@x.de"}])");
    if (method == "model.party.identifier.search_read")
      return FakeTryton::ok(R"([{"id":1,"party":7,"code":"DE 136.695.976"}])");
    return answered(method, params);
  };
  held = party_row(7) + "," + party_row(8);

  const auto emails =
      run(io, connector->find("party", "contact_mechanisms[type=email].value", {"a_B@x.de", "none@x.de"}));
  EXPECT_THAT(show(emails), ElementsAre("7", ""));
  EXPECT_THAT(tryton.last("model.party.contact_mechanism.search_read"), HasSubstr(R"(["value","ilike","a\\_B@x.de"])"));
  EXPECT_THAT(show(run(io, connector->find("party", "identifiers[type=eu_vat].code", {"DE136695976"}))),
              ElementsAre("7"));
  EXPECT_THAT(show(run(io, connector->find("party", "active", {"true"}))), ElementsAre(StartsWith("rejected: ")));
}

TEST_F(ScriptedTryton, ChangesComePageByPageInTheOrderOfIds) {
  std::string ids;
  for (int id = 1; id <= 200; ++id) ids += (ids.empty() ? "" : ",") + std::to_string(id);
  next = FakeTryton::ok("[" + ids + "]");
  const Instant since{std::chrono::microseconds(1795225000000001)};

  auto page = std::get<ChangesPage>(run(io, connector->changed("party", since, "")));
  EXPECT_EQ("200", page.next);
  EXPECT_THAT(page.records, SizeIs(1)) << "as many as are still there";
  EXPECT_EQ(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::seconds(5868), page.system_time);
  EXPECT_THAT(tryton.last("model.party.party.search"), HasSubstr(R"("minute":36,"second":40,"microsecond":1})"));
  EXPECT_THAT(tryton.last("model.party.party.search"), HasSubstr(R"(["identifiers","where",["OR",)"));

  next = FakeTryton::ok("[201]");
  page = std::get<ChangesPage>(run(io, connector->changed("party", since, *page.next)));
  EXPECT_EQ(std::nullopt, page.next);
  EXPECT_THAT(tryton.last("model.party.party.search"), HasSubstr(R"(["id",">",200])"));
}

struct TaxChoice {
  std::string taxes;       ///< those of the rate
  std::string of_product;  ///< the ids of the product's own
  std::string outcome;     ///< in the call, or in the refusal
};

/// A tax as Tryton tells it; "sale" or another kind of group, or "" without one.
std::string tax(int id, const std::string& kind, const std::string& more = R"("active":true,"parent":null)") {
  return R"({"id":)" + std::to_string(id) +
         R"(,"rate":{"__class__":"Decimal","decimal":"0.190"},"type":"percentage",)" + more + R"(,"group.":)" +
         (kind.empty() ? "null" : R"({"id":1,"kind":")" + kind + R"("})") + "}";
}

TEST_F(ScriptedTryton, ATaxIsTheProductsOwnOfItsRateElseTheOnlyOneOnSales) {
  const std::vector<TaxChoice> choices = {
      {tax(1, ""), "", R"("taxes":[["add",[1]]])"},
      {tax(1, "purchase") + "," + tax(2, "sale"), "", R"("taxes":[["add",[2]]])"},
      {tax(1, "sale", R"("active":false,"parent":null)") + "," + tax(2, "both"), "", R"("taxes":[["add",[2]]])"},
      {tax(1, "sale", R"("active":true,"parent":9)") + "," + tax(2, "sale"), "", R"("taxes":[["add",[2]]])"},
      {tax(1, "sale") + "," + tax(2, "sale"), R"({"id":2})", R"("taxes":[["add",[2]]])"},
      {tax(1, "sale") + "," + tax(2, "sale"), R"({"id":3})", "several taxes on sales of the rate 0.19; give the line"},
      {tax(1, "purchase"), "", "no tax on sales of the rate 0.19; make it there"},
      {"", "", "no tax on sales of the rate 0.19"}};
  for (const TaxChoice& choice : choices) {
    SCOPED_TRACE(choice.taxes + " " + choice.of_product);
    tryton.answer = [&](const std::string& method, const Native&) {
      if (method == "model.account.tax.search_read") return FakeTryton::ok("[" + choice.taxes + "]");
      if (method == "model.product.product.search_read")
        return FakeTryton::ok(R"([{"id":4,"code":"P-1","sale_uom":8,"account_category.":{"id":1,)"
                              R"("customer_taxes_used.":[)" +
                              choice.of_product + "]}}]");
      return method == "model.sale.sale.create" ? FakeTryton::ok("[5]") : FakeTryton::ok("[]");
    };
    std::vector<CreateOrder> orders = {
        {parse_json(R"({"lines":[{"product_code":"P-1","quantity":"1.50","unit_price":2,"tax_rate":"0.19"}]})"), ""}};
    const auto made = show(run(io, connector->create("sale", std::move(orders), SendBy::max())))[0];
    EXPECT_THAT(made + tryton.last("model.sale.sale.create"), HasSubstr(choice.outcome));
    tryton.bodies.clear();
    tryton.calls.clear();
  }
}

TEST_F(ScriptedTryton, WhatASaleCannotTakeIsSaidBeforeAnythingIsSent) {
  const std::vector<std::array<std::string, 3>> cases = {
      {R"("state":"draft")", R"("state":"done")", "'state' is Tryton's own"},
      {R"("total_amount":"1.00")", R"("total_amount":"2.00")", "'total_amount' is Tryton's own"},
      {R"("sale_date":null)", R"("sale_date":"22.11.2026")", "'sale_date' takes a date (2026-12-31), not '22.11.2026'"},
      {R"("quantity":1.0)", R"("quantity":"1,5")", "'quantity' takes a number, not '1,5'"},
      {R"("party":2)", R"("party":"two")", "'party' takes the id of a row"},
      {R"("product_code":null)", R"("product_code":"X")", "no active product with the code 'X'; make it there"},
      {R"("tax_rate":"fixed")", R"("tax_rate":"0.07")", "a tax that is no percentage"}};
  tryton.answer = [](const std::string&, const Native&) { return FakeTryton::ok("[]"); };
  const std::string draft =
      R"({"sale_date":null,"state":"draft","party":2,"total_amount":"1.00","lines":[{"id":3,"product_code":null,)"
      R"("quantity":1.0,"tax_rate":"fixed"}]})";
  for (const auto& [before, after, words] : cases) {
    SCOPED_TRACE(after);
    std::string changed = draft;
    changed.replace(changed.find(before), before.size(), after);
    std::vector<UpdateOrder> orders = {{"7", "p:1", parse_json(draft), parse_json(changed)}};
    const auto written = show(run(io, connector->update("sale", std::move(orders), SendBy::max())))[0];
    EXPECT_THAT(written, testing::AllOf(StartsWith("rejected: erp: update sale: "), HasSubstr(words)));
  }
  EXPECT_EQ(0, tryton.count("model.sale.sale.write"));
}

TEST_F(ScriptedTryton, KnowsItsObjectsAndNoWebhooks) {
  EXPECT_THAT(connector->objects(), ElementsAre("party", "product", "sale"));
  EXPECT_EQ(nullptr, connector->capabilities("invoice"));
  EXPECT_THAT(show(run(io, connector->read("invoice", {"7"}))),
              ElementsAre("rejected: erp: read invoice: Tryton's objects here are party, product, sale"));
  EXPECT_EQ(std::nullopt, connector->hook_scheme());
  EXPECT_THROW(connector->parse_hook({}), HookFormatError);
}

}  // namespace
}  // namespace counterpart::tryton
