"""Orders of a CRM that writes German numbers, and the sales of a real Tryton, in both directions."""
import decimal
import unittest

from house import B_SECRET, PlaygroundTest
from playground import wait_for

SYSTEMS = """
systems:
  erp:
    connector: sandbox-b
    url: http://{sandbox}/b
    api_key: sandbox-b-hub
    webhook_secret: {secret}
    environment: test
    sweep: {{ every: 1h, overlap: 5s }}
    pace: {{ requests_per_second: 2000, burst: 2000 }}
    not_found: {{ tries: 3, wait: 200ms }}
  tryton:
    connector: tryton
    url: {url}
    user: {user}
    password: {password}
    environment: test
    sweep: {{ every: 1s, overlap: 5s }}
"""

SYNC = """
syncs:
  sales:
    between: { left: erp, right: tryton }
    leading: left
    objects:
      - left: orders
        right: sale
        on_create_set: { right: { party_code: "PARTY" } }
        fields:
          - { left: subject, right: reference }
          - { left: currency, right: currency, as: currency, direction: to_right }
          - { left: total, right: total_amount, as: { left: "decimal(de)", right: decimal }, direction: to_left }
        rows:
          - left: positions
            right: lines
            id: { left: "no", right: id }
            key: [product]
            fields:
              - { left: article, right: product_code, name: product }
              - { left: text, right: description }
              - { left: count, right: quantity, as: { left: "decimal(de)", right: number } }
              - { left: price, right: base_price, as: { left: "decimal(de)", right: decimal } }
              - { left: discount, right: discount_rate, as: { left: "percent(text, de)", right: "percent(fraction, text)" } }
              - { left: vat, right: tax_rate, as: { left: "percent(text)", right: "percent(fraction, text)" } }
            totals:
              quantity: count
              price: price
              discount: discount
              tax: vat
"""

PRINTER = {"article": "P-1", "text": "Drucker", "count": "3", "price": "1.199,90", "discount": "12,5", "vat": "19"}
PAPER = {"article": "P-2", "count": "2,4", "price": "4,05", "vat": "7"}
SERVICE = {"article": "P-3", "text": "Einbau", "count": "1,5", "price": "80,00", "vat": "19"}
LINES = ["lines." + name for name in ("product.code", "description", "quantity", "base_price", "unit_price",
                                      "discount_rate", "taxes.rate", "_timestamp", "write_uid")]


def german(text):
    return decimal.Decimal(text.replace(".", "").replace(",", "."))


def gross(positions):
    """What a German invoice adds up to: each position rounded, the tax of each rate as well."""
    cent, net = decimal.Decimal("0.01"), {}
    for row in positions:
        rest = 1 - german(row.get("discount") or "0") / 100
        amount = (german(row["count"]) * german(row["price"]) * rest).quantize(cent, decimal.ROUND_HALF_UP)
        net[row["vat"]] = net.get(row["vat"], 0) + amount
    return sum(amount + (amount * german(rate) / 100).quantize(cent, decimal.ROUND_HALF_UP) for rate, amount in net.items())


