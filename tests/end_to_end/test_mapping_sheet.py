"""The mapping as a spreadsheet: exported, imported, named by the configuration, its examples tried."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from playground import ROOT

EXAMPLES = ROOT / "deploy" / "examples"
HEAD = """systems:
  crm: { connector: sandbox-a, url: 'http://127.0.0.1:1/a', token: '${file:not-there}' }
  erp: { connector: sandbox-b, url: 'http://127.0.0.1:1/b', api_key: '${file:not-there}' }
tables: { legal_forms: { limited: GmbH, stock: AG, partnership: KG } }
syncs:
  customers:
    between: { left: crm, right: erp }
    leading: left
    objects:
"""


class MappingSheet(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-sheet-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_mapping(self, *words):
        done = subprocess.run([os.environ["COUNTERPART_BINARY"], "mapping", *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, cwd=self.folder)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def configure(self, contacts, companies):
        text = HEAD + f"      - {{ left: contacts, right: persons, match: [email], fields: {contacts} }}\n" \
            f"      - {{ left: companies, right: organisations, match: [vat_id], fields: {companies} }}\n"
        (self.folder / "counterpart.yaml").write_text(text)

    def with_the_filled_sheet(self):
        (self.folder / "fields.csv").write_bytes((EXAMPLES / "field-mapping-filled.csv").read_bytes())
        self.configure("fields.csv", "fields.csv")

    def test_the_filled_example_is_imported_exported_and_imported_again_without_loss(self):
        self.with_the_filled_sheet()
        code, first, errors = self.run_mapping("import", str(EXAMPLES / "field-mapping-filled.csv"))
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("# sync customers, object companies\nfields:\n  - {left: name, right: company_name", first)

        self.assertEqual(self.run_mapping("export", "--config", "counterpart.yaml", "-o", "again.csv"), (0, "", ""))
        self.assertEqual(self.run_mapping("import", "again.csv", "-o", "again.yaml"), (0, "", ""))

        self.assertEqual((self.folder / "again.yaml").read_text(), first)
        self.assertTrue((self.folder / "again.csv").read_bytes().startswith(b"\xef\xbb\xbfsync,object,left field"))

    def test_the_blank_template_is_imported_as_no_rows(self):
        code, told, errors = self.run_mapping("import", str(EXAMPLES / "field-mapping-template.csv"))
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("fields: []", told)

    def test_the_examples_of_the_filled_sheet_hold(self):
        self.with_the_filled_sheet()
        code, told, errors = self.run_mapping("test", "--config", "counterpart.yaml")
        self.assertEqual((code, errors), (0, ""), told)
        self.assertEqual(told, "examples: 26, of which failed: 0; field rows: 22, of which without example: 0\n")

    def test_an_example_that_does_not_hold_is_shown_with_what_came_out(self):
        self.configure("[{ left: a, right: b, as: { left: percent(sign), right: percent }, direction: to_right, "
                       "example: { left: 15 %, right: 0.15 } }, { left: email, right: mail, as: email }]",
                       "[{ left: vat_id, right: vat, as: vat_id }]")
        code, told, _ = self.run_mapping("test", "--config", "counterpart.yaml")
        self.assertEqual(code, 1)
        self.assertIn("customers/contacts, field 'a', example 1 (counterpart.yaml:10:", told)
        self.assertIn("  left      15 %\n  right     0.15\n  came out  15 (to_right, expected: 0.15)\n", told)
        self.assertIn("examples: 1, of which failed: 1; field rows: 3, of which without example: 2\n", told)

        code, told, _ = self.run_mapping("test", "--json", "--config", "counterpart.yaml")
        self.assertEqual(code, 1)
        self.assertEqual([failure["came_out"] for failure in json.loads(told)["failures"]], ["15"])

    def test_mistakes_name_the_cell_and_exit_with_2(self):
        (self.folder / "bad.csv").write_text("linkes Feld;rechtes Feld;linker Typ\na;b;emial\n", encoding="utf-8")
        code, told, errors = self.run_mapping("import", "bad.csv")
        self.assertEqual((code, told), (2, ""))
        self.assertIn("bad.csv:2:5: cell C2 (linker Typ): in the type 'emial'", errors)

    def test_one_object_is_exported_alone(self):
        self.configure("[{ left: email, right: mail, as: email }]", "[{ left: vat_id, right: vat, as: vat_id }]")
        code, told, _ = self.run_mapping("export", "--config", "counterpart.yaml", "--object", "companies")
        self.assertEqual((code, told.count("\r\n")), (0, 2))
        self.assertIn("customers,companies,vat_id,↔,vat,vat_id,vat_id", told)

        code, _, errors = self.run_mapping("export", "--config", "counterpart.yaml", "--object", "companys")
        self.assertEqual(code, 1)
        self.assertIn("did you mean 'companies'?", errors)


if __name__ == "__main__":
    unittest.main()
