#include "connectors/tryton/objects.h"

namespace counterpart::tryton {
namespace {

const Lookup kCategories{"party.category", "name", "party category", "make the category there"};
const Lookup kCountries{"country.country", "code", "country", "ISO codes are known, or load its countries"};

Field country() {
  return {.name = "country", .spelling = Spelling::reference, .lookup = &kCountries};
}

std::vector<SearchPath> party_searches() {
  const std::string party = "party.party";
  const std::string mechanism = "party.contact_mechanism";
  return {{"name", party, "id", "", "name"},
          {"code", party, "id", "", "code"},
          {"contact_mechanisms[type=email].value", mechanism, "party", "email", "value"},
          {"contact_mechanisms[type=phone].value", mechanism, "party", "phone", "value", true},
          {"contact_mechanisms[type=mobile].value", mechanism, "party", "mobile", "value", true},
          {"contact_mechanisms[type=website].value", mechanism, "party", "website", "value"},
          {"identifiers[type=eu_vat].code", "party.identifier", "party", "eu_vat", "code", true}};
}

ObjectModel make_party() {
  ObjectModel model{.name = "party",
                    .model = "party.party",
                    .searches = party_searches(),
                    .read_batch = 100,
                    .write_batch = 50,
                    .archives = true};
  // Tryton numbers a party's code by itself.
  model.fields = {{.name = "name"},
                  {.name = "code", .given = true},
                  {.name = "active"},
                  {.name = "categories", .spelling = Spelling::names, .lookup = &kCategories}};
  model.children = {
      {"contact_mechanisms", "party.contact_mechanism", "cm", {{.name = "type"}, {.name = "value"}}, "value"},
      {"identifiers", "party.identifier", "id", {{.name = "type"}, {.name = "code"}}, "code"},
      {"addresses", "party.address", "ad", {{.name = "street"}, {.name = "postal_code"}, {.name = "city"}, country()}}};
  return model;
}

}  // namespace

const ObjectModel& party_model() {
  static const ObjectModel model = make_party();
  return model;
}

}  // namespace counterpart::tryton
