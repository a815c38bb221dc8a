// Parties in a real Tryton, through the real HTTP client.

#include "real.h"

namespace counterpart::tryton {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class RealParty : public RealTryton {
 protected:
  /// A contact with everything, its e-mail made unique.
  std::string contact() const {
    return R"({"name":"Anna Berg","categories":["Contact"],"contact_mechanisms":[{"type":"email","value":"anna.)" +
           tag +
           R"(@x.de"},{"type":"phone","value":"+49 30 901820"}],)"
           R"("identifiers":[{"type":"eu_vat","code":"DE136695976"}],)"
           R"("addresses":[{"street":"Weg 1","postal_code":"10115","city":"Berlin","country":"DE"}]})";
  }
};

TEST_F(RealParty, MakesAPartyWithAllItsRowsAndReadsItBackAlike) {
  const Record made = created(contact());
  const Record again = read(made.id);

  EXPECT_EQ(show(made), show(again));
  EXPECT_EQ(made.revision, again.revision);
  EXPECT_EQ(run(io, connector->own_user()), again.modified_by);
  EXPECT_EQ(again.modified, again.created);
  EXPECT_EQ(R"(["Contact"])", print_json(*again.fields.member("categories")));
  EXPECT_EQ(R"([{"id":)" + row_id(again, "addresses") +
                R"(,"street":"Weg 1","postal_code":"10115","city":"Berlin","country":"DE"}])",
            print_json(*again.fields.member("addresses")));
}

TEST_F(RealParty, FindsByEmailPhoneVatIdCodeAndName) {
  const Record made = created(contact());
  const auto found = [&](const std::string& path, const std::string& value) {
    return " " + show(run(io, connector->find("party", path, {value, "n%_ne\\"})))[0] + " ";
  };
  EXPECT_EQ(" " + made.id + " ", found("contact_mechanisms[type=email].value", "ANNA." + tag + "@x.DE"));
  EXPECT_THAT(found("contact_mechanisms[type=phone].value", "+4930901820"), HasSubstr(" " + made.id + " "));
  EXPECT_THAT(found("identifiers[type=eu_vat].code", "DE 136 695 976"), HasSubstr(" " + made.id + " "));
  EXPECT_EQ(" " + made.id + " ", found("code", made.fields.member("code")->plain()));
  EXPECT_THAT(found("name", "anna berg"), HasSubstr(" " + made.id + " "));
  EXPECT_EQ("  ", found("contact_mechanisms[type=email].value", "anna%"));
}

TEST_F(RealParty, AnUpdateChangesMakesAndDeletesRows) {
  const Record made = created(contact());
  Native after = made.fields;
  after.set("name", "Anna Berg-Meyer");
  after.set("identifiers", Native::Array{});
  after.member("addresses")->array()[0].set("country", "FR");
  Native mobile;
  mobile.set("type", "mobile");
  mobile.set("value", "+49 170 1234567");
  after.member("contact_mechanisms")->array().push_back(mobile);

  const auto written = update(made, after);

  EXPECT_EQ("written " + made.id, show(written));
  const Record held = read(made.id);
  EXPECT_EQ(show(held), show(std::get<Written>(written).record.value()));
  EXPECT_EQ("[]", print_json(*held.fields.member("identifiers")));
  EXPECT_EQ("FR", held.fields.member("addresses")->array()[0].member("country")->plain());
  EXPECT_EQ(row_id(made, "addresses"), row_id(held, "addresses"));
  EXPECT_THAT(held.fields.member("contact_mechanisms")->array(), SizeIs(3));
}

TEST_F(RealParty, APersonsChangeOfWhatIsWrittenIsAConflictAndOfAnotherRowIsNot) {
  const Record made = created(contact());
  Native after = made.fields;
  after.member("contact_mechanisms")->array()[0].set("value", "new." + tag + "@x.de");
  person("party.contact_mechanism", "write", "[[" + row_id(made, "contact_mechanisms") + R"(],{"value":"hers@x.de"}])");
  EXPECT_THAT(show(update(made, after)), StartsWith("conflict: "));

  Native elsewhere = made.fields;
  elsewhere.member("addresses")->array()[0].set("city", "Potsdam");
  const auto written = update(made, elsewhere);
  EXPECT_EQ("written " + made.id, show(written));
  EXPECT_EQ(std::nullopt, std::get<Written>(written).record) << "her e-mail must not pass for ours";
  EXPECT_EQ("hers@x.de", read(made.id).fields.member("contact_mechanisms")->array()[0].member("value")->text());
}

TEST_F(RealParty, RowsAndPartiesThatAreGoneAreToldApart) {
  const Record made = created(contact());
  Native after = made.fields;
  after.member("identifiers")->array()[0].set("code", "ATU12011204");
  person("party.identifier", "delete", "[[" + row_id(made, "identifiers") + "]]");
  EXPECT_THAT(show(update(made, after)), StartsWith("conflict: ")) << "the row is gone";
  person("party.party", "delete", "[[" + made.id + "]]");
  EXPECT_THAT(show(update(made, after)), StartsWith("not_found: "));
  EXPECT_EQ("gone", show(run(io, connector->read("party", {made.id}))[0]));
}

