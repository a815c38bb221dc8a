// Products and sales in a real Tryton, with its taxes, prices and states.

#include "real.h"

namespace counterpart::tryton {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class RealSale : public RealTryton {
 protected:
  void SetUp() override {
    RealTryton::SetUp();
    if (IsSkipped()) return;
    object = "party";
    party = created(R"({"name":"Buyer )" + tag + R"(","addresses":[{"city":"Ulm","country":"DE"}]})");
    object = "sale";
  }

  /// Three lines: a discount of 12.5 %, kilograms, and an hour without a discount.
  std::string sale() const {
    return R"({"reference":"R-)" + tag + R"(","sale_date":"2026-11-22","party_code":")" +
           party.fields.member("code")->text() +
           R"(","currency":"EUR","lines":[)"
           R"({"product_code":"P-1","quantity":2,"base_price":"1199.9","discount_rate":"0.125","tax_rate":"0.19"},)"
           R"({"product_code":"P-2","quantity":2.5,"base_price":4.05,"tax_rate":"0.07"},)"
           R"({"product_code":"P-3","description":"Support","quantity":"1","base_price":"80","discount_rate":"0"}]})";
  }

  static Native& line(Native& fields, std::size_t index) { return fields.member("lines")->array().at(index); }

  std::string value(const Record& record, const char* name) const { return record.fields.member(name)->plain(); }

  std::string shown(const Record& record, std::size_t index, const std::vector<const char*>& names) const {
    std::string text;
    for (const char* name : names)
      text += (text.empty() ? "" : " ") + print_json(*record.fields.member("lines")->array().at(index).member(name));
    return text;
  }

  /// Each line's stamp, by its part.
  static std::map<std::string, std::string> stamps(const Record& record) {
    std::map<std::string, std::string> stamps;
    std::istringstream parts(record.revision);
    for (std::string part; std::getline(parts, part, ';');)
      stamps[part.substr(0, part.find(':'))] = part.substr(part.find(':') + 1);
    return stamps;
  }

  Record party;
};

TEST_F(RealSale, IsMadeWithItsLinesAndTheTotalsAreTrytons) {
  const Record made = created(sale());
  const Record again = read(made.id);

  EXPECT_EQ(show(made), show(again));
  EXPECT_EQ("draft", value(again, "state"));
  EXPECT_EQ("2026-11-22", value(again, "sale_date"));
  EXPECT_EQ(party.id, value(again, "party"));
  EXPECT_EQ(
      R"("P-1" 2.0 "u" "1199.9" "0.1250" "1049.9125" "0.19")",
      shown(again, 0, {"product_code", "quantity", "unit", "base_price", "discount_rate", "unit_price", "tax_rate"}));
  EXPECT_EQ(
      R"("P-2" 2.5 "kg" "4.05" null "4.05" "0.07")",
      shown(again, 1, {"product_code", "quantity", "unit", "base_price", "discount_rate", "unit_price", "tax_rate"}));
  EXPECT_EQ(R"("Support" "80" "0.0000" "0.19")",
            shown(again, 2, {"description", "base_price", "discount_rate", "tax_rate"}))
      << "the tax is the product's, where none is said";
  // 2 × 1049.9125 = 2099.82 (half to even), 2.5 × 4.05 = 10.12, and 80
  EXPECT_EQ("2189.94", value(again, "untaxed_amount"));
  EXPECT_EQ("414.88", value(again, "tax_amount")) << "19 % of 2179.82 and 7 % of 10.12";
  EXPECT_EQ("2604.82", value(again, "total_amount"));
}

TEST_F(RealSale, CanBeQuotedByAPersonForItsAddressesAreThere) {
  const Record made = created(sale());
  EXPECT_EQ("null", person("sale.sale", "quote", "[[" + made.id + "]]"));
  EXPECT_EQ("quotation", value(read(made.id), "state"));
}

TEST_F(RealSale, OneLineIsEditedAndTheOthersAreNotWritten) {
  const Record made = created(sale());
  Native after = made.fields;
  line(after, 1).set("quantity", "3.25");
  line(after, 1).set("tax_rate", "0.19");

  const auto written = update(made, after);

  EXPECT_EQ("written " + made.id, show(written));
  const Record held = read(made.id);
  EXPECT_EQ(show(held), show(std::get<Written>(written).record.value())) << "nobody else has touched it";
  EXPECT_EQ(R"(3.25 "0.19" "4.05")", shown(held, 1, {"quantity", "tax_rate", "base_price"}));
  auto then = stamps(made);
  auto now = stamps(held);
  for (const std::size_t untouched : {0U, 2U}) {
    const std::string part = "li" + row_id(made, "lines", untouched);
    EXPECT_EQ(then[part], now[part]);
  }
  EXPECT_NE(then["li" + row_id(made, "lines", 1)], now["li" + row_id(made, "lines", 1)]);
}

TEST_F(RealSale, APriceOrADiscountChangesTheOther) {
  const Record made = created(sale());
  Native after = made.fields;
  line(after, 0).set("discount_rate", "0.05");
  line(after, 2).set("discount_rate", Native());
  line(after, 2).set("base_price", "95.5");
  EXPECT_EQ("written " + made.id, show(update(made, after)));
  const Record held = read(made.id);
  EXPECT_EQ(R"("1199.9" "0.0500" "1139.905")", shown(held, 0, {"base_price", "discount_rate", "unit_price"}));
  EXPECT_EQ(R"("95.5" null "95.5")", shown(held, 2, {"base_price", "discount_rate", "unit_price"}));
}

