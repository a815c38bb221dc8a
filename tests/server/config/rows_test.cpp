// Child rows in the configuration.

#include <gmock/gmock.h>

#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using test::read;
using testing::ElementsAre;
using testing::HasSubstr;

/// A mapping of deals and orders with that under `rows`.
std::string mapping_with_rows(const std::string& rows, const std::string& leading = "") {
  return "systems:\n  crm: { connector: plain, url: http://127.0.0.1:1 }\n  erp: { connector: plain }\nsyncs:\n  s:\n" +
         leading +
         "    between: { left: crm, right: erp }\n    objects:\n      - left: deals\n        right: orders\n" +
         "        fields: [{ left: title, right: name }]\n        rows:\n          - " + rows + "\n";
}

constexpr const char* kWholeRows = R"yaml(
            left: lines
            right: sale.positions
            name: items
            id: { left: id, right: no }
            key: [product]
            direction: to_right
            conflict: latest
            initial: right
            on_create_set: { right: { kind: article } }
            fields:
              - { left: product, right: article }
              - { left: quantity, right: count, as: { left: number, right: decimal(de) } }
              - { left: price, right: amount, as: { left: number, right: decimal(de) } }
              - { left: discount, right: rabatt, as: { left: percent, right: "percent(sign, de)" } }
              - { left: tax, right: steuer, as: { left: percent, right: percent(fraction) } }
            totals:
              quantity: quantity
              price: price
              discount: discount
              tax: tax
              round: document
              digits: 3
              sum_gross: { left: total, right: summe, as: { left: number, right: decimal(de) } }
              sum_net: { right: netto, as: decimal(de) }
)yaml";

const RowsRule& only_rows(const test::Reading& reading) {
  return reading.configuration.syncs.at(0).mappings.at(0).rows.at(0);
}

TEST(RowsInConfiguration, AreReadWhole) {
  const auto reading = read(mapping_with_rows(kWholeRows));
  ASSERT_EQ(reading.mistakes, "");
  const RowsRule& rows = only_rows(reading);
  EXPECT_EQ(rows.name, "items");
  EXPECT_EQ(rows.side.left.path.text(), "lines");
  EXPECT_EQ(rows.side.left.id, "id");
  EXPECT_EQ(rows.side.right.path.text(), "sale.positions");
  EXPECT_EQ(rows.side.right.id, "no");
  EXPECT_EQ(rows.side.right.on_create_set.member("kind")->plain(), "article");
  EXPECT_THAT(rows.key, ElementsAre(0u));
  EXPECT_EQ(rows.direction, Direction::to_right);
  EXPECT_EQ(rows.conflict, ConflictRule::latest);
  EXPECT_EQ(rows.initial, InitialRule::right);
  EXPECT_EQ(rows.fields.size(), 5u);
  const TotalsRule& totals = rows.totals.value();
  EXPECT_EQ(totals.quantity, 1u);
  EXPECT_EQ(totals.price, 2u);
  EXPECT_EQ(totals.discount, 3u);
  EXPECT_EQ(totals.discount_is, DiscountIs::percent);
  EXPECT_EQ(totals.tax, 4u);
  EXPECT_EQ(totals.round, RoundAt::document);
  EXPECT_EQ(totals.digits, 3u);
  ASSERT_EQ(totals.told.left.size(), 1u);
  EXPECT_EQ(totals.told.left[0].sum, SumOf::gross);
  EXPECT_EQ(totals.told.left[0].field.name, "total");
  ASSERT_EQ(totals.told.right.size(), 2u);
  EXPECT_EQ(totals.told.right[0].field.name, "netto");
}

TEST(RowsInConfiguration, AreLinkedByIdBothWaysWhereNothingElseIsSaid) {
  const auto reading = read(mapping_with_rows("{ left: lines, right: positions, fields: [{ left: a, right: b }] }"));
  ASSERT_EQ(reading.mistakes, "");
  const RowsRule& rows = only_rows(reading);
  EXPECT_EQ(rows.name, "lines");
  EXPECT_EQ(rows.side.left.id, "id");
  EXPECT_EQ(rows.side.right.id, "id");
  EXPECT_EQ(rows.direction, Direction::both);
  EXPECT_EQ(rows.conflict, ConflictRule::manual);
  EXPECT_EQ(rows.initial, InitialRule::manual);
  EXPECT_FALSE(rows.totals);
}

