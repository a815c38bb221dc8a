"""What the end-to-end tests share: a playground a test, and what it means that two systems are in step."""
import base64
import collections
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

from gate import Gate
from playground import A_SECRET, B_SECRET, Failed, Playground, call, wait_for


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
        wait_for_first_sweeps(p)
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


class SharedPlayground(PlaygroundTest):
    """The tests of a class share one playground behind a gate; after one that failed the next gets a new one."""

    shared = None

    @classmethod
    def tearDownClass(cls):
        cls.end_shared()

    @classmethod
    def end_shared(cls):
        if cls.shared is not None:
            closing, cls.shared = cls.shared, None
            closing.close()

    def options(self):
        return {}

    def configure(self, p):
        """Changes the configuration that was written, before the daemon starts."""

    def setUp(self):
        if type(self).shared is None:
            type(self).shared = self.started()
        self.p = self.shared.p
        self.gate = self.p.gate
        self.addCleanup(self.leave)

    def started(self):
        with contextlib.ExitStack() as opened:
            folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="counterpart-e2e-"))
            pathlib.Path(folder).chmod(0o711)
            p = Playground(os.environ["COUNTERPART_BINARY"], folder, **self.options())
            opened.push(lambda *_: p.__exit__(None, None, None) and False)
            p.start_sandboxes()
            p.gate = Gate(p.sandbox_address)
            opened.callback(p.gate.close)
            p.write_config()
            p.config.write_text(p.config.read_text().replace(p.sandbox_address, p.gate.address))
            self.configure(p)
            p.start_daemon()
            wait_for_first_sweeps(p)
            shared = opened.pop_all()
            shared.p = p
            return shared

    def leave(self):
        """Nothing that this test arranged reaches the next; what it broke even less."""
        self.gate.forget()
        if not self.failed():
            with contextlib.suppress(Exception):  # whatever it is: then the next gets a new one
                for sandbox in (self.p.crm, self.p.erp_sandbox):
                    sandbox.control("faults", dict.fromkeys(
                        ("fail_next", "lose_answers", "delay_ms", "rate_limit_next", "garbage_next"), 0))
                    sandbox.control("faults", {"drop_webhooks": False})
                self.p.settle_down(timeout=20)
                return
        self.show_log(self.p)
        self.end_shared()

    def failed(self):
        return any(error for _, error in self._outcome.errors) if hasattr(self._outcome, "errors") else \
            not self._outcome.success

    # --- people at work, unseen by the other tests ------------------------------------------------

    def pair(self, name, **properties):
        """A contact made in the CRM, and its counterpart, at rest."""
        contact = self.p.crm.create("contacts", firstname=name, lastname="P", email=f"{name}@example.com", **properties)
        self.p.settle_down(timeout=30)
        return contact, self.linked(contact)

    def linked(self, contact):
        """The id of a contact's counterpart."""
        (story,) = self.p.explain("crm", "contacts", contact)
        self.assertIsNotNone(story["link"], "not linked")
        return int(story["link"]["right"])

    def contacts_named(self, firstname):
        return {k: r for k, r in self.p.crm.all("contacts").items() if r["firstname"] == firstname}

    def persons_named(self, firstname):
        return {k: r for k, r in self.p.erp_sandbox.all("persons").items() if r["full_name"].split()[0] == firstname}

    def parked(self, *records):
        """What is set aside of these records, whichever side of a pair it stands under."""
        ids = {str(record) for record in records}
        return [row for row in self.p.ask("GET", "parked")["parked"] if str(row["record"]) in ids]

    def writes_to(self, firstname):
        """How often the daemon wrote the records of that name."""
        return sum(record["writes_by"].get(user, 0)
                   for sandbox, kind, user in ((self.p.crm, "contacts", "u-hub"), (self.p.erp_sandbox, "persons", "user-hub"))
                   for record in sandbox.control(f"records/{kind}")["records"]
                   if firstname in (record.get("properties", record).get("firstname"),
                                    record.get("full_name", "").split(" ")[0]))

    def assert_silence(self, firstname):
        """However often the news is told again, these records are not written any more."""
        writes = self.writes_to(firstname)
        self.p.crm.control("webhooks/replay", {})
        self.p.erp_sandbox.control("webhooks/replay", {})
        self.p.settle_down(timeout=60)
        self.assertEqual(self.writes_to(firstname), writes, "it wrote again, though nothing had changed")


def wait_for_first_sweeps(p, objects=frozenset({"contacts", "companies", "persons", "organisations"})):
    """From then on, what is made without a webhook stays unseen until the next sweep."""
    def swept():
        told = call(p.metrics, "GET", "/metrics")[2].decode()
        return set(re.findall(r'^counterpart_sweeps_total\{object="(\w+)",result="ok"', told, re.M))

    wait_for("the first sweeps", lambda: objects <= swept())


def sql(p, statement):
    """What the embedded database answers, asked over its own socket."""
    socket = next(p.state.glob("**/.s.PGSQL.*[0-9]")).parent
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    done = subprocess.run([*user, "psql", "-h", str(socket), "-U", "counterpart", "-d", "counterpart", "-Atc", statement],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise Failed(f"psql: {done.stderr}")
    return done.stdout.strip()


def signed_headers(data, number, secret=A_SECRET, now=None):
    """The headers with which CRM A signs these bytes."""
    now = str(int(time.time()) if now is None else now)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"{number}.{now}.".encode() + data, hashlib.sha256).digest()).decode()
    return {"webhook-id": number, "webhook-timestamp": now, "webhook-signature": "v1," + signature}


def signed_headers_b(data, secret=B_SECRET):
    """The headers with which CRM B signs these bytes."""
    now = str(int(time.time()))
    signature = hmac.new(secret.encode(), now.encode() + b"." + data, hashlib.sha256).hexdigest()
    return {"X-Timestamp": now, "X-Signature": "sha256=" + signature}


def post_signed(p, body, number=None):
    """A webhook as CRM A signs it; (status, headers, body) of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call(p.hooks, "POST", "/hooks/crm", data, signed_headers(data, number or f"test-{time.time_ns()}"))


def news_of(record, kind="contact", objects="contacts"):
    """CRM A's webhook about one record that somebody changed."""
    return {"type": "batch", "events": [{"id": f"evt-{time.time_ns()}", "type": f"{kind}.updated", "object": objects,
                                         "record_id": record}]}


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
