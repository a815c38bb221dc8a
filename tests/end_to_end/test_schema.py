"""The systems' fields change under the daemon: what is new is told, what is gone stops that field and nothing else."""
import json
import time
import unittest

from house import SharedPlayground, sql
from playground import wait_for


class Schema(SharedPlayground):
    def options(self):
        return {"sweep": "1s"}

    def configure(self, p):
        text = p.config.read_text()
        for connector in ("sandbox-a", "sandbox-b"):
            text = text.replace(f"connector: {connector}\n", f"connector: {connector}\n    schema: {{ every: 1s }}\n")
        notes = "- { left: notes, right: remark }"
        self.assertIn(notes, text)
        p.config.write_text(text.replace(notes, "- { left: notes, right: remark, validate: { right: { max_length: 20 } } }"))

    def setUp(self):
        super().setUp()
        wait_for("both systems' fields", lambda: sql(self.p, "select count(*) from counterpart.schema_snapshot "
                                                             "where object in ('contacts', 'persons')") == "2")

    def alerts(self):
        return sql(self.p, "select subject from counterpart.alert where kind = 'schema' and resolved is null "
                           "order by subject").split()

    def wait_for_alerts(self, *subjects):
        wait_for(f"the alerts {subjects}", lambda: self.alerts() == sorted(subjects))

    def accept(self, system, kind):
        done = self.p.cli("connector", "accept", system, kind)
        self.assertEqual(done.returncode, 0, done)

    def test_a_field_that_is_gone_stops_and_the_others_go_on_until_it_is_back(self):
        contact, person = self.pair("Gone", notes="vip", city="Ulm")
        self.p.erp_sandbox.control("schema/persons", {"remove_field": "remark"})
        self.wait_for_alerts("erp/persons/remark")

        self.p.crm.edit("contacts", contact, notes="very vip", city="Bonn")
        self.p.settle_down(timeout=30)
        self.assertEqual(self.p.erp_sandbox.read("persons", person)["address"]["city"], "Bonn")
        self.p.erp_sandbox.edit("persons", person, address={"city": "Kiel"})
        self.p.settle_down(timeout=30)
        at_crm = self.p.crm.read("contacts", contact)
        self.assertEqual((at_crm["city"], at_crm["notes"]), ("Kiel", "very vip"), "what is gone is not taken for blank")
        self.assertEqual(self.parked(contact, person), [])

        self.p.erp_sandbox.control("schema/persons", {"change_field": {"name": "remark"}})
        self.wait_for_alerts()
        wait_for("what was edited meanwhile",
                 lambda: self.p.erp_sandbox.read("persons", person).get("remark") == "very vip")

    def test_new_fields_and_options_are_told_and_taken_note_of(self):
        self.p.crm.control("schema/contacts", {"add_field": {"name": f"score{time.time_ns()}"}})
        self.p.erp_sandbox.control("schema/organisations", {"change_field": {
            "name": "legal_form", "options": ["GmbH", "AG", "KG", "SE"]}})
        wait_for("the alerts", lambda: len(self.alerts()) == 2)
        self.assertEqual(self.alerts()[1], "erp/organisations/legal_form")
        self.assertTrue(self.alerts()[0].startswith("crm/contacts/score"))
        self.accept("crm", "contacts")
        self.accept("erp", "organisations")
        self.assertEqual(self.alerts(), [])

    def test_a_field_that_holds_less_stops_until_it_is_accepted_and_then_its_length_counts(self):
        contact, person = self.pair("Short", city="Ulm")
        self.p.erp_sandbox.control("schema/persons", {"change_field": {"name": "address.city", "max_length": 6}})
        self.wait_for_alerts("erp/persons/address.city")
        self.p.crm.edit("contacts", contact, city="Bonn", notes="moved")
        self.p.settle_down(timeout=30)
        held = self.p.erp_sandbox.read("persons", person)
        self.assertEqual((held["address"]["city"], held["remark"]), ("Ulm", "moved"))

        self.accept("erp", "persons")
        wait_for("the city", lambda: self.p.erp_sandbox.read("persons", person)["address"]["city"] == "Bonn")
        self.assertEqual(self.alerts(), [])
        self.p.settle_down(timeout=30)
        self.p.crm.edit("contacts", contact, city="Darmstadt")
        (parked,) = wait_for("the record set aside", lambda: self.parked(contact, person))
        self.assertIn("'Darmstadt' has 9 characters, and 6 are allowed there (max_length)", parked["reason"])
        self.p.erp_sandbox.control("schema/persons", {"change_field": {"name": "address.city", "max_length": 200}})
        self.wait_for_alerts("erp/persons/address.city")
        self.accept("erp", "persons")

    def test_a_value_that_breaks_a_rule_is_set_aside_without_a_call(self):
        contact, person = self.pair("Rule", notes="short")
        before = self.writes_to("Rule")
        self.p.crm.edit("contacts", contact, notes="much longer than twenty")
        (parked,) = wait_for("the record set aside", lambda: self.parked(contact, person))
        self.assertEqual(parked["field"], "notes")
        self.assertIn("has 23 characters, and 20 are allowed there (max_length)", parked["reason"])
        self.assertEqual(self.writes_to("Rule"), before)
        self.p.crm.edit("contacts", contact, notes="shorter")
        wait_for("the corrected value", lambda: self.p.erp_sandbox.read("persons", person)["remark"] == "shorter")
        self.assertEqual(self.parked(contact, person), [])

    def test_the_live_schema_is_shown(self):
        done = self.p.cli("connector", "describe", "crm", "deals", "--json")
        (deals,) = json.loads(done.stdout)["objects"]
        fields = {field["name"]: field for field in deals["fields"]}
        self.assertTrue(deals["users_add_fields"])
        self.assertEqual(fields["title"]["max_length"], 200)
        self.assertEqual(fields["stage"]["options"], ["open", "won", "lost"])
        self.assertTrue(fields["lines.product"]["required"])
        shown = self.p.cli("connector", "describe", "erp", "persons").stdout
        self.assertIn("users cannot add fields", shown)
        self.assertRegex(shown, r"full_name +text +200 +yes")
        self.assertIn("contacts", self.p.cli("connector", "list").stdout)
        unknown = self.p.cli("connector", "describe", "crm", "unicorns")
        self.assertEqual(unknown.returncode, 1)


if __name__ == "__main__":
    unittest.main()
