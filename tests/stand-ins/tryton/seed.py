"""What a fresh Tryton needs for our tests: some countries, the categories Contact and Company, and the user hub.

    seed.py URL ADMIN-PASSWORD HUB-PASSWORD
"""
import sys

from rpc import Tryton

COUNTRIES = (("DE", "DEU", "Germany"), ("AT", "AUT", "Austria"), ("CH", "CHE", "Switzerland"), ("FR", "FRA", "France"),
             ("GB", "GBR", "United Kingdom"), ("NL", "NLD", "Netherlands"))


def main():
    url, admin_password, hub_password = sys.argv[1:]
    admin = Tryton(url, "admin", admin_password)
    admin.model("country.country", "create",
                [{"code": code, "code3": code3, "name": name} for code, code3, name in COUNTRIES])
    admin.model("party.category", "create", [{"name": "Contact"}, {"name": "Company"}])
    # Without groups: what the daemon does needs no rights beyond every user's.
    admin.model("res.user", "create", [{"name": "Counterpart", "login": "hub", "password": hub_password}])


if __name__ == "__main__":
    main()
