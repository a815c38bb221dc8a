// Documents with lines: the deals of CRM A keep the ids of their lines, the orders of CRM B give new ones.

#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

/// `count` lines or positions, each with that content.
std::string many_rows(std::size_t count, const std::string& row) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + row;
  return '[' + list + ']';
}

class DocumentsTest : public SandboxTest {
 protected:
  Answer create_deal(const std::string& properties) {
    return ask(*a_, kHub, "POST", "/a/deals", R"({"properties":)" + properties + '}');
  }
  Answer edit_deal(const std::string& properties) {
    return ask(*a_, kHub, "PATCH", "/a/deals/d-1001", R"({"properties":)" + properties + '}');
  }
  std::string lines() { return ask(*a_, kHub, "GET", "/a/deals/d-1001").at({"properties", "lines"}); }

  Answer create_order(const std::string& fields) { return ask(*b_, kHub, "POST", "/b/orders", fields); }
  Answer edit_order(const std::string& fields) { return ask(*b_, kHub, "PATCH", "/b/orders/1", fields); }
  std::string positions() { return ask(*b_, kHub, "GET", "/b/orders/1").at({"data", "positions"}); }

  std::unique_ptr<SandboxCrm> a_ = make_crm_a(settings("/a"), clock_, random_, hooks_);
  std::unique_ptr<SandboxCrm> b_ = make_crm_b(settings("/b"), clock_, random_, hooks_);
};

TEST_F(DocumentsTest, ADealAnswersItsLinesWithIdsAndAllTheirFields) {
  const Answer created = create_deal(
      R"({"title":"Printers","stage":"open","currency":"EUR","amount":500,)"
      R"("lines":[{"product":" P-1 ","quantity":2.50,"unit_price":199.90,"tax_rate":19},{"product":"P-2"}]})");

  EXPECT_EQ(created.status, 201) << created.raw.body;
  EXPECT_EQ(created.at({"id"}), "d-1001");
  EXPECT_EQ(created.at({"properties"}),
            R"({"title":"Printers","stage":"open","currency":"EUR","amount":500,"lines":[)"
            R"({"id":"l-1","product":"P-1","description":null,"quantity":2.5,"unit_price":199.9,)"
            R"("discount_percent":null,"tax_rate":19},)"
            R"({"id":"l-2","product":"P-2","description":null,"quantity":null,"unit_price":null,)"
            R"("discount_percent":null,"tax_rate":null}],"company_id":null,"external_ref":null})");
}

TEST_F(DocumentsTest, ADealWithoutLinesShowsAnEmptyList) {
  create_deal(R"({"title":"Printers"})");
  EXPECT_EQ(lines(), "[]");

  edit_deal(R"({"lines":[{"product":"P-1"}]})");
  EXPECT_NE(lines(), "[]");

  EXPECT_EQ(edit_deal(R"({"lines":null})").at({"properties", "lines"}), "[]");
}

TEST_F(DocumentsTest, TheListOfLinesIsWrittenWholeAndKeepsTheIdsItIsSent) {
  create_deal(R"({"title":"Printers","lines":[{"product":"P-1","quantity":1},{"product":"P-2"},{"product":"P-3"}]})");

  // re-sorted, one changed, one new, one no longer sent; what a line does not say is blank
  const Answer edited = edit_deal(
      R"({"lines":[{"id":"l-3","product":"P-3","quantity":7},{"product":"P-4"},{"id":"l-1","product":"P-1"}]})");

  EXPECT_EQ(edited.status, 200) << edited.raw.body;
  EXPECT_EQ(edited.at({"properties", "lines", "0", "id"}), "l-3");
  EXPECT_EQ(edited.at({"properties", "lines", "0", "quantity"}), "7");
  EXPECT_EQ(edited.at({"properties", "lines", "1", "id"}), "l-4");
  EXPECT_EQ(edited.at({"properties", "lines", "2", "id"}), "l-1");
  EXPECT_EQ(edited.at({"properties", "lines", "2", "quantity"}), "(null)");
  EXPECT_EQ(edited.at({"properties", "lines", "3"}), "(out of range)");
}

TEST_F(DocumentsTest, AnEditThatSaysNothingOfRowsLeavesThemAsTheyAre) {
  create_deal(R"({"title":"Printers","lines":[{"product":"P-1"}]})");
  create_order(R"({"subject":"Drucker","positions":[{"article":"P-1"}]})");
  const std::string lines_before = lines();
  const std::string positions_before = positions();

  edit_deal(R"({"title":"Two printers"})");
  edit_order(R"({"subject":"Zwei Drucker"})");

  EXPECT_EQ(lines(), lines_before);
  EXPECT_EQ(positions(), positions_before);
}

