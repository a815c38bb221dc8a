// A long invoice that goes back and forth.

#include <map>
#include <random>

#include "mapping/reconcile/totals.h"
#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

constexpr int kLines = 200;
constexpr int kRounds = 100;

void add_field(RowsRule& lines, const std::string& left, const std::string& right, const char* l, const char* r) {
  FieldRule rule;
  rule.name = left;
  rule.side = {side_of({left}, codec(l)), side_of({right}, codec(r, Side::right))};
  rule.conflict = ConflictRule::left;
  rule.initial = InitialRule::left;
  lines.fields.push_back(std::move(rule));
}

/// An invoice of so many lines, with discounts and two tax rates.
class Invoice {
 public:
  Invoice() {
    RowsRule& lines = document.mapping.rows[0];
    lines.conflict = ConflictRule::keep_non_blank;
    add_field(lines, "discount", "rabatt", "number", "percent(sign, de)");
    add_field(lines, "tax", "steuer", "percent(fraction)", "number");
    TotalsRule totals;
    totals.quantity = 1;
    totals.price = 2;
    totals.discount = 3;
    totals.tax = 4;
    lines.totals = totals;
    for (int i = 0; i < kLines; ++i) add_line();
    document.rest();
  }

  void add_line() {
    document.add_left("P-" + std::to_string(++products_), std::to_string(1 + random(9)), price());
    Native& row = document.system.left.all().back();
    row.set("discount", Native(Native::Number{random(2) == 0 ? "0" : std::to_string(random(30)) + ".5"}));
    row.set("tax", Native(Native::Number{random(2) == 0 ? "0.19" : "0.07"}));
  }

  std::string price() { return std::to_string(random(500)) + "." + std::to_string(10 + random(89)); }

  /// A person's edit of one line; its product.
  std::string edit(Side side) {
    auto& rows = document.system[side].all();
    Native& row = rows[static_cast<std::size_t>(random(static_cast<int>(rows.size())))];
    if (side == Side::left) {
      row.set("price", price());
      return row.member("product")->plain();
    }
    row.set("count", std::to_string(1 + random(50)) + ",5");
    return row.member("article")->plain();
  }

  Sums sums(Side side) {
    const auto added = add_up(document.mapping.rows[0], side, document.system[side].record);
    return std::get<std::optional<Sums>>(added).value();
  }

  int random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  Document document;

 private:
  int products_ = 0;
  std::mt19937 random_{20261122};
};

TEST(Invoice, OfTwoHundredLinesAddsUpEachTimeAndNoLineIsRewrittenThatNobodyChanged) {
  Invoice invoice;
  for (int round = 0; round < kRounds; ++round) {
    // when people edit some lines on both sides, add one and remove one
    std::set<std::string> touched;
    for (int i = 0; i < 3; ++i) {
      touched.insert(invoice.edit(Side::left));
      touched.insert(invoice.edit(Side::right));
    }
    invoice.add_line();
    touched.insert(invoice.document.system.left.all().back().member("product")->plain());
    const std::string removed = invoice.document.system.left.all()[0].member("product")->plain();
    invoice.document.system.left.remove("product", removed);
    touched.insert(removed);
    invoice.document.context.now += std::chrono::hours(1);
    invoice.document.decided.clear();
    std::map<std::string, std::string> before;
    for (const Native& row : invoice.document.system.right.all()) {
      before[row.member("article")->plain()] = print_json(row);
    }
    invoice.document.rest();
    // then the sums are the same to the cent
    ASSERT_EQ(describe(invoice.sums(Side::left), 2), describe(invoice.sums(Side::right), 2)) << "round " << round;
    ASSERT_EQ(compare_totals(invoice.document.mapping,
                             {invoice.document.system.left.record, invoice.document.system.right.record},
                             invoice.document.state),
              std::nullopt);
    // and lines that nobody touched are as they were, ids and spelling and all
    for (const Native& row : invoice.document.system.right.all()) {
      const std::string product = row.member("article")->plain();
      if (touched.contains(product)) continue;
      ASSERT_EQ(print_json(row), before[product]) << "round " << round;
    }
    ASSERT_LE(invoice.document.decided.size(), touched.size());
  }
  EXPECT_EQ(invoice.document.right_rows().size(), invoice.document.left_rows().size());
}

}  // namespace
}  // namespace counterpart::testing
