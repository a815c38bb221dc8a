"""Quayside, a CRM that nobody sells: what the README connects by one YAML file. In memory, on a port of its own.

Its habits are its own: numbers as ids, deep in a record; times of whole minutes as dd/mm/yyyy HH:MM in Lisbon; pages by
cursor; PUT with an envelope, which clears what it does not name; "BUSY" with status 200; webhooks signed over time and body.
"""
import base64
import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
import urllib.parse
import zoneinfo

from json_server import JsonServer

LISBON = zoneinfo.ZoneInfo("Europe/Lisbon")
FIELDS = {"name", "mail", "phones", "born", "town", "memo", "mailing"}
HUB, PERSON = 3, 8  # operators
PAGE_MOST = 20


class Fault(Exception):
    def __init__(self, status, code, text):
        super().__init__(text)
        self.status, self.answer = status, {"fault": {"code": code, "text": text}}


def minute(moment=None):
    moment = moment or datetime.datetime.now(datetime.timezone.utc)
    return moment.astimezone(LISBON).strftime("%d/%m/%Y %H:%M")


def as_time(text):
    try:
        return datetime.datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=LISBON)
    except ValueError:
        raise Fault(400, "TIME", f"'{text}' is not dd/mm/yyyy HH:MM") from None


class Clients:
    """The records, and what happened to them."""

    def __init__(self, tell):
        self.lock = threading.RLock()
        self.rows = {}
        self.tell = tell
        self.next = 1007

    def make(self, data, operator):
        with self.lock:
            number, self.next = self.next, self.next + 1
            self.rows[number] = {"meta": {"number": number, "version": 0, "opened": minute()}, "data": {}}
            try:
                self.put(number, data, operator, "opened")
            except Fault:
                del self.rows[number]
                raise
            return number

    def put(self, number, data, operator, what="edited", version=None):
        """All fields at once: what is not named is cleared."""
        with self.lock:
            row = self.row(number)
            if version is not None and version != row["meta"]["version"]:
                raise Fault(409, "STALE", f"the client is at version {row['meta']['version']}")
            if unknown := sorted(set(data) - FIELDS):
                raise Fault(422, "FIELD", f"there is no field {unknown[0]}")
            if "@" not in (data.get("mail") or "@"):
                raise Fault(422, "MAIL", "this is no mail address")
            row["data"] = {field: data.get(field) for field in FIELDS} | {"phones": data.get("phones") or []}
            row["meta"] |= {"version": row["meta"]["version"] + 1, "edited": minute(), "editor": operator}
            self.tell(what, number, operator)

    def row(self, number):
        with self.lock:
            if number not in self.rows:
                raise Fault(404, "UNKNOWN", "there is no such client")
            return self.rows[number]

    def page(self, since, after, limit, fits):
        """Clients in the order of their last edit, from a place on, and the next place."""
        with self.lock:
            rows = sorted((as_time(r["meta"]["edited"]), n) for n, r in self.rows.items() if fits(r))
            rows = [place for place in rows if (since is None or place[0] >= since) and (after is None or place > after)]
            rest = rows[limit:]
            return [self.rows[n] for _, n in rows[:limit]], rows[limit - 1] if rest else None


class InventedCrm:
    """The server, and a person at work in it."""

    def __init__(self, hooks, key, secret):
        self.hooks, self.key, self.secret = hooks, key, secret
        self.calls, self.busy = [], 0
        self.events, self.waiting = [], queue.Queue()
        self.clients = Clients(self.tell)
        self.server = JsonServer(self.serve)
        self.address = self.server.address
        threading.Thread(target=self.post_events, daemon=True).start()

    def close(self):
        self.waiting.put(None)
        self.server.close()

    # --- a person -------------------------------------------------------------------------------------

    def create(self, **data):
        return self.clients.make(data, PERSON)

    def edit(self, number, **data):
        self.clients.put(number, self.read(number) | data, PERSON)

    def read(self, number):
        return dict(self.clients.row(number)["data"])

    def all(self):
        with self.clients.lock:
            return {number: dict(row["data"]) for number, row in self.clients.rows.items()}

    def writes(self):
        return sum(1 for method, _, _ in self.calls if method in ("POST", "PUT"))

    # --- its API --------------------------------------------------------------------------------------

    def serve(self, method, target, headers, body):
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query, strict_parsing=bool(url.query)))
        self.calls.append((method, url.path, query))
        try:
            if headers.get("Authorization") != f'Quay key="{self.key}"':
                raise Fault(401, "KEY", "this key opens nothing")
            if self.busy > 0:
                self.busy -= 1
                raise Fault(200, "BUSY", "come again")
            return self.answer(method, url.path.removeprefix("/rest/").split("/"), query, body)
        except Fault as fault:
            return fault.status, fault.answer

    def answer(self, method, path, query, body):
        if (method, path) == ("GET", ["whoami"]):
            return 200, {"operator": {"number": HUB}}
        if path[0] != "clients" or len(path) > 2:
            raise Fault(404, "PATH", "there is no such path")
        if len(path) == 2:
            number = int(path[1])
            if method == "PUT":
                client = json.loads(body)["client"]
                self.clients.put(number, client["data"], HUB, version=client["version"])
            return 200, {"client": self.clients.row(number)}
        if method == "POST":
            number = self.clients.make(json.loads(body)["client"]["data"], HUB)
            return 201, {"client": {"meta": {"number": number}}}
        return 200, self.listing(query)

    def listing(self, query):
        if "numbers" in query:
            wanted = [int(number) for number in query["numbers"].split(",")]
            return {"clients": [self.clients.rows[n] for n in wanted if n in self.clients.rows]}
        since = as_time(query["edited_from"]) if "edited_from" in query else None
        after = None
        if "after" in query:
            told = json.loads(base64.b64decode(query["after"]))
            after = (datetime.datetime.fromtimestamp(told[0], LISBON), told[1])
        limit = min(int(query.get("limit", PAGE_MOST)), PAGE_MOST)
        rows, last = self.clients.page(since, after, limit, lambda row: query.get("mail") in (None, row["data"]["mail"]))
        place = last and base64.b64encode(json.dumps([last[0].timestamp(), last[1]]).encode()).decode()
        return {"clients": rows, "continue": {"after": place}}

    # --- its webhooks ---------------------------------------------------------------------------------

    def tell(self, what, number, operator):
        event = {"sequence": len(self.events) + 1, "about": f"client.{what}", "client": {"number": number},
                 "operator": operator, "at": minute()}
        self.events.append(event)
        self.waiting.put([event])

    def replay(self):
        """Everything once more, several events in one body."""
        for begin in range(0, len(self.events), 10):
            self.waiting.put(self.events[begin:begin + 10])

    def quiet(self):
        return self.waiting.unfinished_tasks == 0

    def post_events(self):
        while (events := self.waiting.get()) is not None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.post(events)
            self.waiting.task_done()

    def post(self, events, secret=None):
        """A webhook, signed; its status."""
        body = json.dumps({"events": events}).encode()
        now = str(int(time.time()))
        digest = hmac.new((secret or self.secret).encode(), now.encode() + b"." + body, hashlib.sha256).digest()
        connection = http.client.HTTPConnection(self.hooks, timeout=30)
        try:
            connection.request("POST", "/hooks/quay", body, {
                "Content-Type": "application/json", "X-Quay-Time": now,
                "X-Quay-Signature": base64.b64encode(digest).decode()})
            return connection.getresponse().status
        finally:
            connection.close()