TEST_F(DocumentsTest, TheIdOfNoLineOfThatDealIsRefusedAndNothingIsWritten) {
  create_deal(R"({"title":"Printers","lines":[{"product":"P-1"}]})");
  create_deal(R"({"title":"Another","lines":[{"product":"P-2"}]})");
  struct Case {
    const char* lines;
    const char* field;
  };
  const Case cases[] = {
      {R"([{"id":"l-99","product":"P-1"}])", "lines[0].id"},
      {R"([{"id":"l-1","product":"P-1"},{"id":"l-2","product":"P-2"}])", "lines[1].id"},  // of another deal
      {R"([{"id":"l-1","product":"P-1"},{"id":"l-1","product":"P-2"}])", "lines[1].id"},  // named twice
      {R"([{"id":1,"product":"P-1"}])", "lines[0].id"},
  };
  for (const Case& each : cases) {
    const Answer answer = edit_deal(R"({"title":"Changed","lines":)" + std::string(each.lines) + '}');
    EXPECT_EQ(answer.status, 422) << each.lines;
    EXPECT_EQ(answer.at({"field"}), each.field) << each.lines;
  }
  EXPECT_EQ(create_deal(R"({"lines":[{"id":"l-1","product":"P-1"}]})").at({"field"}), "lines[0].id");
  EXPECT_EQ(ask(*a_, kHub, "GET", "/a/deals/d-1001").at({"properties", "title"}), "Printers");
}

TEST_F(DocumentsTest, AnOrderSpellsItsPositionsInGermanWithoutBlanks) {
  const Answer created =
      create_order(R"({"subject":"Drucker","status":"offen","currency":"EUR","total":"1.234,50","positions":[)"
                   R"({"article":"P-1","text":"","count":"2,5","price":"1.199,90","vat":"19"},)"
                   R"({"article":"P-2","discount":null}]})");

  EXPECT_EQ(created.raw.body, R"({"id":1})");
  EXPECT_THAT(
      ask(*b_, kHub, "GET", "/b/orders/1").raw.body,
      testing::StartsWith(R"({"data":{"id":1,"subject":"Drucker","status":"offen","currency":"EUR","total":"1.234,50",)"
                          R"("positions":[{"no":1,"article":"P-1","count":"2,5","price":"1.199,90","vat":"19"},)"
                          R"({"no":2,"article":"P-2"}],"created_at":)"));
}

TEST_F(DocumentsTest, AnOrderWithoutPositionsLeavesThemOut) {
  create_order(R"({"subject":"Drucker","positions":[{"article":"P-1"}]})");

  edit_order(R"({"positions":[]})");

  EXPECT_EQ(positions(), "(absent)");
}

TEST_F(DocumentsTest, EveryWriteOfPositionsGivesAllOfThemNewNumbers) {
  create_order(R"({"subject":"Drucker","positions":[{"article":"P-1"},{"article":"P-2"}]})");

  // sent as they were read, and numbers that nobody knows
  edit_order(R"({"positions":[{"no":1,"article":"P-1"},{"no":2,"article":"P-2"}]})");
  EXPECT_EQ(positions(), R"([{"no":3,"article":"P-1"},{"no":4,"article":"P-2"}])");
  edit_order(R"({"positions":[{"no":99,"article":"P-2"},{"article":"P-1"}]})");
  EXPECT_EQ(positions(), R"([{"no":5,"article":"P-2"},{"no":6,"article":"P-1"}])");
}

