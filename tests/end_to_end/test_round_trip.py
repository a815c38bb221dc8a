"""What `counterpart check` says of values that do not come back as they went."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from house import PlaygroundTest
from playground import ROOT

HEAD = """systems:
  crm: { connector: sandbox-a, url: 'http://127.0.0.1:1/a', token: t, webhook_secret: whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0 }
  erp: { connector: sandbox-b, url: 'http://127.0.0.1:1/b', api_key: k, webhook_secret: simulated-webhook-secret }
tables: { legal_forms: { limited: GmbH, stock: AG } }
syncs:
  customers:
    between: { left: crm, right: erp }
    leading: left
    objects:
"""


class Offline(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-trip-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check(self, *fields):
        """Exit code, output, and errors for one mapping with these field rows, the first in line 14."""
        rows = "".join(f"          - {field}\n" for field in fields)
        (self.folder / "c.yaml").write_text(
            HEAD + "      - left: contacts\n        right: persons\n        match: [email]\n        fields:\n" + rows +
            "          - { left: email, right: contact.email, as: email }\n")
        done = subprocess.run([os.environ["COUNTERPART_BINARY"], "check", "--offline", "--config", "c.yaml"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def test_a_value_that_does_not_come_back_is_a_mistake_at_its_field(self):
        code, told, mistakes = self.check("{ left: notes, right: remark }",
                                          "{ left: phone, right: contact.phone, as: { left: phone(DE), right: text } }")
        self.assertEqual(code, 2)
        self.assertEqual(mistakes.splitlines()[0],
                         "c.yaml:15:13: sync 'customers', mapping 'contacts', field 'phone': not every value comes back as it "
                         "went: right '0049 30 901820' is written on the left as '+4930901820', and comes back as "
                         "'+4930901820'; give both sides types and cleaning that keep the value, or the field a direction; "
                         "say lossy: true if it may change so")
        self.assertRegex(told, r"^customers/contacts: 2 of 3 two-way fields come back as they went \([\d,]+ generated values\)\n")

    def test_what_is_declared_lossy_or_goes_one_way_is_let_pass(self):
        lossy = "{ left: phone, right: contact.phone, as: { left: phone(DE), right: text }, lossy: true }"
        code, told, mistakes = self.check(lossy)
        self.assertEqual((code, mistakes), (0, ""))
        self.assertIn("customers/contacts: 1 two-way field comes back as it went (", told)
        self.assertIn("), 1 declared lossy\n", told)

        code, told, mistakes = self.check(lossy.replace("lossy: true", "direction: to_right"))
        self.assertEqual((code, mistakes), (0, ""))
        self.assertNotIn("lossy", told)

    def test_few_values_are_proved_and_what_nothing_is_known_of_is_noted(self):
        code, told, mistakes = self.check("{ left: country, right: country, as: option(legal_forms) }",
                                          "{ left: phone, right: mail, as: { left: phone(DE), right: email } }")
        self.assertEqual((code, mistakes), (0, ""))
        self.assertIn(" generated values, 1 table proved)\n", told)
        self.assertIn("c.yaml:15:13: note: sync 'customers', mapping 'contacts', field 'phone': nothing that was generated for the "
                      "left can be held on the right, so nothing is known of what comes back", told)


class Live(PlaygroundTest):
    def test_what_the_systems_hold_is_tried_and_not_shown(self):
        p = self.playground()
        p.start_sandboxes()
        p.write_config()
        p.crm.create("contacts", firstname="Ada", lastname="Lovelace", email="ada@example.com", notes="Zk7canary")
        held = p.erp_sandbox.create("persons", full_name="Kurt Berg", remark="ZK7CANARY")

        good = p.cli("check")
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        self.assertRegex(good.stdout, r"customers/contacts: \d+ two-way fields come back as they went "
                                      r"\([\d,]+ generated values, 1 table proved, [1-9]\d* live values\)")
        self.assertNotIn("canary", (good.stdout + good.stderr).lower())

        # of a word that no generated value has: only what is there shows it
        p.config.write_text(p.config.read_text().replace(
            "right: remark", "right: remark, clean: { left: \"replace('ZK7', '')\" }"))
        bad = p.cli("check")
        self.assertEqual(bad.returncode, 2)
        self.assertIn(f"field 'notes': what right record {held} holds does not come back as it went", bad.stderr)
        self.assertNotIn("canary", (bad.stdout + bad.stderr).lower())


class Examples(unittest.TestCase):
    def test_every_two_way_field_of_the_examples_comes_back(self):
        secrets = {name: "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0" for name in
                   ("CRM_TOKEN", "CRM_WEBHOOK_SECRET", "ERP_API_KEY", "ERP_WEBHOOK_SECRET", "TRYTON_USER", "TRYTON_PASSWORD")}
        files = sorted([*(ROOT / "deploy" / "examples").glob("*.yaml"), *(ROOT / "tests" / "simulation").glob("*.yaml")])
        self.assertGreater(len(files), 4)
        for file in files:
            with self.subTest(file=file.name):
                done = subprocess.run([os.environ["COUNTERPART_BINARY"], "check", "--offline", "--config", str(file)],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                                      env={**os.environ, **secrets})
                self.assertNotIn("comes back", done.stderr)
                self.assertNotIn("come back as it went", done.stderr)
                self.assertRegex(done.stdout, r": \d+ two-way fields come back as they went \(")


if __name__ == "__main__":
    unittest.main()
