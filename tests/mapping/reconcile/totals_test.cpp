// What documents add up to, and what is said where they do not.

#include "mapping/reconcile/totals.h"

#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Decimal amount(std::string_view text) {
  return *Decimal::parse(text);
}

FieldRule number_field(const std::string& name) {
  FieldRule rule;
  rule.name = name;
  rule.side = {side_of({name}, codec("number")), side_of({name}, codec("decimal(de)", Side::right))};
  return rule;
}

/// Lines of quantity, price, discount and tax; the documents' own gross sums, `total` and `summe`.
ObjectMapping invoice(RoundAt round = RoundAt::row, unsigned digits = 2, DiscountIs discount = DiscountIs::percent) {
  ObjectMapping mapping = mapping_of({text_field("title")});
  RowsRule lines;
  lines.name = "lines";
  lines.side = {RowsSide{Path::parse("lines"), "id", {}}, RowsSide{Path::parse("lines"), "id", {}}};
  for (const char* name : {"quantity", "price", "discount", "tax"}) lines.fields.push_back(number_field(name));
  TotalsRule totals;
  totals.quantity = 0;
  totals.price = 1;
  totals.discount = 2;
  totals.discount_is = discount;
  totals.tax = 3;
  totals.round = round;
  totals.digits = digits;
  totals.told.left = {{SumOf::gross, side_of({"total"}, codec("number"))}};
  totals.told.right = {{SumOf::gross, side_of({"summe"}, codec("decimal(de)", Side::right))}};
  lines.totals = totals;
  mapping.rows.push_back(std::move(lines));
  return mapping;
}

struct Sample {
  std::string what;
  RoundAt round;
  unsigned digits;
  DiscountIs discount_is;
  std::string lines;
  std::string net, discount, tax, gross;
};

class AddingUp : public ::testing::TestWithParam<Sample> {};

TEST_P(AddingUp, IsExact) {
  const Sample& sample = GetParam();
  const ObjectMapping mapping = invoice(sample.round, sample.digits, sample.discount_is);
  const Record shown = record(R"({"lines": )" + sample.lines + "}");
  const auto added = add_up(mapping.rows[0], Side::left, shown);
  const auto& sums = std::get<std::optional<Sums>>(added);
  ASSERT_TRUE(sums) << sample.what;
  EXPECT_EQ(sums->net, amount(sample.net)) << sample.what;
  EXPECT_EQ(sums->discount, amount(sample.discount)) << sample.what;
  EXPECT_EQ(sums->tax, amount(sample.tax)) << sample.what;
  EXPECT_EQ(sums->gross, amount(sample.gross)) << sample.what;
}

INSTANTIATE_TEST_SUITE_P(
    Documents, AddingUp,
    ::testing::Values(
        Sample{"nothing", RoundAt::row, 2, DiscountIs::percent, "[]", "0", "0", "0", "0"},
        Sample{"one line", RoundAt::row, 2, DiscountIs::percent,
               R"([{"id": 1, "quantity": 3, "price": 19.99, "discount": 10, "tax": 19}])", "53.97", "6", "10.25",
               "64.22"},
        Sample{
            "two rates, each rounded once", RoundAt::row, 2, DiscountIs::percent,
            R"([{"id": 1, "quantity": 1, "price": 0.13, "tax": 19}, {"id": 2, "quantity": 1, "price": 0.13, "tax": 19},
                   {"id": 3, "quantity": 1, "price": 0.13, "tax": 7}])",
            "0.39", "0", "0.06", "0.45"},
        Sample{"rounded a row", RoundAt::row, 2, DiscountIs::percent,
               R"([{"id": 1, "quantity": 0.5, "price": 0.01}, {"id": 2, "quantity": 0.5, "price": 0.01}])", "0.02", "0",
               "0", "0.02"},
        Sample{"rounded once", RoundAt::document, 2, DiscountIs::percent,
               R"([{"id": 1, "quantity": 0.5, "price": 0.01}, {"id": 2, "quantity": 0.5, "price": 0.01}])", "0.01", "0",
               "0", "0.01"},
        Sample{"yen have no fraction", RoundAt::row, 0, DiscountIs::percent,
               R"([{"id": 1, "quantity": 3, "price": 33.4, "tax": 10}])", "100", "0", "10", "110"},
        Sample{"dinars have three digits", RoundAt::row, 3, DiscountIs::percent,
               R"([{"id": 1, "quantity": 3, "price": 0.3335, "tax": 5}])", "1.001", "0", "0.05", "1.051"},
        Sample{"a discount as an amount", RoundAt::row, 2, DiscountIs::amount,
               R"([{"id": 1, "quantity": 2, "price": 10, "discount": 2.5, "tax": 20}])", "17.5", "2.5", "3.5", "21"},
        Sample{"a credit note", RoundAt::row, 2, DiscountIs::percent,
               R"([{"id": 1, "quantity": -1, "price": 10.005, "tax": 19}])", "-10.01", "0", "-1.9", "-11.91"},
        Sample{"no quantity counts once", RoundAt::row, 2, DiscountIs::percent, R"([{"id": 1, "price": 10, "tax": 0}])",
               "10", "0", "0", "10"}));