TEST_F(DocumentsTest, AMistakeInARowIsRefusedByItsPlace) {
  struct Case {
    std::string rows;
    const char* field;
  };
  const std::string long_text(201, 'x');
  const Case of_a[] = {
      {"7", "lines"},
      {"{}", "lines"},
      {R"(["P-1"])", "lines[0]"},
      {R"([{"product":"P-1"},{"product":"P-2"},{"product":"P-3","quantity":"two"}])", "lines[2].quantity"},
      {R"([{"product":"P-1","colour":"red"}])", "lines[0].colour"},
      {R"([{"product":"P-1"},{"quantity":1}])", "lines[1].product"},
      {R"([{"product":"P-1","description":")" + long_text + "\"}]", "lines[0].description"},
      {many_rows(501, R"({"product":"P-1"})"), "lines"},
  };
  for (const Case& each : of_a) {
    const Answer answer = create_deal(R"({"title":"Printers","lines":)" + each.rows + '}');
    EXPECT_EQ(answer.status, 422) << each.rows;
    EXPECT_EQ(answer.at({"field"}), each.field) << each.rows;
  }
  const Case of_b[] = {
      {"7", "positions"},
      {R"([{"article":"P-1","count":2}])", "positions[0].count"},
      {R"([{"article":"P-1"},{"article":"P-2","price":"19.90"}])", "positions[1].price"},
      {R"([{"article":"P-1","vat":"16"}])", "positions[0].vat"},
      {R"([{"text":"Drucker"}])", "positions[0].article"},
  };
  for (const Case& each : of_b) {
    const Answer answer = create_order(R"({"subject":"Drucker","positions":)" + each.rows + '}');
    EXPECT_EQ(answer.status, 400) << each.rows;
    EXPECT_EQ(answer.at({"field"}), each.field) << each.rows;
  }
}

TEST_F(DocumentsTest, FiveHundredRowsAreNotTooMany) {
  EXPECT_EQ(create_deal(R"({"title":"Printers","lines":)" + many_rows(500, R"({"product":"P"})") + '}').status, 201);
  EXPECT_EQ(create_order(R"({"subject":"Drucker","positions":)" + many_rows(500, R"({"article":"P"})") + '}').status,
            201);

  const std::string told = edit_deal(R"({"lines":)" + many_rows(501, R"({"product":"P"})") + '}').at({"message"});
  EXPECT_EQ(told, "holds more than 500 rows");
}

TEST_F(DocumentsTest, DocumentsAreFoundByTheirTitle) {
  create_deal(R"({"title":"Printers"})");
  create_order(R"({"subject":"Drucker West"})");

  const Answer deals = ask(*a_, kHub, "POST", "/a/deals/search", R"({"property":"title","values":["printers"]})");
  EXPECT_EQ(deals.at({"results", "0", "id"}), "d-1001");
  EXPECT_EQ(ask(*b_, kHub, "GET", "/b/orders?subject=druckerwest").at({"data", "0", "id"}), "1");
  EXPECT_EQ(ask(*b_, kHub, "GET", "/b/orders?subject=nothing").at({"total"}), "0");
}

TEST_F(DocumentsTest, RowsAreDescribedWithTheirFields) {
  EXPECT_EQ(ask(*a_, kHub, "GET", "/a/schema/deals").at({"fields", "4", "fields", "2"}),
            R"({"name":"quantity","type":"number","required":false,"read_only":false,"options":[]})");
  const Answer orders = ask(*b_, kHub, "GET", "/b/fields/orders");
  EXPECT_EQ(orders.at({"fields", "4", "kind"}), "rows");
  EXPECT_EQ(orders.at({"fields", "4", "fields", "5"}),
            R"({"name":"vat","kind":"option","mandatory":false,"options":["0","7","19"]})");
}

TEST_F(DocumentsTest, WebhooksTellOfDocuments) {
  create_deal(R"({"title":"Printers"})");
  create_order(R"({"subject":"Drucker"})");
  edit_order(R"({"subject":"Drucker","positions":[{"article":"P-1"}]})");
  deliver_all(*a_);
  deliver_all(*b_);

  ASSERT_EQ(hooks_.sent.size(), 3U);
  Answer post;
  post.body = parse_json(hooks_.sent[0].body);
  EXPECT_EQ(post.at({"events", "0", "type"}), "deal.created");
  EXPECT_EQ(post.at({"events", "0", "record_id"}), "d-1001");
  post.body = parse_json(hooks_.sent[2].body);
  EXPECT_EQ(post.at({"event"}), "order.changed");
  EXPECT_EQ(post.at({"changes"}), R"({"positions":[{"no":1,"article":"P-1"}]})");
}

TEST_F(DocumentsTest, LinesWrittenAsTheyWereCountAsUnchanged) {
  create_deal(R"({"title":"Printers","lines":[{"product":"P-1","quantity":2}]})");

  edit_deal(R"({"lines":[{"id":"l-1","product":"P-1","quantity":2.0}]})");

  EXPECT_EQ(ask(*a_, nullptr, "GET", "/a/control/calls").at({"records_unchanged"}), "1");
  EXPECT_EQ(ask(*a_, nullptr, "GET", "/a/control/records/deals").at({"records", "0", "writes_by"}), R"({"u-hub":2})");
}

}  // namespace
}  // namespace counterpart::sandbox
