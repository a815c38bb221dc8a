"""News before the fact: a system that posts its webhooks inside its own transaction, which may still be rolled back."""
import contextlib
import hashlib
import hmac
import json
import re
import sqlite3
import time
import urllib.parse

from house import PlaygroundTest
from json_server import JsonServer
from playground import B_SECRET, call, wait_for

SECRET = "ledger-secret"

DEFINITION = """
connector: 1
id: ledger
title: A system that posts inside its transactions
settings:
  url: { doc: Base address, required: true }
http: { base_url: "${settings.url}" }
records: { fields: values, revision: version, modified: modified }
objects:
  people:
    read: { request: "GET /people/${id}" }
    changes:
      request: GET /people
      query: { since: "${since}", offset: "${offset}" }
      select: people
      page: { type: offset, size: 100 }
    find:
      email: { request: GET /people, query: { email: "${value}" }, select: people }
    create: { request: POST /people, body: "${fields}", returns: record }
    update: { request: "PATCH /people/${id}", body: "${changed}", returns: record, precondition: none }
webhooks:
  verify: { type: hmac_sha256, header: X-Signature, encoding: hex }
  items: events
  object: { path: object }
  id: id
"""


class Ledger:
    """A real database with real transactions; its API shows what is committed, its webhooks tell of what is not yet."""

    def __init__(self, folder, hooks):
        self.file, self.hooks, self.reads = str(folder / "ledger.db"), hooks, []
        with self.connection() as db:
            db.execute("pragma journal_mode = wal")
            db.execute("create table people (id integer primary key autoincrement, name text, email text, version integer, "
                       "modified real)")
        self.server = JsonServer(self.answer)
        self.url = "http://" + self.server.address
        self.close = self.server.close

    def connection(self):
        connection = sqlite3.connect(self.file, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return contextlib.closing(connection)

    # --- its API -------------------------------------------------------------------------------------

    @staticmethod
    def show(row):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row["modified"]))
        return {"id": row["id"], "version": str(row["version"]), "modified": stamp,
                "values": {"name": row["name"], "email": row["email"]}}

    def answer(self, method, target, _, body):
        body = json.loads(body) if body else None
        path, _, query = target.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        one = re.fullmatch(r"/people/(\d+)", path)
        with self.connection() as db:
            if one and method == "GET":
                self.reads.append(int(one[1]))
                row = db.execute("select * from people where id = ?", (one[1],)).fetchone()
                return (200, self.show(row)) if row else (404, {"error": "no such person"})
            if method == "GET":
                rows = db.execute("select * from people order by id").fetchall()
                if "email" in query:
                    rows = [row for row in rows if row["email"] == query["email"]]
                return 200, {"people": [self.show(row) for row in rows][int(query.get("offset") or 0):][:100]}
            if method == "POST":
                return 201, self.show(self.write(db, None, body))
            return 200, self.show(self.write(db, int(one[1]), body))

    @staticmethod
    def write(db, number, values):
        if number is None:
            number = db.execute("insert into people (version) values (0)").lastrowid
        for name in values:
            assert name in ("name", "email")
            db.execute(f"update people set {name} = ? where id = ?", (values[name], number))
        db.execute("update people set version = version + 1, modified = ? where id = ?", (time.time(), number))
        return db.execute("select * from people where id = ?", (number,)).fetchone()

    # --- a person at work ------------------------------------------------------------------------------

    def post(self, number, times=1):
        body = json.dumps({"events": [{"object": "people", "id": number}] * times}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        status, _, _ = call(self.hooks, "POST", "/hooks/ledger", body, {"X-Signature": signature})
        assert status == 202, status

    def save(self, number=None, until=None, commit=True, times=1, **values):
        """One transaction: writes, posts, goes on until `until()` is true, and commits or not."""
        with self.connection() as db:
            db.execute("begin immediate")
            number = self.write(db, number, values)["id"]
            for _ in range(times):
                self.post(number)
            if until:
                wait_for("what the transaction waits for", lambda: until(number))
            db.execute("commit" if commit else "rollback")
        return number


class GhostNews(PlaygroundTest):
    def start(self, settle="0ms", tries=8):
        p = self.playground()
        p.start_sandboxes()
        ledger = Ledger(p.folder, p.hooks)
        self.addCleanup(ledger.close)
        (p.folder / "ledger.yaml").write_text(DEFINITION)
        p.config.write_text(f"""
listen: {{ hooks: "{p.hooks}", api: "{p.api}", metrics: "{p.metrics}" }}
state_directory: {p.state}
database: embedded
systems:
  ledger:
    connector: ./ledger.yaml
    url: {ledger.url}
    webhook_secret: {SECRET}
    environment: test
    settle: {settle}
    sweep: {{ every: 1h }}
    not_found: {{ tries: {tries}, wait: 200ms }}
  erp:
    connector: sandbox-b
    url: http://{p.sandbox_address}/b
    api_key: sandbox-b-hub
    webhook_secret: {B_SECRET}
    environment: test
    sweep: {{ every: 1h }}
syncs:
  people:
    between: {{ left: ledger, right: erp }}
    leading: left
    objects:
      - left: people
        right: persons
        match: [email]
        fields:
          - {{ left: name, right: full_name }}
          - {{ left: email, right: contact.email, as: email }}
""")
        p.start_daemon()
        p.ledger = ledger
        return p

    def rest(self, p):
        wait_for("everything at rest", lambda: (s := p.status())["dirty"] == 0 and s["open_intents"] == 0 and
                 p.erp_sandbox.quiet(), 60, every=0.05)

    def people(self, p):
        return sorted((r["full_name"], r["contact"]["email"]) for r in p.erp_sandbox.all("persons").values())

    def test_a_record_told_of_before_it_is_committed_arrives(self):
        p = self.start()
        # given a create that is looked for twice in vain while its transaction is open
        p.ledger.save(name="Ada", email="ada@example.com", until=lambda number: p.ledger.reads.count(number) >= 2)
        # then it arrives by itself: no further news comes
        wait_for("the person", lambda: self.people(p) == [("Ada", "ada@example.com")])
        self.rest(p)
        self.assertEqual(p.ask("GET", "parked")["parked"], [])

    def test_a_record_that_was_rolled_back_is_let_go(self):
        p = self.start(tries=3)
        p.ledger.save(name="Real", email="real@example.com")
        wait_for("the real one", lambda: len(self.people(p)) == 1)
        ghost = p.ledger.save(name="Ghost", email="ghost@example.com", commit=False)
        self.rest(p)
        self.assertEqual(self.people(p), [("Real", "real@example.com")])
        self.assertGreaterEqual(p.ledger.reads.count(ghost), 3, "believed too soon")
        self.assertEqual(p.ask("GET", "parked")["parked"], [])
        (story,) = p.explain("ledger", "people", ghost)
        self.assertEqual(story["outcome"]["outcome"], "gone")
        # and its number, given to somebody else, is news like any other
        again = p.ledger.save(name="New", email="new@example.com")
        wait_for("the new one", lambda: ("New", "new@example.com") in self.people(p))
        self.assertEqual(again, ghost)

    def test_an_edit_that_was_rolled_back_writes_nothing(self):
        p = self.start()
        ada = p.ledger.save(name="Ada", email="ada@example.com")
        wait_for("the person", lambda: len(self.people(p)) == 1)
        self.rest(p)
        written = p.erp_sandbox.control("calls")["records_written"]
        reads = p.ledger.reads.count(ada)
        p.ledger.save(ada, name="Nobody", commit=False, until=lambda _: p.ledger.reads.count(ada) > reads)
        self.rest(p)
        self.assertEqual(self.people(p), [("Ada", "ada@example.com")])
        self.assertEqual(p.erp_sandbox.control("calls")["records_written"], written)

    def test_an_edit_told_of_before_it_is_committed_is_read_after_the_settle_time(self):
        p = self.start(settle="2s")
        ada = p.ledger.save(name="Ada", email="ada@example.com")
        wait_for("the person", lambda: len(self.people(p)) == 1)
        self.rest(p)
        reads = p.ledger.reads.count(ada)
        p.ledger.save(ada, name="Ada Lovelace")  # posts first, commits a moment later
        self.assertEqual(p.ledger.reads.count(ada), reads, "it was read before the settle time")
        wait_for("the edit", lambda: self.people(p) == [("Ada Lovelace", "ada@example.com")])

    def test_a_storm_of_one_save_is_one_piece_of_work(self):
        p = self.start(settle="1s")
        ada = p.ledger.save(name="Ada", email="ada@example.com")
        wait_for("the person", lambda: len(self.people(p)) == 1)
        self.rest(p)
        written = p.erp_sandbox.control("calls")["records_written"]
        reads = p.ledger.reads.count(ada)
        p.ledger.save(ada, name="Ada Lovelace", times=40)
        wait_for("the edit", lambda: self.people(p) == [("Ada Lovelace", "ada@example.com")])
        self.rest(p)
        self.assertEqual(p.erp_sandbox.control("calls")["records_written"], written + 1)
        self.assertLessEqual(p.ledger.reads.count(ada) - reads, 3)
