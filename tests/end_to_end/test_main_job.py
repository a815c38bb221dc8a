"""A change in one system arrives in the other; then silence."""
import json
import re
import unittest

from gate import Gate
from house import PlaygroundTest, post_signed, wait_for_first_sweeps
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
        wait_for_first_sweeps(p)
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

    def test_two_automations_that_fight_are_frozen_by_the_number_that_is_promised(self):
        p = self.two_sandboxes()
        # other values each time: six writes; the same ones again: at their second return; people may five times longer
        self.assert_frozen_after(p, "other", 6, program=True, values=lambda turn: f"value {turn}")
        self.assert_frozen_after(p, "same", 3, program=True, values=lambda turn: ("left", "right")[turn % 2])
        self.assert_frozen_after(p, "people", 30, program=False, values=lambda turn: f"value {turn}")

    def assert_frozen_after(self, p, name, most, program, values):
        """Each side answers our write with another value, until the field is held for a person."""
        contact = p.crm.create("contacts", firstname=name, lastname="Berg", email=f"{name}@example.com", notes="start")
        p.settle_down()
        (person,) = [r["id"] for r in p.erp_sandbox.all("persons").values() if r["full_name"] == f"{name} Berg"]
        crm, erp = (p.crm.as_program(), p.erp_sandbox.as_program()) if program else (p.crm, p.erp_sandbox)
        before, own = p.writes(), 0
        for turn in range(most + 2):
            if turn % 2 == 0:
                crm.edit("contacts", contact, notes=values(turn))
            else:
                erp.edit("persons", person, remark=values(turn))
            own += 1 if program else 0
            p.settle_down()
            if p.explain("crm", "contacts", contact)[0]["frozen"]:
                break
        (story,) = p.explain("crm", "contacts", contact)
        (field,) = story["frozen"]
        self.assertEqual(field["field"], "notes")
        self.assertNotEqual(field["left"], field["right"])
        self.assertLessEqual(p.writes() - before - own, most, name)
        # and both sides keep what was put there last
        self.assertEqual(p.crm.read("contacts", contact)["notes"], field["left"])
        self.assertEqual(p.erp_sandbox.read("persons", person)["remark"], field["right"])

    def test_forged_and_malformed_webhooks(self):
        p = self.two_sandboxes()
        for system, expected in (("crm", 401), ("erp", 401), ("nobody", 404)):
            status, _, body = call(p.hooks, "POST", f"/hooks/{system}", {"event": "person.changed", "id": 1})
            self.assertEqual(status, expected, body)
        self.assertEqual(call(p.hooks, "GET", "/hooks/crm")[0], 405)
        self.assertEqual(call(p.hooks, "POST", "/hooks/crm", b"x" * ((1 << 20) + 1))[0], 413)


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

    # Values that occur nowhere else, in every field that is mapped; both spellings where they differ. A flag cannot be one.
    CANARY = "Zk7canary"
    CONTACT = {"firstname": CANARY, "lastname": CANARY, "email": f"{CANARY}@example.com", "phone": "+493071907331",
               "street": CANARY, "zip": CANARY, "city": CANARY, "country": CANARY, "birthday": "1907-03-19",
               "newsletter": True, "notes": CANARY}
    COMPANY = {"name": CANARY, "vat_id": "DE136695976", "phone": "+493071907332", "street": CANARY, "zip": CANARY,
               "city": CANARY, "employees": 9071345, "revenue": 7190733.41, "legal_form": "partnership",
               "founded": "1909-07-23"}
    SECRETS = [CANARY.lower(), "71907331", "1907-03-19", "19.03.1907", "136695976", "71907332", "9071345", "7190733",
               "7.190.733", "partnership", "1909-07-23", "23.07.1909"]

    def test_a_canary_in_every_field_never_shows_in_logs_metrics_or_errors(self):
        # given values to be recognised, synced both ways, written over, refused, and parked
        p = self.playground(extra="log: { level: debug }\nwork: { backoff: { first: 50ms, most: 200ms } }")
        p.start_sandboxes()
        gate = Gate(p.sandbox_address)
        self.addCleanup(gate.close)
        p.write_config()
        p.config.write_text(p.config.read_text().replace(p.sandbox_address, gate.address))
        for field in re.findall(r"- { left: \[?([a-z_, ]+)\]?, right", p.config.read_text()):
            self.assertLessEqual(set(field.split(", ")), {*self.CONTACT, *self.COMPANY}, "a field without a canary")
        p.start_daemon()
        contact = p.crm.create("contacts", **self.CONTACT)
        company = p.crm.create("companies", **self.COMPANY)
        p.crm.create("contacts", firstname=self.CANARY, email="x@example.com", phone=self.CANARY)  # parks: no phone number
        p.settle_down()
        (person,) = [r["id"] for r in p.erp_sandbox.all("persons").values()
                     if r["full_name"] == f"{self.CANARY} {self.CANARY}"]
        (organisation,) = p.erp_sandbox.all("organisations")
        self.assertEqual(p.erp_sandbox.read("persons", person)["birthday"], "19.03.1907")
        self.assertEqual(p.erp_sandbox.read("organisations", organisation)["turnover"], "7190733,41")
        # a conflict, an error that quotes what was sent, and one that lasts
        p.erp_sandbox.control("faults", {"drop_webhooks": True})
        p.erp_sandbox.edit("persons", person, remark=self.CANARY + "right")
        p.erp_sandbox.control("faults", {"drop_webhooks": False})
        p.crm.edit("contacts", contact, notes=self.CANARY + "left", birthday=None)
        p.settle_down()
        self.assertIn("conflict", [row["what"] for row in p.explain("crm", "contacts", contact)[0]["history"]])
        quoting = json.dumps({"message": " ".join(["refused:", *self.SECRETS])}).encode()
        gate.rule("PATCH", "^/b/", (500, quoting), (503, quoting))
        p.crm.edit("contacts", contact, city=self.CANARY + "2", birthday="1907-03-19")
        p.settle_down()
        gate.rule("PATCH", "^/b/", (422, quoting), (400, quoting))
        p.crm.edit("contacts", contact, city=self.CANARY + "3")
        p.crm.edit("companies", company, name=self.CANARY + "3", founded=None)
        p.settle_down()
        self.assertEqual(len(p.ask("GET", "parked")["parked"]), 3)
        # webhooks that are not understood, signed and not
        errors = b""
        text = json.dumps({"type": "batch", "events": [{**self.CONTACT, **self.COMPANY}]}).encode()
        for body in (text, text[:-4], text.replace(b'"events"', b'"e"'), b"\xff" + text, b"<" + text,
                     text.replace(b'"type"', b'"record_id": {}, "object": "contacts", "type"')):
            for address, path in ((p.hooks, None), (p.hooks, "/hooks/crm"), (p.hooks, "/hooks/nobody"),
                                  (p.api, "/api/v1/parked/retry"), (p.api, "/nothing"), (p.metrics, "/nothing")):
                status, headers, answer = post_signed(p, body) if path is None else call(address, "POST", path, body)
                self.assertGreaterEqual(status, 400, path)
                errors += json.dumps(headers).encode() + answer + b"\n"
        # then neither log nor metrics nor errors show any of them
        told = p.daemon.log.read_text()
        self.assertIn("worked", told)
        metrics = call(p.metrics, "GET", "/metrics")[2].decode()
        for where, shown in (("log", told), ("metrics", metrics), ("errors", errors.decode())):
            with self.subTest(where=where):
                seen = [secret for secret in self.SECRETS if secret in shown.lower()]
                self.assertEqual(seen, [], [line for line in shown.splitlines() if any(s in line.lower() for s in seen)][:2])

    def test_every_metric_is_seen_to_move(self):
        p = self.two_sandboxes("--search-lag", "0", sweep="1s")
        contact = p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com")
        others = [p.crm.create("contacts", firstname="Eva", email=f"eva{n}@example.com") for n in range(6)]
        p.crm.create("contacts", firstname="Bad", email="b@example.com", phone="no phone")
        p.settle_down()
        person = next(id for id, held in p.erp_sandbox.all("persons").items()
                      if held["contact"]["email"] == "anna@example.com")
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
        for other in others:  # one that a system chokes on is no outage
            p.crm.edit("contacts", other, phone="+4930901820")
        wait_for("the breaker opens", lambda: metric_values(p)["counterpart_breaker_open"] > 0)
        call(p.hooks, "POST", "/hooks/crm", {"x": 1})
        call(p.hooks, "POST", "/hooks/crm", b"x" * ((1 << 20) + 1))
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
