"""A CRM that the project has never seen, connected by what the README prints and nothing else."""
import re
import unittest

from house import PlaygroundTest
from invented_crm import PAGE_MOST, Fault, InventedCrm
from playground import A_SECRET, ROOT, call, wait_for

KEY, SECRET = "quay-key-0815", "quay-webhook-secret"


def readme_file(name, holding=""):
    """The README's YAML block that begins with its file's name and holds that text."""
    blocks = re.findall(r"^```yaml\n(# (\S+)\n.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    (text,) = [text for text, file in blocks if file == name and holding in text]
    return text


class Stranger(PlaygroundTest):
    def setUp(self):
        self.p = p = self.playground(erp="quayside")
        p.start_sandboxes("--only", "a", "--search-lag", "0")
        self.quay = p.erp_sandbox = InventedCrm(p.hooks, KEY, SECRET)
        self.addCleanup(self.quay.close)
        (p.folder / "quayside.yaml").write_text(readme_file("quayside.yaml"))
        config = readme_file("counterpart.yaml", holding="./quayside.yaml")
        config = config.replace("https://acme.quayside.example", f"http://{self.quay.address}")
        config = config.replace("127.0.0.1:9001", p.sandbox_address)
        p.config.write_text(f"""{config}
listen: {{ hooks: "{p.hooks}", api: "{p.api}", metrics: "{p.metrics}" }}
state_directory: {p.state}
work: {{ backoff: {{ first: 50ms, most: 200ms }} }}
""")
        self.secrets = {"CRM_TOKEN": "sandbox-a-hub", "CRM_SECRET": A_SECRET, "QUAY_KEY": KEY, "QUAY_SECRET": SECRET}

    def start(self):
        self.p.start_daemon(self.secrets)
        wait_for("both systems are listed", lambda: self.listed() >= {"crm", "quay"})
        self.p.settle_down()

    def listed(self):
        lines = call(self.p.metrics, "GET", "/metrics")[2].decode().splitlines()
        return {re.search(r'system="(\w+)"', line)[1] for line in lines if line.startswith("counterpart_sweeps_total{")}

    def contacts(self):
        return {r["email"].lower(): r for r in self.p.crm.all("contacts").values()}

    def clients(self):
        return {data["mail"].lower(): {**data, "number": number} for number, data in self.quay.all().items()}

    def test_it_is_kept_in_step_in_both_directions(self):
        # given more clients there than a page holds, one of whom is known here, and a contact who is not known there
        for n in range(2 * PAGE_MOST + 5):
            self.quay.create(name=f"Client, Nora{n}", mail=f"n{n}@example.com", mailing="N")
        known = self.p.crm.create("contacts", firstname="Nora7", lastname="Client", email="N7@example.com", city="Faro")
        self.p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com", phone="030 901820",
                          birthday="1980-12-31", newsletter=True)

        # when the daemon starts
        self.start()

        # then all pages were read, everybody is on both sides once, each in its own spelling
        pages = [query for _, path, query in self.quay.calls if path == "/rest/clients" and "after" in query]
        self.assertGreaterEqual(len(pages), 2)
        self.assertEqual(set(self.contacts()), set(self.clients()))
        self.assertEqual((len(self.contacts()), len(self.clients())), (2 * PAGE_MOST + 6, 2 * PAGE_MOST + 6))
        self.assertEqual(self.clients()["n7@example.com"]["town"], "Faro")
        anna = self.clients()["anna@example.com"]
        self.assertEqual((anna["name"], anna["born"], anna["mailing"]), ("Berg, Anna", "31/12/1980", "Y"))
        self.assertEqual(anna["phones"], [{"kind": "work", "number": "030 901820"}])

        # when both are edited, each by a person there, with a system that is busy twice
        self.quay.busy = 2
        self.quay.edit(anna["number"], name="Berg-Meyer, Anna", memo="called")
        self.p.crm.edit("contacts", known, city="Lagos", newsletter=True)
        self.p.settle_down()

        # then each edit, told by the webhooks of its side, has arrived on the other; PUT has cleared nothing
        here = self.contacts()["anna@example.com"]
        self.assertEqual((here["firstname"], here["lastname"], here["notes"]), ("Anna", "Berg-Meyer", "called"))
        there = self.clients()["n7@example.com"]
        self.assertEqual((there["name"], there["town"], there["mailing"]), ("Client, Nora7", "Lagos", "Y"))

        # and every webhook once more, ours and theirs, changes nothing
        writes = self.quay.writes(), self.p.crm.control("calls")["records_written"]
        self.quay.replay()
        self.p.crm.control("webhooks/replay", {})
        self.p.settle_down()
        self.assertEqual((self.quay.writes(), self.p.crm.control("calls")["records_written"]), writes)
        self.assertEqual(self.p.ask("GET", "parked")["parked"], [])

    def test_an_edit_under_our_hands_is_not_overwritten(self):
        # given a client in step
        number = self.quay.create(name="Berg, Anna", mail="anna@example.com")
        self.start()
        (contact,) = self.p.crm.all("contacts")

        # when a person saves it between our read and our write: the version that was read is refused
        saved = self.quay.clients.put

        def put(n, data, operator, what="edited", version=None):
            if version is not None:
                self.quay.clients.put = saved
                saved(n, self.quay.read(n) | {"memo": "by hand"}, 8)
            saved(n, data, operator, what, version)

        self.quay.clients.put = put
        self.p.crm.edit("contacts", contact, city="Faro")
        self.p.settle_down()

        # then both edits stay, on both sides
        client = self.quay.read(number)
        self.assertEqual((client["town"], client["memo"]), ("Faro", "by hand"))
        self.assertEqual(self.p.crm.read("contacts", contact)["notes"], "by hand")

    def test_a_refusal_is_told_in_its_own_words_and_webhooks_are_verified(self):
        # given a contact that the other system will not take
        self.start()
        self.quay.clients.put = refuse
        contact = self.p.crm.create("contacts", firstname="Anna", email="anna@example.com")
        self.p.settle_down()

        # then it is set aside, and the system's own words say why
        (parked,) = wait_for("it is parked", lambda: self.p.ask("GET", "parked")["parked"])
        self.assertEqual(str(parked["record"]), str(contact))
        self.assertIn("this client is on the black list (status 422)", parked["reason"])

        # and a webhook with another secret opens nothing, while one of theirs does
        event = {"sequence": 99, "about": "client.edited", "client": {"number": 1007}, "operator": 8, "at": "31/12/2025 23:59"}
        self.assertEqual(self.quay.post([event], secret="another"), 401)
        self.assertEqual(self.quay.post([event]), 202)
        self.assertEqual(self.quay.post([{**event, "client": {}}]), 400)

    def test_check_shows_what_a_definition_makes_of_the_system(self):
        # given clients, and the README's files
        for n in range(PAGE_MOST + 1):
            self.quay.create(name=f"Client, Nora{n}", mail=f"n{n}@example.com")

        # when they are checked, then ids, times and fields are found, without a value
        good = self.check()
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertIn(f"quay/clients: {PAGE_MOST} records on the first page of several, time of change read in {PAGE_MOST}, fields",
                      good.stdout)
        self.assertNotIn("mapped, but", good.stdout.replace("mapped, but in none of these records: phones[kind=work].number", ""))
        self.assertNotIn("Nora", good.stdout)

        # when the pattern of times and a path are wrong, it shows
        definition = self.p.folder / "quayside.yaml"
        definition.write_text(definition.read_text().replace("path: meta.edited, format: \"dd/MM", "path: meta.edited, format: \"dd.MM"))
        self.p.config.write_text(self.p.config.read_text().replace("right: memo", "right: meno"))
        shown = self.check().stdout
        self.assertIn("time of change read in 0", shown)
        self.assertRegex(shown, r"mapped, but in none of these records: .*meno")

        # when the key opens nothing, that is a mistake with its remedy
        bad = self.check(QUAY_KEY="another")
        self.assertEqual(bad.returncode, 2)
        self.assertIn("this key opens nothing", bad.stderr)

    def check(self, **secrets):
        return self.p.cli("check", environment={**self.secrets, **secrets})


def refuse(*_, **__):
    raise Fault(422, "LIST", "this client is on the black list")


if __name__ == "__main__":
    unittest.main()
