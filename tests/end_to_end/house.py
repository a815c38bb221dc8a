"""What the end-to-end tests share: a playground a test, and what it means that two systems are in step."""
import collections
import os
import pathlib
import tempfile
import unittest

from playground import Playground


class PlaygroundTest(unittest.TestCase):
    """Each test gets a playground of its own; its logs are shown when it fails."""

    def playground(self, **options):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-e2e-")
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o711)
        p = Playground(os.environ["COUNTERPART_BINARY"], folder.name, **options)
        self.addCleanup(p.__exit__, None, None, None)
        self.addCleanup(self.show_log, p)
        return p

    def two_sandboxes(self, *sandbox_options, **options):
        p = self.playground(**options)
        p.start_sandboxes(*sandbox_options)
        p.start_daemon()
        return p

    def show_log(self, p):
        failed = any(error for _, error in self._outcome.errors) if hasattr(self._outcome, "errors") else \
            not self._outcome.success
        if failed and p.daemon is not None:
            print("--- the daemon's log ends:\n" + p.daemon.tail(40))

    def assert_contacts_in_step(self, p, expected):
        """Each contact has one counterpart with the same values; `expected` of them."""
        left = collections.Counter(contact_of_a(r) for r in p.crm.all("contacts").values())
        right = collections.Counter(contact_of_b(r) for r in p.erp_sandbox.all("persons").values())
        self.assertEqual(left - right, collections.Counter(), "only in the CRM (or more often)")
        self.assertEqual(right - left, collections.Counter(), "only in the ERP (or more often)")
        self.assertEqual(sum(left.values()), expected)


def blank(value):
    return "" if value is None else value


def contact_of_a(properties):
    p = properties.get("properties", properties)
    name = " ".join(part for part in (blank(p["firstname"]), blank(p["lastname"])) if part)
    return (name, blank(p["email"]), blank(p["phone"]), blank(p["city"]), blank(p["notes"]))


def contact_of_b(person):
    return (blank(person.get("full_name")), blank(person.get("contact", {}).get("email")),
            blank(person.get("contact", {}).get("phone")), blank(person.get("address", {}).get("city")),
            blank(person.get("remark")))
