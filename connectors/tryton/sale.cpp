#include <algorithm>

#include "connectors/tryton/objects.h"
#include "connectors/tryton/prices.h"
#include "connectors/tryton/spelling.h"
#include "connectors/tryton/unsuitable.h"
#include "connectors/tryton/values.h"
#include "mapping/values/decimal.h"

namespace counterpart::tryton {
namespace {

const std::vector<const char*> kOfParty = {"customer_payment_term", "customer_tax_rule", "addresses.invoice",
                                           "addresses.delivery"};
const std::vector<const char*> kOfProduct = {"sale_uom", "account_category.customer_taxes_used.rate"};

const Lookup kPartiesById{"party.party", "id", "party", "it was deleted there", Lookup::Key::id, true, kOfParty};
const Lookup kPartiesByCode{"party.party", "code",  "party with the code", "bring it there first", Lookup::Key::text,
                            true,          kOfParty};
const Lookup kProductsById{"product.product", "id",  "active product", "make it active there",
                           Lookup::Key::id,   false, kOfProduct};
const Lookup kProductsByCode{"product.product",
                             "code",
                             "active product with the code",
                             "make it there, or map products as well",
                             Lookup::Key::text,
                             false,
                             kOfProduct};
const Lookup kCurrencies{"currency.currency", "code", "currency", "make it there, with a rate"};
const Lookup kPaymentTerms{"account.invoice.payment_term", "name", "payment term", "make it there"};
const Lookup kUnits{"product.uom", "symbol", "unit", "name one by its symbol, or make it there"};
const Lookup kTaxes{"account.tax",
                    "rate",
                    "tax with the rate",
                    "make it there, for sales",
                    Lookup::Key::decimal,
                    true,
                    {"parent", "active", "type", "group.kind"}};

std::string text_in(const Native& fields, std::string_view name) {
  const Native* value = fields.member(name);
  return is_blank(value) ? "" : value->plain();
}

/// The row that one of two fields names; nullptr where neither changed to one.
const Native* row_named(const char* id, const Lookup& by_id, const char* code, const Lookup& by_code,
                        const Native* before, const Native& after, const Directories& directories) {
  for (const auto& [name, lookup] : {std::pair{code, &by_code}, std::pair{id, &by_id}}) {
    if (!is_changed(name, before, after)) continue;
    const auto& rows = directories.rows(*lookup, text_in(after, name));
    if (!rows.empty()) return &rows.front();
  }
  return nullptr;
}

// --- taxes of a line ---------------------------------------------------------------------------------

bool is_true(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr && value->is_bool() && value->boolean();
}

/// Whether it can stand in a sale's line.
bool is_for_sales(const Native& tax) {
  const Native* group = tax.member("group.");
  const std::string kind = group != nullptr ? text_in(*group, "kind") : "";
  return is_true(tax, "active") && is_blank(tax.member("parent")) && text_in(tax, "type") == "percentage" &&
         (kind.empty() || kind == "sale" || kind == "both");
}

std::vector<Native> ids_of(const std::vector<Native>& rows) {
  std::vector<Native> ids;
  for (const Native& row : rows) ids.push_back(*row.member("id"));
  return ids;
}

/// The taxes that Tryton itself would put into a line of that product.
std::vector<Native> taxes_of(const Native* product) {
  const Native* category = product != nullptr ? product->member("account_category.") : nullptr;
  const Native* taxes = category != nullptr ? category->member("customer_taxes_used.") : nullptr;
  return taxes != nullptr && taxes->is_array() ? ids_of(taxes->array()) : std::vector<Native>{};
}

/// The tax of that rate: the product's own where it has one, else the only one there is.
Native tax_with(const std::string& rate, const Native* product, const Directories& directories) {
  std::vector<Native> fit;
  for (const Native& tax : directories.rows(kTaxes, rate))
    if (is_for_sales(tax)) fit.push_back(*tax.member("id"));
  for (const Native& own : taxes_of(product))
    if (std::find(fit.begin(), fit.end(), own) != fit.end()) return own;
  if (fit.empty()) throw Unsuitable("Tryton has no tax on sales of the rate " + rate + "; make it there");
  if (fit.size() > 1)
    throw Unsuitable("Tryton has several taxes on sales of the rate " + rate +
                     "; give the line a product that has one of them, or leave one active");
  return fit.front();
}

/// What takes away the taxes that the line has.
Native::Array removed_taxes(const Native& before, const Directories& directories) {
  Native::Array ids;
  for (const std::string& rate : rates_of(text_in(before, "tax_rate"))) {
    const auto& rows = directories.rows(kTaxes, rate);
    if (rows.empty()) throw Unsuitable("the line has a tax that is no percentage; change its taxes in Tryton");
    for (const Native& id : ids_of(rows)) ids.push_back(id);
  }
  return ids;
}

void add_taxes(const Native* before, const Native& after, const Native* product, const Directories& directories,
               Native& values) {
  Native::Array commands;
  const std::string rate = text_in(after, "tax_rate");
  if (before == nullptr && after.member("tax_rate") == nullptr) {
    const auto own = taxes_of(product);
    if (!own.empty()) commands.push_back(command("add", Native::Array(own.begin(), own.end())));
  } else if (is_changed("tax_rate", before, after)) {
    if (before != nullptr && !is_blank(before->member("tax_rate")))
      commands.push_back(command("remove", removed_taxes(*before, directories)));
    if (!rate.empty()) commands.push_back(command("add", Native::Array{tax_with(rate, product, directories)}));
  }
  if (!commands.empty()) values.set("taxes", std::move(commands));
}

void line_rules(const Native* before, const Native& after, const Directories& directories, Native& values) {
  const Native* product =
      row_named("product", kProductsById, "product_code", kProductsByCode, before, after, directories);
  add_prices(before, after, values);
  add_taxes(before, after, product, directories, values);
  if (product != nullptr && values.member("unit") == nullptr) values.set("unit", *product->member("sale_uom"));
}

// --- the sale itself ---------------------------------------------------------------------------------

/// The party's address for that use, else its first; null where it has none.
Native address_for(const char* use, const Native& party) {
  const Native* addresses = party.member("addresses.");
  if (addresses == nullptr || !addresses->is_array() || addresses->array().empty()) return {};
  const auto& all = addresses->array();
  const auto meant = std::find_if(all.begin(), all.end(), [&](const Native& each) { return is_true(each, use); });
  return *(meant != all.end() ? *meant : all.front()).member("id");
}

void check_draft(const Native& before) {
  const std::string state = text_in(before, "state");
  if (state == "draft") return;
  throw Unsuitable("the sale is in the state '" + state +
                   "', and Tryton's sales are edited in the state 'draft' only; "
                   "set it back to draft there, or take the change back on the other side");
}

/// Tryton's own client fills these in when a person names the party.
void sale_rules(const Native* before, const Native& after, const Directories& directories, Native& values) {
  if (before != nullptr) check_draft(*before);
  const Native* party = row_named("party", kPartiesById, "party_code", kPartiesByCode, before, after, directories);
  if (party == nullptr) return;
  values.set("invoice_address", address_for("invoice", *party));
  values.set("shipment_address", address_for("delivery", *party));
  const Native* term = party->member("customer_payment_term");
  if (!is_blank(term) && values.member("payment_term") == nullptr) values.set("payment_term", *term);
}

Field money(std::string name) {
  return {.name = std::move(name), .spelling = Spelling::decimal, .writing = Writing::computed};
}

Field price(std::string name) {
  return {.name = std::move(name), .spelling = Spelling::decimal, .writing = Writing::ruled};
}

Field row_of(std::string name, const Lookup& lookup) {
  return {.name = std::move(name), .spelling = Spelling::row, .lookup = &lookup, .given = true};
}

Field named(std::string name, std::string source, const Lookup& lookup) {
  return {.name = std::move(name),
          .spelling = Spelling::reference,
          .source = std::move(source),
          .lookup = &lookup,
          .given = true};
}

ChildModel make_lines() {
  ChildModel lines;
  lines.collection = "lines";
  lines.model = "sale.line";
  lines.mark = "li";
  Field base = price("base_price");
  base.instead = "unit_price";
  lines.fields = {row_of("product", kProductsById),
                  named("product_code", "product", kProductsByCode),
                  {.name = "description"},
                  {.name = "quantity", .spelling = Spelling::number},
                  named("unit", "unit", kUnits),
                  base,
                  price("discount_rate"),
                  price("unit_price"),
                  {.name = "tax_rate",
                   .spelling = Spelling::rates,
                   .source = "taxes",
                   .lookup = &kTaxes,
                   .writing = Writing::ruled},
                  {.name = "sequence", .spelling = Spelling::number}};
  lines.only = "line";
  lines.rules = &line_rules;
  return lines;
}

ObjectModel make_sale() {
  ObjectModel model{.name = "sale", .model = "sale.sale", .read_batch = 20, .write_batch = 10};
  model.fields = {{.name = "number", .writing = Writing::computed},
                  {.name = "reference"},
                  {.name = "description"},
                  {.name = "sale_date", .spelling = Spelling::date},
                  {.name = "state", .writing = Writing::computed, .given = true, .born = "draft"},
                  row_of("party", kPartiesById),
                  named("party_code", "party", kPartiesByCode),
                  named("currency", "currency", kCurrencies),
                  named("payment_term", "payment_term", kPaymentTerms),
                  {.name = "comment"},
                  money("untaxed_amount"),
                  money("tax_amount"),
                  money("total_amount")};
  model.children = {make_lines()};
  model.searches = {{"reference", "sale.sale", "id", "", "reference"}, {"number", "sale.sale", "id", "", "number"}};
  model.rules = &sale_rules;
  return model;
}

}  // namespace

const ObjectModel& sale_model() {
  static const ObjectModel model = make_sale();
  return model;
}

}  // namespace counterpart::tryton
