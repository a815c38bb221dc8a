#include "connectors/tryton/objects.h"
#include "connectors/tryton/spelling.h"
#include "connectors/tryton/unsuitable.h"

namespace counterpart::tryton {
namespace {

const Lookup kProductUnits{"product.uom", "symbol", "unit", "name one by its symbol, or make it there"};
const Lookup kAccountCategories{"product.category", "name", "product category",
                                "make it there, with its accounts and taxes"};

/// What a template must have to be sold, and how its code reaches the product.
void product_rules(const Native* before, const Native& after, const Directories&, Native& values) {
  const Native* unit = values.member("default_uom");
  if (unit != nullptr) values.set("sale_uom", Native(*unit));
  const Native* prefix = before != nullptr ? before->member("prefix_code") : nullptr;
  if (before != nullptr && !is_blank(prefix) && !(*before->member("code") == *after.member("code")))
    throw Unsuitable("the code begins with its template's (" + prefix->plain() + "); change it in Tryton");
  if (before == nullptr && is_blank(after.member("default_uom")))
    throw Unsuitable("a product needs the field 'default_uom', its unit's symbol: map it, or give it by on_create_set");
}

/// A field of the template.
Field of_template(Field field) {
  field.shared = true;
  return field;
}

ObjectModel make_product() {
  ObjectModel model{.name = "product", .model = "product.product", .read_batch = 100, .write_batch = 50};
  model.fields = {
      {.name = "template", .spelling = Spelling::row, .writing = Writing::computed},
      // What is written is the suffix: Tryton makes the code of it and the template's.
      {.name = "code", .sent = "suffix_code"},
      {.name = "prefix_code", .writing = Writing::computed},
      {.name = "active"},
      {.name = "description"},
      of_template({.name = "name"}),
      of_template({.name = "type"}),
      of_template({.name = "list_price", .spelling = Spelling::decimal}),
      of_template({.name = "salable"}),
      of_template({.name = "default_uom", .spelling = Spelling::reference, .lookup = &kProductUnits}),
      of_template({.name = "account_category", .spelling = Spelling::reference, .lookup = &kAccountCategories})};
  model.searches = {{"code", "product.product", "id", "", "code"}, {"name", "product.product", "id", "", "name"}};
  model.archives = true;
  model.base = Base{"template", "product.template", "products", "t"};
  model.rules = &product_rules;
  return model;
}

}  // namespace

const ObjectModel& product_model() {
  static const ObjectModel model = make_product();
  return model;
}

}  // namespace counterpart::tryton