TEST_F(RealParty, InactivePartiesAreReadAndInactiveRowsAreNot) {
  const Record made = created(contact());
  person("party.address", "write", "[[" + row_id(made, "addresses") + R"(],{"active":false}])");
  person("party.party", "write", "[[" + made.id + R"(],{"active":false}])");
  const Record held = read(made.id);
  EXPECT_FALSE(held.fields.member("active")->boolean());
  EXPECT_EQ("[]", print_json(*held.fields.member("addresses")));
}

TEST_F(RealParty, AChangeOfAnyPartIsSeenAndNothingElse) {
  const Record made = created(contact());
  const Record other = created(R"({"name":"Quiet"})");
  const auto changed = [&](const Record& since) {
    const auto page =
        std::get<ChangesPage>(run(io, connector->changed("party", *since.modified + std::chrono::microseconds(1), "")));
    std::vector<std::string> ids;
    for (const Record& record : page.records) ids.push_back(record.id + " by " + record.modified_by);
    EXPECT_NE(std::nullopt, page.system_time);
    return ids;
  };
  EXPECT_THAT(changed(other), SizeIs(0));
  Record last = other;
  const std::vector<std::array<std::string, 3>> edits = {
      {"party.contact_mechanism", row_id(made, "contact_mechanisms"), R"({"value":"x@x.de"})"},
      {"party.identifier", row_id(made, "identifiers"), R"({"code":"ATU12011204"})"},
      {"party.address", row_id(made, "addresses"), R"({"city":"Ulm"})"},
      {"party.address", row_id(made, "addresses"), R"({"active":false})"},
      {"party.party", made.id, R"({"name":"Y"})"}};
  for (const auto& [model, id, values] : edits) {
    SCOPED_TRACE(model + " " + values);
    EXPECT_EQ("null", person(model, "write", "[[" + id + "]," + values + "]"));
    EXPECT_THAT(changed(last), ElementsAre(StartsWith(made.id + " by ")));
    last = read(made.id);
    if (values.find("active") != std::string::npos) last.modified = *last.modified + std::chrono::hours(1);
    if (values.find("active") != std::string::npos) last = created(R"({"name":"Later"})");
  }
  const auto all = std::get<ChangesPage>(run(io, connector->changed("party", std::nullopt, "")));
  EXPECT_GE(all.records.size(), 2U);
}

TEST_F(RealParty, OneBadPartyOfManyIsRefusedAlone) {
  std::vector<CreateOrder> orders;
  for (const char* code : {"DE136695976", "DE136695970", "ATU12011204"}) {
    const std::string identifier = std::string(R"([{"type":"eu_vat","code":")") + code + R"("}])";
    orders.push_back({parse_json(R"({"name":"Batch","identifiers":)" + identifier + "}"), ""});
  }
  const auto made = run(io, connector->create("party", std::move(orders), SendBy::max()));
  EXPECT_THAT(show(made), ElementsAre(StartsWith("written "), HasSubstr("DE136695970"), StartsWith("written ")));
  EXPECT_THAT(show(made[1]), StartsWith("rejected: "));
}

TEST_F(RealParty, AForgottenSessionIsRenewed) {
  const Record made = created(R"({"name":"Anna"})");
  http->logins = 0;
  http->forget = true;
  EXPECT_EQ(show(made), show(read(made.id)));
  EXPECT_EQ(1, http->logins);
}

TEST_F(RealParty, DeletesOnlyWhatIsUnchanged) {
  const Record made = created(R"({"name":"Anna"})");
  std::vector<DeleteOrder> stale = {{made.id, "p:1.000000"}};
  EXPECT_THAT(show(run(io, connector->remove("party", std::move(stale), SendBy::max()))[0]), StartsWith("conflict: "));
  std::vector<DeleteOrder> fresh = {{made.id, made.revision}};
  EXPECT_EQ("written " + made.id, show(run(io, connector->remove("party", std::move(fresh), SendBy::max()))[0]));
  EXPECT_EQ("gone", show(run(io, connector->read("party", {made.id}))[0]));
}

TEST_F(RealParty, DescribesWhatARecordHolds) {
  const auto described = std::get<ObjectDescription>(run(io, connector->describe("party")));
  std::vector<std::string> fields;
  for (const FieldDescription& field : described.fields)
    fields.push_back(field.name + " " + field.type + (field.read_only ? " read-only" : ""));
  EXPECT_THAT(fields,
              ElementsAre("id integer read-only", "name char", "code char", "active boolean", "categories many2many",
                          "contact_mechanisms one2many", "identifiers one2many", "addresses one2many"));
}

}  // namespace
}  // namespace counterpart::tryton
