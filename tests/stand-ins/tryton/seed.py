"""What a fresh Tryton needs for our tests: some countries, the categories Contact and Company, a company that sells
in euros with two taxes and three products, and the user hub.

    seed.py URL ADMIN-PASSWORD HUB-PASSWORD
"""
import datetime
import sys
from decimal import Decimal

from rpc import Tryton

COUNTRIES = (("DE", "DEU", "Germany"), ("AT", "AUT", "Austria"), ("CH", "CHE", "Switzerland"), ("FR", "FRA", "France"),
             ("GB", "GBR", "United Kingdom"), ("NL", "NLD", "Netherlands"))
CURRENCIES = (("EUR", "Euro", "€", "1"), ("USD", "US Dollar", "$", "1.1"))
TAXES = (("Goods 19 %", "0.19"), ("Goods 7 %", "0.07"))
# code, name, list price, unit, category: each category has the tax of its name
PRODUCTS = (("P-1", "Printer", "1199.90", "u", "Goods 19 %"), ("P-2", "Paper", "4.05", "kg", "Goods 7 %"),
            ("P-3", "Service", "80", "h", "Goods 19 %"))
# The daemon's rights: everybody may edit parties, these two groups products and sales.
GROUPS = ("Sales", "Product Administration")


class Seed:
    """The administrator at work."""

    def __init__(self, url, password):
        self.admin = Tryton(url, "admin", password)

    def make(self, model, *rows):
        return self.admin.model(model, "create", list(rows))

    def one(self, model, *domain):
        return self.admin.model(model, "search", list(domain), 0, 1, None)[0]

    def masters(self):
        self.make("country.country", *({"code": code, "code3": code3, "name": name} for code, code3, name in COUNTRIES))
        self.make("party.category", {"name": "Contact"}, {"name": "Company"})
        since = datetime.date(2020, 1, 1)
        self.make("currency.currency", *(
            {"code": code, "name": name, "symbol": symbol, "rounding": Decimal("0.01"), "digits": 2,
             "rates": [["create", [{"date": since, "rate": Decimal(rate)}]]]} for code, name, symbol, rate in CURRENCIES))

    def company(self):
        owner, = self.make("party.party", {"name": "Stand-in GmbH", "addresses": [["create", [{"city": "Berlin"}]]]})
        company, = self.make("company.company", {"party": owner, "currency": self.one("currency.currency", ["code", "=", "EUR"])})
        self.admin.model("res.user", "write", [1], {"companies": [["add", [company]]], "company": company})
        self.admin.context = self.admin.call("model.res.user.get_preferences", True, {})
        return company

    def accounts(self, company):
        """Tryton's minimal chart of accounts; made by its wizard, as a person would."""
        template = self.one("account.account.template", ["parent", "=", None])
        chart = "wizard.account.create_chart"
        wizard, start, _end = self.admin.call(f"{chart}.create", self.admin.context)

        def step(data, state):
            self.admin.call(f"{chart}.execute", wizard, data, state, self.admin.context)

        step({}, start)
        step({"account": {"company": company, "account_template": template}}, "create_account")
        kinds = {f"account_{kind}": self.one("account.account", [f"type.{kind}", "=", True])
                 for kind in ("receivable", "payable")}
        step({"properties": {"company": company, **kinds}}, "create_properties")
        self.admin.call(f"{chart}.delete", wizard, self.admin.context)

    def categories(self, company):
        """Product categories by name, each with the tax of that name."""
        account = self.one("account.account", ["name", "=", "Main Tax"])
        taxes = self.make("account.tax", *(
            {"name": name, "description": name, "type": "percentage", "rate": Decimal(rate), "company": company,
             "invoice_account": account, "credit_note_account": account} for name, rate in TAXES))
        kinds = {f"account_{kind}": self.one("account.account", [f"type.{kind}", "=", True])
                 for kind in ("revenue", "expense")}
        made = self.make("product.category", *(
            {"name": name, "accounting": True, "customer_taxes": [["add", [tax]]], **kinds}
            for (name, _), tax in zip(TAXES, taxes)))
        return dict(zip((name for name, _ in TAXES), made))

    def products(self, categories):
        for code, name, price, symbol, category in PRODUCTS:
            unit = self.one("product.uom", ["symbol", "=", symbol])
            self.make("product.template", {
                "name": name, "type": "goods" if symbol != "h" else "service", "default_uom": unit, "sale_uom": unit,
                "list_price": Decimal(price), "salable": True, "account_category": categories[category],
                "products": [["create", [{"suffix_code": code}]]]})

    def hub(self, company, password):
        groups = [self.one("res.group", ["name", "=", name]) for name in GROUPS]
        self.make("res.user", {"name": "Counterpart", "login": "hub", "password": password, "groups": [["add", groups]],
                               "companies": [["add", [company]]], "company": company})


def main():
    url, admin_password, hub_password = sys.argv[1:]
    seed = Seed(url, admin_password)
    seed.masters()
    company = seed.company()
    seed.accounts(company)
    seed.products(seed.categories(company))
    seed.hub(company, hub_password)


if __name__ == "__main__":
    main()
