"""Documents with lines: the CRM's deals keep the ids of their lines, the ERP's orders renumber all positions."""
import collections
import decimal
import unittest

from house import SharedPlayground, blank, wait_for_first_sweeps

STAGES = "  stages: { open: offen, won: gewonnen, lost: verloren }\n"

MAPPING = """
      - left: deals
        right: orders
        fields:
          - { left: title, right: subject }
          - { left: stage, right: status, as: option(stages) }
          - { left: currency, right: currency, as: currency }
          - { left: amount, right: total, as: { left: number, right: decimal(de) } }
        rows:
          - left: lines
            right: positions
            id: { left: id, right: "no" }
            key: [product]
            fields:
              - { left: product, right: article }
              - { left: description, right: text }
              - { left: quantity, right: count, as: { left: number, right: decimal(de) } }
              - { left: unit_price, right: price, as: { left: number, right: decimal(de) } }
              - { left: discount_percent, right: discount, as: { left: number, right: decimal(de) } }
              - { left: tax_rate, right: vat, as: { left: percent, right: percent(text) } }
"""

PRINTER = {"product": "P-1", "description": "Printer", "quantity": 2.5, "unit_price": 1199.9, "discount_percent": 12.5,
           "tax_rate": 19}
PAPER = {"product": "P-2", "quantity": 100, "unit_price": 4.05, "tax_rate": 7}
SERVICE = {"product": "P-3", "description": "Service", "quantity": 1, "unit_price": 80}

NAMES = ("product", "description", "quantity", "unit_price", "discount_percent", "tax_rate")
NAMES_OF_B = ("article", "text", "count", "price", "discount", "vat")


def number(value):
    """A number as the CRM or, in German, the ERP spells it."""
    if isinstance(value, str):
        value = value.replace(".", "").replace(",", ".")
    return None if value is None else decimal.Decimal(str(value)).normalize()


def typed(row, names):
    values = [row.get(name) for name in names]
    return (values[0], blank(values[1]), *map(number, values[2:]))


