"""The sandbox CRM and a real Tryton, in both directions."""
import unittest

from house import PlaygroundTest
from playground import wait_for


class WithTryton(PlaygroundTest):
    def setUp(self):
        from rpc import Tryton  # pylint: disable=import-outside-toplevel

        self.p = self.playground(erp="tryton", sweep="1s")
        self.p.start_tryton()
        self.p.start_sandboxes("--only", "a")
        self.p.start_daemon()
        self.person = Tryton(self.p.tryton["url"], "admin", self.p.tryton["admin_password"])

    def party_of(self, email):
        rows = self.person.model("party.contact_mechanism", "search_read",
                                 [["type", "=", "email"], ["value", "=", email]], 0, None, None, ["party"])
        return [row["party"] for row in rows]

    def test_contacts_and_companies_in_both_directions_and_then_silence(self):
        p, person = self.p, self.person
        # a contact made in the CRM becomes a party of category Contact
        contact = p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com",
                               phone="030 901820", city="Berlin")
        (party,) = wait_for("the contact arrives", lambda: self.party_of("anna@example.com"), 60)
        p.settle_down()
        # its name, and its e-mail, a child row that does not move the party's own time, come back
        person.model("party.party", "write", [party], {"name": "Anna Berg-Meyer"})
        wait_for("the name comes back", lambda: p.crm.read("contacts", contact)["lastname"] == "Berg-Meyer", 60)
        (mechanism,) = person.model("party.contact_mechanism", "search", [["party", "=", party], ["type", "=", "email"]],
                                    0, 1, None)
        person.model("party.contact_mechanism", "write", [mechanism], {"value": "anna.new@example.com"})
        wait_for("the e-mail comes back", lambda: p.crm.read("contacts", contact)["email"] == "anna.new@example.com", 60)
        # a company made in Tryton arrives in the CRM, one of neither category does not
        company_category, = person.model("party.category", "search", [["name", "=", "Company"]], 0, 1, None)
        person.model("party.party", "create", [
            {"name": "Berg GmbH", "categories": [["add", [company_category]]],
             "identifiers": [["create", [{"type": "eu_vat", "code": "DE136695976"}]]]}, {"name": "Nobody"}])
        (company,) = wait_for("the company arrives", lambda: list(p.crm.all("companies").values()), 60)
        self.assertEqual(company.get("properties", company)["vat_id"], "DE136695976")
        p.settle_down()
        self.assertEqual(len(p.crm.all("companies")), 1)
        self.assertEqual(len(p.crm.all("contacts")), 1)
        # an edit in the CRM reaches the party's address; then silence over several sweeps
        p.crm.edit("contacts", contact, city="Potsdam")
        wait_for("the city arrives", lambda: person.model(
            "party.address", "search", [["party", "=", party], ["city", "=", "Potsdam"]], 0, 1, None), 60)
        p.settle_down()
        stamp = person.model("party.party", "read", [party], ["_timestamp", "write_date"])
        writes = p.writes()
        sweeps = self.sweeps()
        wait_for("three more sweeps", lambda: self.sweeps() >= sweeps + 3, 60)
        p.settle_down()
        self.assertEqual(person.model("party.party", "read", [party], ["_timestamp", "write_date"]), stamp)
        self.assertEqual(p.writes(), writes)

    def sweeps(self):
        from playground import call  # pylint: disable=import-outside-toplevel

        lines = call(self.p.metrics, "GET", "/metrics")[2].decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith("counterpart_sweeps_total") and 'system="erp"' in line)


if __name__ == "__main__":
    unittest.main()
