"""A change in one system arrives in the other; then silence."""
import json
import unittest

from house import PlaygroundTest
from playground import call, wait_for


class MainJob(PlaygroundTest):
    def test_a_contact_created_on_the_left_and_edited_on_either_side(self):
        # given two systems in step
        p = self.two_sandboxes()

        # when a contact is made in the CRM
        contact = p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com",
                               phone="+4930901820", birthday="1980-12-31", newsletter=True)
        p.settle_down()

        # then the ERP has it, in its own spelling
        (person,) = p.erp_sandbox.all("persons").values()
        self.assertEqual(person["full_name"], "Anna Berg")
        self.assertEqual(person["birthday"], "31.12.1980")
        self.assertEqual(person["newsletter"], "ja")

        # when it is edited there, it shows here
        p.erp_sandbox.edit("persons", person["id"], address={"city": "Köln"}, remark="called")
        p.settle_down()
        self.assertEqual(p.crm.read("contacts", contact)["city"], "Köln")
        self.assertEqual(p.crm.read("contacts", contact)["notes"], "called")

        # and at rest not one further write is made, however often webhooks are replayed
        writes = p.writes()
        for _ in range(3):
            p.crm.control("webhooks/replay", {})
            p.erp_sandbox.control("webhooks/replay", {})
            p.settle_down()
        self.assertEqual(p.writes(), writes)
        self.assert_contacts_in_step(p, 1)

    def test_a_company_keeps_money_dates_and_options_exact(self):
        p = self.two_sandboxes()
        made = p.erp_sandbox.create("organisations", company_name="Berg GmbH", vat_number="DE 136 695 976",
                                    turnover="1.234.567,89", staff="12", legal_form="AG", founded="03.02.2001")
        p.settle_down()
        (company,) = p.crm.all("companies").values()
        company = company.get("properties", company)
        self.assertEqual(company["vat_id"], "DE136695976")
        self.assertEqual(json.dumps(company["revenue"]), "1234567.89")
        self.assertEqual((company["employees"], company["legal_form"], company["founded"]), (12, "stock", "2001-02-03"))
        # the ERP's own spelling of its VAT number was not touched
        self.assertEqual(p.erp_sandbox.read("organisations", made)["vat_number"], "DE 136 695 976")

    def test_existing_records_are_linked_by_their_key_and_not_doubled(self):
        # given the same person typed into both systems before the daemon runs
        p = self.playground()
        p.start_sandboxes()
        p.crm.create("contacts", firstname="Anna", lastname="Berg", email="Anna@Example.com", city="Berlin")
        p.erp_sandbox.create("persons", full_name="Anna Berg", contact={"email": "anna@example.com", "phone": "+4930901820"})
        # when it starts and sweeps
        p.start_daemon()
        p.settle_down()
        # then they are one pair, blanks filled from either side
        (contact,) = p.crm.all("contacts").values()
        (person,) = p.erp_sandbox.all("persons").values()
        contact = contact.get("properties", contact)
        self.assertEqual(contact["phone"], "+4930901820")
        self.assertEqual(person["address"]["city"], "Berlin")

    def test_an_ambiguous_match_parks_with_reason_and_remedy(self):
        p = self.two_sandboxes()
        for _ in range(2):
            p.erp_sandbox.control("faults", {"drop_webhooks": True})
            p.erp_sandbox.create("persons", full_name="Anna Berg", contact={"email": "anna@example.com"})
        p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com")
        p.settle_down()
        (row,) = p.ask("GET", "parked")["parked"]
        self.assertIn("email", row["reason"])
        self.assertTrue(row["remedy"])
        self.assertEqual(len(p.erp_sandbox.all("persons")), 2)
        # a person mends it, and says so
        doomed = max(p.erp_sandbox.all("persons"))
        p.erp_sandbox.call("DELETE", f"/persons/{doomed}")
        told = p.cli("parked", "retry", str(row["id"]))
        self.assertEqual(told.returncode, 0, told.stderr)
        p.settle_down()
        self.assertEqual(p.ask("GET", "parked")["parked"], [])
        self.assert_contacts_in_step(p, 1)

    def test_both_sides_edited_at_once(self):
        # given a pair in step, and a daemon that is stopped
        p = self.two_sandboxes()
        contact = p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com", city="Berlin")
        p.settle_down()
        (person,) = p.erp_sandbox.all("persons")
        p.daemon.end()
        # when different fields and one same field are edited on both sides
        p.crm.edit("contacts", contact, phone="+4930901820", city="Potsdam")
        p.erp_sandbox.edit("persons", person, remark="called", address={"city": "Köln"})
        p.start_daemon()
        p.settle_down()
        # then different fields both stay, and the same field follows the rule: left leads
        self.assertEqual(p.crm.read("contacts", contact)["notes"], "called")
        after = p.erp_sandbox.read("persons", person)
        self.assertEqual(after["contact"]["phone"], "+4930901820")
        self.assertEqual(after["address"]["city"], "Potsdam")
        # and explain shows both values
        (story,) = p.explain("crm", "contacts", contact)
        conflict = next(row for row in story["history"] if row["what"] == "conflict")
        self.assertEqual((conflict["before"], conflict["after"]), ("Köln", "Potsdam"))
        told = p.cli("explain", f"crm/contacts/{contact}")
        self.assertIn("Köln", told.stdout)
        self.assertIn("Potsdam", told.stdout)

    def test_two_automations_that_fight_are_frozen_within_six_writes(self):
        p = self.two_sandboxes()
        contact = p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com", city="Berlin")
        p.settle_down()
        (person,) = p.erp_sandbox.all("persons")
        before = p.writes()
        frozen = False
        for turn in range(40):  # each side answers our write with another value
            if turn % 2 == 0:
                p.crm.edit("contacts", contact, notes=f"left {turn}")
            else:
                p.erp_sandbox.edit("persons", person, remark=f"right {turn}")
            p.settle_down()
            frozen = p.status()["frozen"] > 0
            if frozen:
                break
        self.assertTrue(frozen, "no configuration can loop for ever")
        self.assertLessEqual(p.writes() - before, 40)
        (story,) = p.explain("crm", "contacts", contact)
        (field,) = story["frozen"]
        self.assertEqual(field["field"], "notes")
        self.assertNotEqual(field["left"], field["right"])

    def test_forged_and_malformed_webhooks(self):
        p = self.two_sandboxes()
        for system, expected in (("crm", 401), ("erp", 401), ("nobody", 404)):
            status, _, body = call(p.hooks, "POST", f"/hooks/{system}", {"event": "person.changed", "id": 1})
            self.assertEqual(status, expected, body)
        self.assertEqual(call(p.hooks, "GET", "/hooks/crm")[0], 405)
        self.assertEqual(call(p.hooks, "POST", "/hooks/crm", b"x" * (2 << 20))[0], 413)