class Documents(SharedPlayground):
    """One deal and one order a test."""

    def configure(self, p):
        text = p.config.read_text().replace("tables:\n", "tables:\n" + STAGES)
        p.config.write_text(text.rstrip() + MAPPING)

    def started(self):
        shared = super().started()
        wait_for_first_sweeps(shared.p, {"deals", "orders"})
        return shared

    # --- people at work ---------------------------------------------------------------------------

    def document(self, title, *lines):
        """A deal made in the CRM, and its order, at rest."""
        deal = self.p.crm.create("deals", title=title, stage="open", currency="EUR", lines=list(lines))
        self.p.settle_down(timeout=40)
        (story,) = self.p.explain("crm", "deals", deal)
        self.assertIsNotNone(story["link"], "not linked")
        return deal, int(story["link"]["right"])

    def lines(self, deal):
        return self.p.crm.read("deals", deal)["lines"]

    def positions(self, order):
        return self.p.erp_sandbox.read("orders", order).get("positions", [])

    def edit_line(self, deal, product, **values):
        self.p.crm.edit("deals", deal, lines=[{**line, **(values if line["product"] == product else {})}
                                              for line in self.lines(deal)])

    def edit_position(self, order, article, **values):
        self.p.erp_sandbox.edit("orders", order, positions=[{**row, **(values if row["article"] == article else {})}
                                                            for row in self.positions(order)])

    # --- what must hold ---------------------------------------------------------------------------

    def ids(self, deal):
        return {line["product"]: line["id"] for line in self.lines(deal)}

    def writes(self, deal, order):
        """How often the daemon changed the deal, and the order; the create of the order counts."""
        def of(sandbox, kind, record, user):
            (held,) = [r for r in sandbox.control(f"records/{kind}")["records"] if r["id"] == record]
            return held["writes_by"].get(user, 0)
        return of(self.p.crm, "deals", deal, "u-hub"), of(self.p.erp_sandbox, "orders", order, "user-hub")

    def assert_in_step(self, deal, order, products):
        left, right = self.lines(deal), self.positions(order)
        self.assertEqual(collections.Counter(typed(line, NAMES) for line in left),
                         collections.Counter(typed(row, NAMES_OF_B) for row in right))
        self.assertEqual(sorted(line["product"] for line in left), sorted(products))

    def assert_at_rest(self, deal, order):
        """However often the news is told again, neither is written any more."""
        writes = self.writes(deal, order)
        for _ in range(2):
            self.p.crm.control("webhooks/replay", {})
            self.p.erp_sandbox.control("webhooks/replay", {})
            self.p.settle_down(timeout=60)
        self.assertEqual(self.writes(deal, order), writes, "written again, though nothing had changed")
        for system, kind, record in (("crm", "deals", deal), ("erp", "orders", order)):
            for story in self.p.explain(system, kind, record):
                self.assertFalse(story["parked"])
        self.assertEqual(self.p.status()["frozen"], 0)

    def test_a_deal_with_three_lines_arrives_as_an_order(self):
        deal, order = self.document("Arrival", PRINTER, PAPER, SERVICE)

        held = self.p.erp_sandbox.read("orders", order)
        self.assertEqual((held["subject"], held["status"], held["currency"]), ("Arrival", "offen", "EUR"))
        shown = [{name: value for name, value in row.items() if name != "no"} for row in held["positions"]]
        self.assertEqual(shown, [
            {"article": "P-1", "text": "Printer", "count": "2,5", "price": "1199,9", "discount": "12,5", "vat": "19"},
            {"article": "P-2", "count": "100", "price": "4,05", "vat": "7"},
            {"article": "P-3", "text": "Service", "count": "1", "price": "80"}])
        self.assertEqual(self.writes(deal, order), (0, 1))
        self.assert_at_rest(deal, order)

    def test_an_order_arrives_as_a_deal(self):
        order = self.p.erp_sandbox.create("orders", subject="Eingang", status="gewonnen", total="1.234,50", positions=[
            {"article": "P-1", "count": "2,50", "price": "1.199,90", "vat": "19"}, {"article": "P-2", "count": "3"}])
        self.p.settle_down(timeout=40)

        (story,) = self.p.explain("erp", "orders", order)
        deal = story["link"]["left"]
        held = self.p.crm.read("deals", deal)
        self.assertEqual((held["title"], held["stage"], held["amount"]), ("Eingang", "won", 1234.5))
        self.assert_in_step(deal, order, ["P-1", "P-2"])
        self.assertEqual(self.positions(order)[0]["price"], "1.199,90")  # the ERP's own spelling was not touched
        self.assert_at_rest(deal, order)

    def test_a_position_edited_in_the_erp_comes_back_to_the_same_line(self):
        deal, order = self.document("Return", PRINTER, PAPER, SERVICE)
        ids, numbers = self.ids(deal), {row["no"] for row in self.positions(order)}

        self.edit_position(order, "P-2", count="1.250,5", discount="3")
        self.p.settle_down(timeout=40)

        self.assertEqual(self.lines(deal)[1], {**self.lines(deal)[1], "quantity": 1250.5, "discount_percent": 3})
        self.assertEqual(self.ids(deal), ids)  # though the ERP gave all of its own new numbers
        self.assertTrue(numbers.isdisjoint(row["no"] for row in self.positions(order)))
        self.assert_in_step(deal, order, ["P-1", "P-2", "P-3"])
        self.assertEqual(self.writes(deal, order), (1, 1))
        self.assert_at_rest(deal, order)

    def test_a_line_edited_in_the_crm_changes_its_position_alone(self):
        deal, order = self.document("Forth", PRINTER, PAPER)
        before = {row["article"]: row for row in self.positions(order)}

        self.edit_line(deal, "P-1", quantity=7)
        self.p.settle_down(timeout=40)

        after = {row["article"]: row for row in self.positions(order)}
        self.assertEqual(after["P-1"], {**before["P-1"], "count": "7", "no": after["P-1"]["no"]})
        self.assertEqual(after["P-2"], {**before["P-2"], "no": after["P-2"]["no"]})
        self.assertEqual(self.writes(deal, order), (0, 2))
        self.assert_at_rest(deal, order)

    def test_a_position_added_in_the_erp_is_a_new_line(self):
        deal, order = self.document("Addition", PRINTER, PAPER)
        ids = self.ids(deal)

        self.p.erp_sandbox.edit("orders", order, positions=[*self.positions(order), {"article": "P-9", "count": "0,5"}])
        self.p.settle_down(timeout=40)

        self.assert_in_step(deal, order, ["P-1", "P-2", "P-9"])
        self.assertEqual({product: self.ids(deal)[product] for product in ids}, ids)
        self.assertNotIn(self.ids(deal)["P-9"], ids.values())
        self.assertEqual(self.writes(deal, order), (1, 1))
        self.assert_at_rest(deal, order)

    def test_a_line_removed_in_the_crm_is_removed_from_the_order(self):
        deal, order = self.document("Removal", PRINTER, PAPER, SERVICE)

        self.p.crm.edit("deals", deal, lines=[line for line in self.lines(deal) if line["product"] != "P-2"])
        self.p.settle_down(timeout=40)

        self.assert_in_step(deal, order, ["P-1", "P-3"])
        self.assertEqual(self.writes(deal, order), (0, 2))
        self.assert_at_rest(deal, order)

    def test_another_order_of_the_lines_is_no_change(self):
        deal, order = self.document("Order", PRINTER, PAPER, SERVICE)
        writes, ids = self.writes(deal, order), self.ids(deal)

        self.p.crm.edit("deals", deal, lines=self.lines(deal)[::-1])
        self.p.settle_down(timeout=40)
        self.p.erp_sandbox.edit("orders", order, positions=self.positions(order)[1:] + self.positions(order)[:1])
        self.p.settle_down(timeout=40)

        self.assertEqual(self.writes(deal, order), writes)
        self.assertEqual(self.ids(deal), ids)
        self.assert_in_step(deal, order, ["P-1", "P-2", "P-3"])
        self.assert_at_rest(deal, order)

    def test_lines_that_both_sides_edit_at_once_keep_both_edits(self):
        deal, order = self.document("Together", PRINTER, PAPER, SERVICE)
        ids = self.ids(deal)

        # when both answer slowly, and different lines are edited before the first answer comes; the ERP's first, for it
        # takes a list without a precondition
        for sandbox in (self.p.crm, self.p.erp_sandbox):
            sandbox.control("faults", {"delay_ms": 700})
        self.edit_position(order, "P-2", price="4,50")
        self.edit_line(deal, "P-1", quantity=9)
        self.p.settle_down(timeout=60)

        lines = {line["product"]: line for line in self.lines(deal)}
        self.assertEqual((lines["P-1"]["quantity"], lines["P-2"]["unit_price"]), (9, 4.5))
        self.assert_in_step(deal, order, ["P-1", "P-2", "P-3"])
        self.assertEqual(self.ids(deal), ids)
        for sandbox in (self.p.crm, self.p.erp_sandbox):
            sandbox.control("faults", {"delay_ms": 0})
        # then each was written for the other's edit, and no more
        self.assertEqual(self.writes(deal, order), (1, 2))
        self.assert_at_rest(deal, order)


if __name__ == "__main__":
    unittest.main()