TEST_F(RealSale, LinesAreAddedAndRemovedAndCommentsStay) {
  const Record made = created(sale());
  person("sale.line", "create", "[[{\"sale\":" + made.id + R"(,"type":"comment","description":"Thank you"}]])");
  const Record commented = read(made.id);
  EXPECT_EQ(made.revision, commented.revision) << "a comment is no line of ours";
  Native after = commented.fields;
  auto& lines = after.member("lines")->array();
  lines.erase(lines.begin());
  lines.push_back(parse_json(R"({"description":"Fee","quantity":1,"unit_price":"2.5"})"));

  EXPECT_EQ("written " + made.id, show(update(commented, after)));

  const Record held = read(made.id);
  EXPECT_THAT(held.fields.member("lines")->array(), SizeIs(3));
  EXPECT_EQ("4", person("sale.line", "search_count", R"([[["sale","=",)" + made.id + "]]]")) << "with the comment";
}

TEST_F(RealSale, APersonsEditOfALineIsNewsOfTheSaleAndAConflictForThatLineAlone) {
  const Record made = created(sale());
  const Record before = created(sale());
  person("sale.line", "write", "[[" + row_id(made, "lines", 1) + R"(],{"quantity":7}])");
  const auto page =
      std::get<ChangesPage>(run(io, connector->changed("sale", *before.modified + std::chrono::microseconds(1), "")));
  ASSERT_THAT(page.records, SizeIs(1));
  EXPECT_EQ(made.id, page.records[0].id);

  Native same = made.fields;
  line(same, 1).set("quantity", "9");
  EXPECT_THAT(show(update(made, same)), StartsWith("conflict: "));
  Native other = made.fields;
  line(other, 0).set("quantity", "9");
  EXPECT_EQ("written " + made.id, show(update(made, other)));
  EXPECT_EQ("7.0", shown(read(made.id), 1, {"quantity"}));
}

TEST_F(RealSale, WhatIsQuotedIsNotEdited) {
  const Record made = created(sale());
  person("sale.sale", "quote", "[[" + made.id + "]]");
  const Record quoted = read(made.id);
  Native after = quoted.fields;
  after.set("description", "too late");
  EXPECT_THAT(show(update(quoted, after)), testing::AllOf(StartsWith("rejected: "), HasSubstr("state 'quotation'"),
                                                          HasSubstr("set it back to draft")));
  Native stale = made.fields;
  stale.set("description", "too late");
  EXPECT_THAT(show(update(made, stale)), StartsWith("conflict: ")) << "read before it was quoted";
}

TEST_F(RealSale, IsFoundByReferenceAndNumber) {
  const Record made = created(sale());
  EXPECT_EQ(made.id, show(run(io, connector->find("sale", "reference", {"r-" + tag})))[0]);
  EXPECT_EQ("", show(run(io, connector->find("sale", "number", {"none"})))[0]);
}

TEST_F(RealSale, IsDescribed) {
  const auto described = std::get<ObjectDescription>(run(io, connector->describe("sale")));
  std::map<std::string, FieldDescription> fields;
  for (const FieldDescription& field : described.fields) fields[field.name] = field;
  EXPECT_THAT(fields["state"].options,
              ElementsAre("draft", "quotation", "confirmed", "processing", "done", "cancelled"));
  EXPECT_TRUE(fields["total_amount"].read_only);
  EXPECT_FALSE(fields["reference"].read_only);
}

class RealProduct : public RealTryton {
 protected:
  void SetUp() override {
    RealTryton::SetUp();
    object = "product";
  }
  std::string product() const {
    return R"({"code":"N-)" + tag +
           R"(","name":"Nail","type":"goods","list_price":"0.0125","salable":true,)"
           R"("default_uom":"kg","account_category":"Goods 19 %"})";
  }
};

TEST_F(RealProduct, IsMadeThroughItsTemplateAndReadBackAlike) {
  const Record made = created(product());
  EXPECT_EQ(show(made), show(read(made.id)));
  const Native asked = parse_json(product());
  for (const auto& [name, value] : asked.object()) EXPECT_EQ(value, *made.fields.member(name)) << name;
  EXPECT_EQ(made.id, show(run(io, connector->find("product", "code", {"n-" + tag})))[0]);
}

TEST_F(RealProduct, ItsCodeAndWhatItsTemplateHoldsAreWrittenAtOnce) {
  const Record made = created(product());
  const Record other = created(R"({"name":"Quiet","list_price":1,"type":"goods","default_uom":"u"})");
  Native after = made.fields;
  after.set("code", "M-" + tag);
  after.set("list_price", "0.013");

  const auto written = update(made, after);

  const Record held = read(made.id);
  EXPECT_EQ(show(held), show(std::get<Written>(written).record.value()));
  EXPECT_EQ("M-" + tag, held.fields.member("code")->text());
  EXPECT_EQ("0.013", held.fields.member("list_price")->text());
  EXPECT_THAT(show(update(made, after)), StartsWith("conflict: ")) << "written since it was read";

  const auto page =
      std::get<ChangesPage>(run(io, connector->changed("product", *other.modified + std::chrono::microseconds(1), "")));
  ASSERT_THAT(page.records, SizeIs(1)) << "a change of the template is the product's";
  EXPECT_EQ(made.id, page.records[0].id);
}

}  // namespace
}  // namespace counterpart::tryton
