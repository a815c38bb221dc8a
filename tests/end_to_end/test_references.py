"""Contacts name their companies, and deals, too: whoever is named comes first, whichever is told of first."""
import unittest

from house import SharedPlayground, wait_for_first_sweeps
from playground import wait_for

MAPPING = """
      - left: companies
        right: organisations
        match: [vat_id]
        fields:
          - { left: name, right: company_name }
          - { left: vat_id, right: vat_number, as: vat_id }
      - left: contacts
        right: persons
        match: [email]
        fields:
          - { left: lastname, right: full_name }
          - { left: email, right: contact.email, as: email }
          - left: company_id
            right: organisation_id
            as: { left: reference(companies), right: "reference(companies, number)" }
      - left: deals
        right: orders
        final: { right: "status == 'gewonnen'" }
        fields:
          - { left: title, right: subject }
          - { left: stage, right: status, as: option(stages) }
          - left: company_id
            right: organisation_id
            as: { left: reference(companies), right: "reference(companies, number, required)" }
"""


class References(SharedPlayground):
    def configure(self, p):
        text = p.config.read_text().replace(
            "tables:\n", "tables:\n  stages: { open: offen, won: gewonnen, lost: verloren }\n")
        p.config.write_text(text[:text.index("    objects:\n")] + "    objects:" + MAPPING)

    def started(self):
        shared = super().started()
        wait_for_first_sweeps(shared.p, {"companies", "contacts", "deals"})
        return shared

    def counterpart_of(self, kind, record):
        (story,) = [s for s in self.p.explain("crm", kind, record) if s["side"] == "left"]
        self.assertIsNotNone(story["link"], story)
        return int(story["link"]["right"])

    def test_everything_arrives_with_its_company(self):
        # given a person, a deal, and last of all the company that both are of
        company = self.p.crm.create("companies", name="Lovelace GmbH", vat_id="DE136695976")
        contact = self.p.crm.create("contacts", lastname="Lovelace", email="ada@lovelace.example", company_id=company)
        deal = self.p.crm.create("deals", title="Engine", stage="open", company_id=company)
        self.p.settle_down(timeout=40)
        organisation = self.counterpart_of("companies", company)
        person = self.counterpart_of("contacts", contact)
        order = self.counterpart_of("deals", deal)
        self.assertEqual(self.p.erp_sandbox.read("persons", person)["organisation_id"], organisation)
        self.assertEqual(self.p.erp_sandbox.read("orders", order)["organisation_id"], organisation)
        # and from the other side: the person changes to an organisation made there
        other = self.p.erp_sandbox.create("organisations", company_name="Babbage AG", vat_number="DE115235681")
        self.p.erp_sandbox.edit("persons", person, organisation_id=int(other))
        self.p.settle_down(timeout=40)
        found = self.p.crm.read("contacts", contact)["company_id"]
        self.assertEqual(self.p.crm.read("companies", found)["name"], "Babbage AG")
        self.assertEqual([s["waiting"] for s in self.p.explain("crm", "contacts", contact)], [[]])

    def test_a_deal_without_its_company_is_set_aside_and_says_why(self):
        deal = self.p.crm.create("deals", title="Nobody's", stage="open", company_id="c-nowhere")
        wait_for("the deal is parked", lambda: self.parked(deal), 60)
        parked = self.parked(deal)
        self.assertIn("company_id names crm/companies c-nowhere, which has no counterpart", parked[0]["reason"])
        (story,) = self.p.explain("crm", "deals", deal)
        self.assertEqual([(w["record"], w["tried"]) for w in story["waiting"]], [("c-nowhere", True)])

    def test_an_order_that_is_final_is_not_edited(self):
        company = self.p.crm.create("companies", name="Final KG", vat_id="DE811907980")
        deal = self.p.crm.create("deals", title="Done", stage="won", company_id=company)
        self.p.settle_down(timeout=40)
        order = self.counterpart_of("deals", deal)
        self.p.crm.edit("deals", deal, title="Done, or is it")
        wait_for("the deal is parked", lambda: self.parked(deal, order), 40)
        parked = self.parked(deal, order)
        self.assertIn("the record is final in erp (`final.right`)", parked[0]["reason"])
        self.assertIn("title", parked[0]["reason"])
        self.assertEqual(self.p.erp_sandbox.read("orders", order)["subject"], "Done")


if __name__ == "__main__":
    unittest.main()