class TrytonSales(PlaygroundTest):
    def setUp(self):
        from rpc import Tryton  # pylint: disable=import-outside-toplevel

        self.p = p = self.playground(erp="tryton")
        p.start_tryton()
        p.start_sandboxes()
        self.person = Tryton(p.tryton["url"], "admin", p.tryton["admin_password"])
        self.party, = self.person.model("party.party", "create", [
            {"name": "Kunde GmbH", "addresses": [["create", [{"city": "Ulm"}]]]}])
        row, = self.person.model("party.party", "read", [self.party], ["code"])
        p.write_config()
        head = p.config.read_text().split("systems:")[0]
        p.config.write_text(head + SYSTEMS.format(sandbox=p.sandbox_address, secret=B_SECRET, **p.tryton)
                            + SYNC.replace("PARTY", row["code"]))
        p.start_daemon()

    # --- people at work, and what they see --------------------------------------------------------

    def sales(self):
        return self.person.model("sale.sale", "search_read", [], 0, None, [["id", "ASC"]],
                                 ["reference", "party", "state", "untaxed_amount", "total_amount", *LINES])

    def sale_of(self, order, fits=lambda sale: True):
        def found():
            link = self.p.explain("erp", "orders", order)
            sales = [sale for sale in self.sales() if link and link[0]["link"] and str(sale["id"]) == link[0]["link"]["right"]]
            return [sale for sale in sales if fits(sale)]

        sale, = wait_for(f"the sale of order {order}", found, 60, every=0.1)
        self.rest()
        return sale

    def rest(self):
        self.p.settle_down()
        wait_for("its webhooks", self.p.erp_sandbox.quiet)
        self.p.settle_down()

    def order(self, number):
        return self.p.erp_sandbox.read("orders", number)

    def positions(self, number):
        return {row["article"]: row for row in self.order(number)["positions"]}

    def assert_in_step(self, number, sale):
        """The order's positions, the sale's lines and both sums, to the cent."""
        told = {line["product."]["code"]: line for line in sale["lines."]}
        positions = self.positions(number)
        self.assertEqual(told.keys(), positions.keys())
        for article, row in positions.items():
            line = told[article]
            self.assertEqual(german(row["count"]), decimal.Decimal(str(line["quantity"])))
            self.assertEqual(german(row["price"]), line["base_price"] if line["base_price"] is not None else line["unit_price"])
            self.assertEqual(german(row.get("discount") or "0") / 100, line["discount_rate"] or 0)
            self.assertEqual([german(row["vat"]) / 100], [tax["rate"] for tax in line["taxes."]])
        self.assertEqual(gross(positions.values()), sale["total_amount"])
        self.assertEqual(german(self.order(number)["total"]), sale["total_amount"])

    def assert_at_rest(self, number, sale):
        """Three more sweeps and told again, nothing is written."""
        held = self.order(number)
        self.p.erp_sandbox.control("webhooks/replay", {})
        since = self.sweeps()
        wait_for("three more sweeps", lambda: self.sweeps() >= since + 3, 60)
        self.rest()
        self.assertEqual(self.order(number), held)
        self.assertEqual([other for other in self.sales() if other["id"] == sale["id"]], [sale])
        self.assertEqual(self.p.ask("GET", "parked")["parked"], [])

    def sweeps(self):
        from playground import call  # pylint: disable=import-outside-toplevel

        lines = call(self.p.metrics, "GET", "/metrics")[2].decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith("counterpart_sweeps_total") and 'system="tryton"' in line)

    def test_an_order_becomes_a_sale_and_both_are_edited(self):
        erp, person = self.p.erp_sandbox, self.person
        # an order of three positions arrives, with discount and taxes, and Tryton's total comes back to it
        number = erp.create("orders", subject="Auftrag 17", status="offen", currency="EUR",
                            positions=[PRINTER, PAPER, SERVICE])
        sale = self.sale_of(number)
        wait_for("the total comes back", lambda: self.order(number).get("total"), 60)
        self.rest()
        self.assertEqual((sale["reference"], sale["party"], sale["state"]), ("Auftrag 17", self.party, "draft"))
        self.assertEqual(sale["total_amount"], decimal.Decimal("3901.39"))
        self.assert_in_step(number, sale)

        # one position is edited there: its line alone is written
        stamps = {line["product."]["code"]: line["_timestamp"] for line in sale["lines."]}
        held = self.order(number)["positions"]
        erp.edit("orders", number, positions=[{**row, "count": "1.000,75"} if row["article"] == "P-2" else row for row in held])
        sale = self.sale_of(number, lambda sale: any(line["quantity"] == 1000.75 for line in sale["lines."]))
        self.assertEqual([line["product."]["code"] for line in sale["lines."]
                          if stamps[line["product."]["code"]] != line["_timestamp"]], ["P-2"])
        total = sale["total_amount"]
        wait_for("the new total", lambda: german(self.order(number)["total"]) == total, 60)
        self.assert_in_step(number, sale)

        # a person edits two lines in Tryton, one's price and another's text, and the tax of none
        lines = {line["product."]["code"]: line["id"] for line in sale["lines."]}
        person.model("sale.line", "write", [lines["P-1"]], {"base_price": decimal.Decimal("1000"),
                                                            "unit_price": decimal.Decimal("875")})
        person.model("sale.line", "write", [lines["P-3"]], {"description": "Einbau und Test"})
        wait_for("the price comes back", lambda: german(self.positions(number)["P-1"]["price"]) == 1000, 60)
        wait_for("the text comes back", lambda: self.positions(number)["P-3"]["text"] == "Einbau und Test", 60)
        sale = self.sale_of(number)
        wait_for("the total", lambda: german(self.order(number)["total"]) == sale["total_amount"], 60)
        self.assertEqual(self.positions(number)["P-2"]["count"], "1.000,75")  # as its person spelled it
        self.assert_in_step(number, sale)

        # a position is removed and another added
        held = [row for row in self.order(number)["positions"] if row["article"] != "P-3"]
        erp.edit("orders", number, positions=held)
        sale = self.sale_of(number, lambda sale: len(sale["lines."]) == 2)
        wait_for("the total", lambda: german(self.order(number)["total"]) == sale["total_amount"], 60)
        self.assert_in_step(number, sale)
        self.assert_at_rest(number, sale)

    def test_a_sale_becomes_an_order_and_a_quoted_one_is_edited_no_more(self):
        person = self.person
        products = {row["code"]: row for row in person.model("product.product", "search_read", [["code", "!=", None]], 0,
                                                             None, None, ["code", "sale_uom"])}
        tax, = person.model("account.tax", "search", [["rate", "=", decimal.Decimal("0.19")]], 0, 1, None)
        line = {"product": products["P-1"]["id"], "unit": products["P-1"]["sale_uom"], "quantity": 2,
                "base_price": decimal.Decimal("1199.90"), "unit_price": decimal.Decimal("1139.905"), "taxes": [["add", [tax]]]}
        address, = person.model("party.address", "search", [["party", "=", self.party]], 0, 1, None)
        made, = person.model("sale.sale", "create", [{
            "party": self.party, "reference": "Auftrag 18", "invoice_address": address, "shipment_address": address,
            "lines": [["create", [line, {"type": "comment", "description": "Danke"}]]]}])
        number, = wait_for("the order", lambda: list(self.p.erp_sandbox.all("orders")), 60)
        self.rest()
        held = self.order(number)
        self.assertEqual((held["subject"], held["total"]), ("Auftrag 18", "2712,97"))
        position = held["positions"][0]
        self.assertEqual((position["count"], position["price"], position["discount"], position["vat"]),
                         ("2", "1199,9", "5", "19"))

        # once it is quoted, an edit on the other side is set aside, and says why
        person.model("sale.sale", "quote", [made])
        self.p.erp_sandbox.edit("orders", number, subject="Auftrag 18b")
        parked, = wait_for("it is set aside", lambda: self.p.ask("GET", "parked")["parked"], 60)
        self.assertIn("state 'quotation'", str(parked))
        sale, = self.sales()
        self.assertEqual((sale["reference"], sale["state"]), ("Auftrag 18", "quotation"))
        # and when a person sets it back to draft, it can go on
        person.model("sale.sale", "draft", [made])
        wait_for("the edit arrives", lambda: self.sales()[0]["reference"] == "Auftrag 18b", 60)


if __name__ == "__main__":
    unittest.main()