TEST(Totals, SpoiltByACentAreToldWithBothSums) {
  const ObjectMapping mapping = invoice();
  const std::string lines = R"("lines": [{"id": 1, "quantity": "2", "price": "50,00", "tax": "19"}])";
  EXPECT_EQ(check_own_totals(mapping, Side::right, record("{" + lines + R"(, "summe": "119,00"})")), std::nullopt);
  const auto problem = check_own_totals(mapping, Side::right, record("{" + lines + R"(, "summe": "119,01"})"));
  ASSERT_TRUE(problem);
  EXPECT_THAT(problem->what, AllOf(HasSubstr("the gross of right is 119.01 in summe"), HasSubstr("add up to 119.00"),
                                   HasSubstr("net 100.00, tax 19.00")));
}

TEST(Totals, ThatARecordDoesNotTellAreNotMissed) {
  const ObjectMapping mapping = invoice();
  EXPECT_EQ(check_own_totals(mapping, Side::left, record(R"({"lines": [{"id": 1, "price": 1}]})")), std::nullopt);
  EXPECT_EQ(check_own_totals(mapping, Side::left, record(R"({"total": 5})")), std::nullopt);
}

/// One line that is on both sides.
FieldStates linked() {
  FieldStates state;
  state.base = {json(R"({"lines": [{"": "1"}]})"), json(R"({"lines": [{"": "1"}]})")};
  return state;
}

TEST(Totals, OfBothSidesAreCompared) {
  const ObjectMapping mapping = invoice();
  const Record left = record(R"({"lines": [{"id": 1, "quantity": 1, "price": 0.005}]})");
  const Record right = record(R"({"lines": [{"id": 1, "quantity": "1", "price": "0,00"}]})");
  FieldStates state = linked();
  EXPECT_EQ(compare_totals(mapping, {left, left}, state), std::nullopt);
  const auto problem = compare_totals(mapping, {left, right}, state);
  ASSERT_TRUE(problem);
  EXPECT_THAT(problem->what, AllOf(HasSubstr("left net 0.01"), HasSubstr("right net 0.00")));
}

TEST(Totals, OfLinesThatOneSideHasAloneAreNotCompared) {
  const ObjectMapping mapping = invoice();
  const Record left = record(R"({"lines": [{"id": 1, "price": 1}]})");
  const Record right = record(R"({"lines": []})");
  FieldStates held = linked();
  held.frozen.insert("lines[1]");
  EXPECT_EQ(compare_totals(mapping, {left, right}, held), std::nullopt);
  FieldStates left_so = linked();
  left_so.base.right = json(R"({"lines": [null]})");
  EXPECT_EQ(compare_totals(mapping, {left, right}, left_so), std::nullopt);
  FieldStates never_compared;
  EXPECT_EQ(compare_totals(mapping, {left, right}, never_compared), std::nullopt);
}

TEST(Totals, OfWhatCannotBeReadNameRowAndField) {
  const ObjectMapping mapping = invoice();
  const auto problem =
      check_own_totals(mapping, Side::left, record(R"({"total": 1, "lines": [{"id": 4, "price": "viel"}]})"));
  ASSERT_TRUE(problem);
  EXPECT_THAT(problem->what, HasSubstr("lines[4].price on left cannot be added up"));
}

}  // namespace
}  // namespace counterpart::testing