TEST(RowsInConfiguration, TakeTheLeadingSideWhenTheyAreLinkedFirstNotWhenARowIsRemoved) {
  const auto reading = read(
      mapping_with_rows("{ left: lines, right: positions, fields: [{ left: a, right: b }] }", "    leading: right\n"));
  ASSERT_EQ(reading.mistakes, "");
  EXPECT_EQ(only_rows(reading).initial, InitialRule::right);
  EXPECT_EQ(only_rows(reading).conflict, ConflictRule::manual);
}

struct MistakenRows {
  std::string rows;
  std::string says;
};

class MistakesInRows : public testing::TestWithParam<MistakenRows> {};

TEST_P(MistakesInRows, AreNamedWithTheirPlace) {
  EXPECT_THAT(read(mapping_with_rows(GetParam().rows)).mistakes, HasSubstr(GetParam().says)) << GetParam().rows;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, MistakesInRows,
    testing::Values(
        MistakenRows{"{ left: lines, right: positions }", "12:13: the key 'fields' is missing in child rows"},
        MistakenRows{"{ left: lines, right: positions, fields: [] }", "the list 'fields' is empty"},
        MistakenRows{"{ left: 'lines[*]', right: positions, fields: [{ left: a, right: b }] }",
                     "c.yaml:12:21: the path 'lines[*]' names no list of rows; name one place"},
        MistakenRows{"{ left: title, right: positions, fields: [{ left: a, right: b }] }",
                     "c.yaml:12:21: the rows 'title' are mapped by the field 'title' as well; keep one of them"},
        MistakenRows{"{ left: lines, right: positions, key: [prodct], fields: [{ left: product, right: b }] }",
                     "there is no field 'prodct' to be a key; did you mean 'product'?"},
        MistakenRows{"{ left: lines, right: positions, conflict: min, fields: [{ left: a, right: b }] }",
                     "expected leading, left, right, latest, manual or keep_non_blank, found 'min'"},
        MistakenRows{"{ left: lines, right: positions, conflict: leading, fields: [{ left: a, right: b }] }",
                     "conflict: leading, but the sync names no leading side"},
        MistakenRows{"{ left: lines, right: positions, fields: [{ left: a, right: b }], totals: { price: a } }",
                     "the field 'a' is no number on the left; give it the type number"},
        MistakenRows{"{ left: lines, right: positions, fields: [{ left: a, right: b, as: number }], "
                     "totals: { price: c } }",
                     "there is no field 'c' to be added up"},
        MistakenRows{"{ left: lines, right: positions, fields: [{ left: a, right: b, as: number }], "
                     "totals: { price: a, "
                     "discount: a, discount_amount: a } }",
                     "a discount in percent and one as an amount; keep one of them"},
        MistakenRows{"{ left: lines, right: positions, fields: [{ left: a, right: b, as: number }], "
                     "totals: { price: a, "
                     "sum_net: { left: net, as: email } } }",
                     "email is no number's type"}));

TEST(RowsInConfiguration, AreWhatTheSyncsVersionTells) {
  // given rows, and the same with one thing changed each
  const std::string whole = kWholeRows;
  const auto version = [](const std::string& text) {
    return read(mapping_with_rows(text)).configuration.syncs.at(0).version;
  };
  const std::pair<std::string, std::string> changes[] = {
      {"key: [product]", "key: [quantity]"},  {"direction: to_right", "direction: both"},
      {"conflict: latest", "conflict: left"}, {"initial: right", "initial: left"},
      {"right: no }", "right: id }"},         {"kind: article", "kind: service"},
      {"round: document", "round: row"},      {"digits: 3", "digits: 2"},
      {"left: total,", "left: sum,"},         {"as: { left: percent, right: percent(fraction) }", "as: percent"}};
  for (const auto& [from, to] : changes) {
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_NE(version(changed), version(whole)) << to;
  }
  EXPECT_EQ(version(whole), version(whole));
}

}  // namespace
}  // namespace counterpart
