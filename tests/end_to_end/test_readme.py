"""The README says what the program does: its keys, its alerts, its log."""
import os
import pathlib
import re
import sys
import unittest

from playground import ROOT

sys.path.append(str(ROOT / "tests" / "house_rules"))
import reference  # pylint: disable=wrong-import-position,wrong-import-order

README = (ROOT / "README.md").read_text()
# How the code raises an alert; the kind is the first text.
ALERTS = (r'add_alert\(work, item, "(\w+)"', r'add_system_alert\(work, item,\s*\{"(\w+)"', r'co_await alert\(beat, "(\w+)"',
          r'alerts\.push_back\(\{"(\w+)"', r'AlertRow \w+\([^)]*\) \{\s*return \{"(\w+)"')
# A line of the log from which a person may have to do something, and the end of a condition between two.
LOGGED = re.compile(r'log::(?:warn|error)\((?:[^";]*\? )?"([^"]+)"(?:\s*:\s*"([^"]+)")?')


def sources():
    return {path: path.read_text() for room in ("server", "connectors", "mapping") for path in (ROOT / room).rglob("*.cpp")}


def symptoms():
    begin = README.index("### When something is not as expected")
    return README[begin:README.index("\n## ", begin)]


class Readme(unittest.TestCase):
    def test_it_holds_the_reference_that_the_tables_give(self):
        wanted = reference.with_reference(README, os.environ["COUNTERPART_BINARY"])
        self.assertTrue(README == wanted, "README.md does not hold what the tables say; " + reference.REMEDY)

    def test_every_alert_is_a_symptom_with_a_row(self):
        for pattern in ALERTS:
            with self.subTest(pattern=pattern):
                kinds = {kind for text in sources().values() for kind in re.findall(pattern, text)}
                self.assertTrue(kinds, "the code raises none so any more: adapt the pattern")
                missing = sorted(kind for kind in kinds if f"alert `{kind}`" not in symptoms())
                self.assertEqual(missing, [], "add a row to README.md, 'When something is not as expected'")

    def test_every_raising_of_an_alert_is_seen_by_one_of_the_patterns(self):
        # the metric is counted where an alert is raised: by the functions that the patterns know, and nowhere else
        counted = sorted(str(path.relative_to(ROOT)) for path, text in sources().items() if "metrics.alert(" in text
                         or "metrics_.alert(" in text)
        self.assertEqual(counted, ["server/schema/schema_watch.cpp", "server/sweeps/sweeper.cpp", "server/worker/endings.cpp"])

    def test_every_warning_and_error_of_the_log_is_a_symptom(self):
        told = {line for text in sources().values() for found in LOGGED.findall(text) for line in found if line}
        self.assertGreater(len(told), 20)
        missing = sorted(line for line in told - {"alert"} if f"`{line}`" not in symptoms())
        self.assertEqual(missing, [], "add them to README.md, 'When something is not as expected'")

    def test_links_inside_lead_somewhere(self):
        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
                   for title in re.findall(r"^#+ (.+)$", README, re.M)}
        for anchor in re.findall(r"\]\(#([^)]+)\)", README):
            self.assertIn(anchor, anchors)
        for path in re.findall(r"`((?:tests|connectors|deploy|server|mapping)/[\w/.-]+)`", README):
            self.assertTrue(pathlib.Path(ROOT / path).exists(), path)


if __name__ == "__main__":
    unittest.main()
