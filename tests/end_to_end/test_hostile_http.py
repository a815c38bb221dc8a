"""Bytes that mean no good, sent to the real binary: each is refused clearly, nobody beside them notices, what honest
senders and people did arrives on the other side.

Every way to misread a request is told where it is refused (tests/server/http, tests/fuzz/http_request.cpp); here is one
of each, through the whole daemon.
"""
import base64
import contextlib
import gzip
import hashlib
import hmac
import http.client
import json
import pathlib
import random
import re
import resource
import socket
import subprocess
import threading
import time
import unittest

from crowd import connect, raise_descriptor_limit
from house import PlaygroundTest, SharedPlayground, news_of, post_signed, signed_headers, sql
from playground import A_SECRET, B_SECRET, call, wait_for

MEMORY_MOST = 256 * 1024  # kB resident, at any time
LOG_MOST = 256 * 1024  # bytes that one test may add to the daemon's log
IDLE_PER_ADDRESS = 250
HOST = b"Host: hub.example\r\n"
POST = b"POST /hooks/crm HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: smuggled.example\r\n\r\n"

# name: bytes, the status they are refused with. What follows a request that is refused must not be answered.
REQUESTS = {
    "a length beside chunked": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked beside a length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 60\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 0\r\nContent-Length: 51\r\n\r\n", 400),
    "two lengths that agree": (POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400),
    "a list of lengths": (POST + b"Content-Length: 0, 51\r\n\r\n", 400),
    "xchunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
    "chunked behind a tabulator": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "chunked on HTTP/1.0": (b"POST /hooks/crm HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a folded header": (POST + b"X-A: b\r\n Content-Length: 51\r\n\r\n", 400),
    "bare line feeds": (b"POST /hooks/crm HTTP/1.1\nHost: a\nContent-Length: 0\n\n", 400),
    "a bare line feed in a header": (POST + b"X-A: b\nContent-Length: 51\r\n\r\n", 400),
    "a bare carriage return": (POST + b"X-A: b\rContent-Length: 51\r\n\r\n", 400),
    "a NUL in a header": (POST + b"X-A: b\0c\r\n\r\n", 400),
    "a blank before the colon": (POST + b"Content-Length : 51\r\n\r\n", 400),
    "no Host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "another host's URL": (b"GET http://other.example/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a tunnel": (b"CONNECT other.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 51\r\n\r\n", 400),
    "20 kB behind a chunk's size": (CHUNKED + b"2;" + b"x" * 20_000 + b"\r\n{}\r\n0\r\n\r\n", 400),
    "20 kB behind many chunks' sizes": (CHUNKED + (b"1;" + b"x" * 200 + b"\r\n{\r\n") * 100, 400),
    "a chunk that is longer than it says": (CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk of a negative size": (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk of 2^64 bytes": (CHUNKED + b"10000000000000000\r\n{}\r\n0\r\n\r\n", 413),
    "a length with a sign": (POST + b"Content-Length: +5\r\n\r\n{   }", 400),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "a length in hex": (POST + b"Content-Length: 0x5\r\n\r\n{   }", 400),
    "a length of 2^64 and 5": (POST + b"Content-Length: 18446744073709551621\r\n\r\n{   }", 413),
    "an unknown expectation": (POST + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", 400),
    "TLS on a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, 400),
    "a header of 20 kB": (POST + b"X-A: " + b"b" * 20_000 + b"\r\n\r\n", 431),
    "headers without end": (POST + b"X-A: b\r\n" * 4_000, 431),
    "a path of 20 kB": (b"POST /hooks/" + b"c" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
    "200 headers": (POST + b"X-A: b\r\n" * 200 + b"\r\n", 431),
    "a body of 2 MB": (POST + b"Content-Length: 2000000\r\n\r\n" + b" " * 2_000_000, 413),
    "a body of 2 MB in chunks": (CHUNKED + (b"2710\r\n" + b" " * 10_000 + b"\r\n") * 200, 413),
    "a promise of 10 GB": (POST + b"Content-Length: 10000000000\r\n\r\n{", 413),
}


def exchange(address, request):
    """Everything that is answered until the other side ends the connection."""
    caller = connect(address)
    with contextlib.closing(caller):
        answer = b""
        try:
            caller.sendall(request)
            caller.shutdown(socket.SHUT_WR)
        except OSError:  # refused before all of it was sent
            pass
        with contextlib.suppress(ConnectionResetError):
            while more := caller.recv(65536):
                answer += more
        return answer


class SilentCrowd:
    """Connections from many addresses that send nothing: ten thousand, or as many as a process may have."""

    def __init__(self, address):
        raise_descriptor_limit()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 2000
        host, port = address.rsplit(":", 1)
        self.callers = []
        for number in range(min(10_000, most)):
            caller = socket.socket()
            self.callers.append(caller)
            caller.bind((f"127.0.1.{1 + number // IDLE_PER_ADDRESS}", 0))
            caller.connect((host, int(port)))

    def __len__(self):
        return len(self.callers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for caller in self.callers:
            caller.close()


def connections(p):
    told = call(p.metrics, "GET", "/metrics")[2].decode()
    return int(re.search(r'^counterpart_connections\{door="hooks"\} (\d+)', told, re.M).group(1))


class HostileHttp(SharedPlayground):
    """One daemon for all of it, with room for ten thousand who call and are silent."""

    def options(self):
        return {"extra": f"""
limits: {{ connections: 11000, connections_per_address: {IDLE_PER_ADDRESS + 250}, header_timeout: 3s,
          body_timeout: 5s, write_timeout: 5s, idle_timeout: 2m }}"""}

    @classmethod
    def setUpClass(cls):
        raise_descriptor_limit()

    def setUp(self):
        super().setUp()
        self.name = f"Anna{random.randrange(10**9)}"
        self.contact, self.person = self.pair(self.name)
        self.log_before = self.p.daemon.log.stat().st_size

    # --- the means --------------------------------------------------------------------------------

    def honest(self):
        """A signed webhook; the status of its answer."""
        return post_signed(self.p, news_of(self.contact))[0]

    @contextlib.contextmanager
    def honest_beside(self):
        """Honest webhooks and questions after our health, one by one, while this lasts: all are answered yes."""
        stop, statuses, health, faults = threading.Event(), [], [], []

        def send():
            try:
                while not stop.is_set():
                    statuses.append(self.honest())
                    health.append(call(self.p.hooks, "GET", "/healthz")[0])
            except (OSError, http.client.HTTPException) as fault:
                faults.append(fault)

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        try:
            wait_for("an honest webhook is taken before", lambda: len(health) >= 1 or faults)
            yield
            so_far = len(health)
            wait_for("an honest webhook is taken after", lambda: len(health) >= so_far + 2 or faults)
        finally:
            stop.set()
            sender.join()
        self.assertEqual(faults, [])
        self.assertEqual((set(statuses), set(health)), ({202}, {200}))
        print(f"{len(statuses)} honest webhooks beside it")

    def assert_unharmed(self, what):
        """What a person writes now arrives; memory and log have stayed small, nothing has failed."""
        note = f"written after {what}"
        self.p.crm.edit("contacts", self.contact, notes=note)
        wait_for("what a person wrote arrives on the other side",
                 lambda: self.p.erp_sandbox.read("persons", self.person).get("remark") == note)
        status = pathlib.Path(f"/proc/{self.p.daemon.child.pid}/status").read_text(encoding="ascii")
        figures = dict(re.findall(r"^(Vm\w+):\s+(\d+) kB", status, re.M))
        logged = self.p.daemon.log.stat().st_size - self.log_before
        print(f"memory {what}: {int(figures['VmRSS']) // 1024} MB resident, {int(figures['VmHWM']) // 1024} MB at most; "
              f"{logged} bytes logged")
        self.assertLess(int(figures["VmHWM"]), MEMORY_MOST)
        self.assertLess(logged, LOG_MOST)
        told = call(self.p.metrics, "GET", "/metrics")[2].decode()
        faults = set(re.findall(r'counterpart_requests_total\{door="hooks",status="(5\d\d)"', told)) - {"503"}
        self.assertEqual(faults, set())

    def stored(self):
        """How many webhooks are kept as evidence."""
        return int(sql(self.p, "select count(distinct delivery_key) from counterpart.evidence"))

    # --- the tests --------------------------------------------------------------------------------

    def test_a_request_that_could_be_read_in_two_ways_is_refused_and_what_follows_it_is_not_read(self):
        with self.honest_beside():
            for name, (request, status) in REQUESTS.items():
                with self.subTest(name):
                    # when it comes with another request behind it, which may be its body or not
                    answer = exchange(self.p.hooks, request + SMUGGLED)
                    # then there is one answer, which refuses, and the connection ends
                    self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer[:300])
                    self.assertEqual(answer.split(b" ", 2)[1], str(status).encode(), answer[:300])
                    self.assertIn(b"\r\nConnection: close\r\n", answer)
                    self.assertIn("error", json.loads(answer.partition(b"\r\n\r\n")[2]))
        self.assert_unharmed(f"after {len(REQUESTS)} malformed requests")

    def test_bodies_in_another_encoding_are_refused_however_well_they_are_signed(self):
        event = json.dumps(news_of(self.contact))
        data = event.encode()
        bodies = {
            "UTF-16 with a mark": event.encode("utf-16"),
            "UTF-16, little end first": event.encode("utf-16-le"),
            "UTF-16, big end first": event.encode("utf-16-be"),
            "UTF-32": event.encode("utf-32"),
            "UTF-7": event.replace("contacts", "cont\u00fccts").encode("utf-7").replace(b'"', b"+ACI-"),
            "Latin-1": event.replace("contacts", "k\u00f6ntakte").encode("latin-1"),
            "an overlong slash": data.replace(b"contacts", b"cont\xc0\xafcts"),
            "an overlong NUL": data.replace(b"contacts", b"cont\xc0\x80cts"),
            "surrogates as UTF-8": data.replace(b"contacts", b"\xed\xa0\xbd\xed\xb8\x80"),
            "beyond Unicode": data.replace(b"contacts", b"\xf4\x90\x80\x80"),
            "gzip": gzip.compress(data),
            "a number of a million digits": data.replace(b'"batch"', b'"batch", "n": ' + b"9" * 1_000_000),
            "65 levels": b'{"type": "batch", "n": ' + b"[" * 64 + b"]" * 64 + b', "events": []}',
            "a key twice, once escaped": data.replace(b'"type"', b'"\\u0074ype": "batch", "type"', 1),
            "ten thousand and one events": json.dumps({"type": "batch", "events": [
                {"object": "contacts", "record_id": "1", "id": str(n)} for n in range(10_001)]}).encode(),
            "an id of control characters": data.replace(self.contact.encode(), b"\\u0001\\u0002"),
            "no id": data.replace(f'"{self.contact}"'.encode(), b"null"),
        }
        before = self.stored()
        for name, body in bodies.items():
            with self.subTest(name):
                status, _, answer = call(self.p.hooks, "POST", "/hooks/crm", body, signed_headers(body, f"bad-{name}"))
                self.assertEqual(status, 400, answer)
                self.assertIn("error", json.loads(answer))
                self.assertEqual(self.honest(), 202)
        self.assertEqual(self.stored(), before + len(bodies), "only the honest ones are kept")
        self.assert_unharmed("after bodies in other encodings")

    def test_what_others_signed_or_was_signed_for_others_proves_nothing(self):
        data = json.dumps(news_of(self.contact)).encode()
        other = json.dumps(news_of("smuggled-4711")).encode()
        now = int(time.time())
        captured = signed_headers(data, "captured-1")
        of_erp = {"X-Timestamp": str(now), "X-Signature": "sha256=" + hmac.new(
            B_SECRET.encode(), f"{now}.".encode() + data, hashlib.sha256).hexdigest()}
        forgeries = {
            "captured, its body swapped": ("crm", other, captured),
            "captured, sent to another system": ("erp", data, captured),
            "captured, another id": ("crm", data, {**captured, "webhook-id": "captured-2"}),
            "captured, a later time": ("crm", data, {**captured, "webhook-timestamp": str(now + 1)}),
            "captured, an hour old": ("crm", data, signed_headers(data, "old", now=now - 3600)),
            "of tomorrow": ("crm", data, signed_headers(data, "new", now=now + 86400)),
            "a time beyond all numbers": ("crm", data, signed_headers(data, "far", now="9" * 30)),
            "the other system's secret": ("crm", data, signed_headers(
                data, "theirs", base64.b64encode(B_SECRET.encode()).decode())),
            "the other system's signature": ("crm", data, of_erp),
            "the secret as its signature": ("crm", data, {**captured, "webhook-signature": "v1," + A_SECRET[6:]}),
            "no signature": ("crm", data, {}),
            "an empty secret's": ("crm", data, signed_headers(data, "none", secret="whsec_")),
            "a version we do not know": ("crm", data, {
                **captured, "webhook-signature": captured["webhook-signature"].replace("v1", "v2")}),
        }
        before = self.stored()
        answers = {name: call(self.p.hooks, "POST", f"/hooks/{system}", body, headers)
                   for name, (system, body, headers) in forgeries.items()}
        # then whatever was wrong is refused in the same words
        self.assertEqual({name: status for name, (status, _, _) in answers.items()}, dict.fromkeys(forgeries, 401))
        self.assertEqual(len({body for _, _, body in answers.values()}), 1)
        self.assertEqual(self.stored(), before)
        # and the one that was captured, and its repetition, are one
        for _ in range(2):
            self.assertEqual(call(self.p.hooks, "POST", "/hooks/crm", data, captured)[0], 202)
        self.assertEqual(self.stored(), before + 1)
        self.p.settle_down()
        self.assert_silence(self.name)
        self.assert_unharmed("after forgeries")

    def test_ten_thousand_who_are_silent_cost_little_and_keep_nobody_out(self):
        # given room for all of them
        with self.honest_beside(), SilentCrowd(self.p.hooks) as crowd:
            wait_for("all of them are in", lambda: connections(self.p) >= len(crowd))
            self.assert_unharmed(f"beside {len(crowd)} silent connections")
            self.assertGreaterEqual(connections(self.p), len(crowd), "nobody was in anybody's way")
        wait_for("they are forgotten", lambda: connections(self.p) < 100)

    def test_slowhttptest_finds_no_way_to_wear_the_door_out(self):
        url = f"http://{self.p.hooks}/hooks/crm"
        modes = {
            "slow headers": ["-H", "-i", "1", "-t", "POST"],
            "slow body": ["-B", "-i", "1", "-s", "8192"],
            "ranges": ["-R", "-a", "5", "-b", "2000"],
            "slow reading": ["-X", "-k", "5", "-w", "1", "-y", "16", "-n", "1", "-z", "1"],
        }
        for name, options in modes.items():
            with self.subTest(name), self.honest_beside():
                command = ["slowhttptest", *options, "-c", "200", "-r", "200", "-l", "15", "-p", "20", "-u", url]
                told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                                      check=False)
                plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", told.stdout)
                self.assertIn("Test ended on", plain, plain[-500:])
                self.assertEqual(set(re.findall(r"service available:\s+(\w+)", plain)), {"YES"}, plain[-1500:])
        self.assert_unharmed("after slowhttptest")


class DefaultLimits(PlaygroundTest):
    """Nothing is raised: a door has room for a thousand."""

    def test_ten_thousand_who_are_silent_make_room_for_whoever_speaks(self):
        p = self.two_sandboxes()
        contact = p.crm.create("contacts", firstname="Ada", lastname="L", email="ada@example.com")
        p.settle_down()

        def healthz():
            return call(p.hooks, "GET", "/healthz")

        def webhook():
            return post_signed(p, news_of(contact))

        def asked(ask):
            """yes; later, with when to come again; or closed, which costs us least."""
            try:
                status, headers, _ = ask()
            except (OSError, http.client.HTTPException):
                return "closed"
            later = status == 503 and "Retry-After" in headers
            return "yes" if status in (200, 202) else "later" if later else status

        # when ten times as many connect as there is room for
        with SilentCrowd(p.hooks) as crowd:
            # then whoever speaks is heard soon, and every time
            seen = set()

            def heard():
                now = {asked(ask) for _ in range(20) for ask in (healthz, webhook)}
                seen.update(now)
                return now == {"yes"}

            wait_for("whoever speaks is heard", heard)
            self.assertLessEqual(seen, {"yes", "later", "closed"})
            self.assertLessEqual(connections(p), 1000)
            print(f"a thousand of {len(crowd)} silent connections were kept")
        # and what a person wrote arrives
        p.crm.edit("contacts", contact, notes="after the crowd")
        p.settle_down()
        self.assert_contacts_in_step(p, 1)


if __name__ == "__main__":
    unittest.main()