class SeenFromOutside(PlaygroundTest):
    def test_health_and_a_clean_stop(self):
        p = self.two_sandboxes()
        for address in (p.hooks, p.api, p.metrics):
            self.assertEqual(call(address, "GET", "/healthz")[0], 200)
            status, _, body = call(address, "GET", "/readyz")
            self.assertEqual((status, json.loads(body)["checks"]["database"]), (200, "ok"))
        self.assertEqual(p.daemon.end(), 0, p.daemon.tail())

    def test_check_finds_what_the_systems_do_not_have(self):
        p = self.playground()
        p.start_sandboxes()
        p.write_config()
        good = p.cli("check")
        self.assertEqual(good.returncode, 0, good.stderr)
        p.config.write_text(p.config.read_text().replace("right: remark", "right: remrak"))
        bad = p.cli("check")
        self.assertEqual(bad.returncode, 2)
        self.assertIn("remrak", bad.stderr)
        self.assertIn("remark", bad.stderr)
        schema = json.loads(p.cli("check", "--schema").stdout)
        self.assertIn("systems", schema["properties"])

    def test_a_canary_in_every_field_never_shows_in_logs_metrics_or_errors(self):
        p = self.playground(extra="log: { level: debug }")
        p.start_sandboxes()
        p.start_daemon()
        canary = "Zk7canary"
        contact = p.crm.create("contacts", firstname=canary, lastname=canary, email=f"{canary}@example.com",
                               street=canary, zip=canary, city=canary, country=canary, notes=canary)
        p.crm.create("contacts", firstname=canary, email="x@example.com", phone=canary)  # parks: no phone number
        p.settle_down()
        (person,) = [r["id"] for r in p.erp_sandbox.all("persons").values() if r["full_name"] == f"{canary} {canary}"]
        p.crm.edit("contacts", contact, notes=canary + "left")
        p.erp_sandbox.edit("persons", person, remark=canary + "right")
        p.erp_sandbox.control("faults", {"fail_next": 2, "fail_status": 500})
        p.crm.edit("contacts", contact, city=canary + "2")
        p.settle_down()
        self.assertEqual(len(p.ask("GET", "parked")["parked"]), 1)
        metrics = call(p.metrics, "GET", "/metrics")[2].decode()
        told = p.daemon.log.read_text()
        self.assertIn("worked", told)
        self.assertNotIn(canary.lower(), told.lower())
        self.assertNotIn(canary.lower(), metrics.lower())

    def test_every_metric_is_seen_to_move(self):
        p = self.two_sandboxes("--search-lag", "0", sweep="1s")
        contact = p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com")
        p.crm.create("contacts", firstname="Bad", email="b@example.com", phone="no phone")
        p.settle_down()
        (person,) = p.erp_sandbox.all("persons")
        call(p.hooks, "POST", "/hooks/crm", {"x": 1})
        call(p.hooks, "POST", "/hooks/crm", b"x" * (2 << 20))
        p.daemon.end()
        p.crm.edit("contacts", contact, city="Berlin")
        p.erp_sandbox.edit("persons", person, address={"city": "Köln"})
        p.start_daemon()
        p.settle_down()
        for turn in range(40):
            if p.status()["frozen"]:
                break
            if turn % 2 == 0:
                p.crm.edit("contacts", contact, notes=f"left {turn}")
            else:
                p.erp_sandbox.edit("persons", person, remark=f"right {turn}")
            p.settle_down()
        p.erp_sandbox.control("faults", {"fail_next": 30, "fail_status": 503})
        p.crm.edit("contacts", contact, phone="+4930901820")
        wait_for("the breaker opens", lambda: metric_values(p)["counterpart_breaker_open"] > 0)
        call(p.hooks, "POST", "/hooks/crm", {"x": 1})
        call(p.hooks, "POST", "/hooks/crm", b"x" * (2 << 20))
        values = metric_values(p)
        still = sorted(name for name, value in values.items() if value == 0)
        self.assertEqual(still, [], "metrics that never moved")
        self.assertGreaterEqual(len(values), 20)


def metric_values(p):
    """Name → largest value of its series."""
    values = {}
    for line in call(p.metrics, "GET", "/metrics")[2].decode().splitlines():
        if line.startswith("#") or not line:
            continue
        name, value = line.split("{")[0].split(" ")[0], float(line.rsplit(" ", 1)[1])
        name = name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
        values[name] = max(values.get(name, 0), value)
    return values


if __name__ == "__main__":
    unittest.main()
