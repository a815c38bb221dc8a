"""The hooks door among people who mean no good: memory stays bounded, honest senders do not notice, a yes stays a yes.

What single hostile requests are answered is told where they are refused: tests/server/http/door_test.cpp (raw bytes),
framing_test.cpp, tests/mapping/values/json_test.cpp, tests/connectors/webhook/hook_test.cpp.
"""
import concurrent.futures
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import threading
import unittest

from crowd import Caller, SlowCrowd, connect, in_parallel, raise_descriptor_limit
from house import PlaygroundTest, SharedPlayground, news_of, post_signed, signed_headers, sql
from playground import call, wait_for

SEED = 20261121
MEMORY_MOST = 256 * 1024  # kB resident, at any time
INTAKE_QUEUE = 50
HONEST = 300


class Hostile(SharedPlayground):
    """One daemon for all of it; only the least of its limits that make a test short are changed."""

    def options(self):
        return {"extra": f"""
limits: {{ connections: 5000, connections_per_address: 5000, header_timeout: 5s, intake_queue: {INTAKE_QUEUE} }}
work: {{ database: {{ statement_timeout: 1m }} }}"""}

    @classmethod
    def setUpClass(cls):
        raise_descriptor_limit()

    def setUp(self):
        super().setUp()
        self.contact, _ = self.pair(f"Anna{random.randrange(10**9)}")

    # --- the means --------------------------------------------------------------------------------

    def news(self):
        return news_of(self.contact)

    def honest(self):
        """A signed webhook; the status of its answer."""
        return post_signed(self.p, self.news())[0]

    def connections(self):
        told = call(self.p.metrics, "GET", "/metrics")[2].decode()
        return int(re.search(r'^counterpart_connections\{door="hooks"\} (\d+)', told, re.M).group(1))

    def stored(self):
        """How many webhooks are kept as evidence."""
        return int(sql(self.p, "select count(distinct delivery_key) from counterpart.evidence"))

    def assert_stored(self, numbers):
        kept = set(sql(self.p, "select delivery_key from counterpart.evidence").splitlines())
        lost = set(numbers) - kept
        self.assertEqual(lost, set(), f"{len(lost)} of {len(numbers)} that were answered yes are gone")

    def assert_memory_bounded(self, what):
        with open(f"/proc/{self.p.daemon.child.pid}/status", encoding="ascii") as status:
            figures = dict(re.findall(r"^(Vm\w+):\s+(\d+) kB", status.read(), re.M))
        print(f"memory {what}: {int(figures['VmRSS']) // 1024} MB resident, {int(figures['VmHWM']) // 1024} MB at most")
        self.assertLess(int(figures["VmHWM"]), MEMORY_MOST)

    # --- the tests --------------------------------------------------------------------------------

    def test_signed_nonsense_is_answered_400_and_the_next_webhook_is_taken(self):
        event = json.dumps(self.news()).encode()
        nonsense = {
            "a million brackets": b"[" * 1_000_000,
            "a million objects": b'{"a":' * 200_000,
            "bytes after a NUL": event + b"\0" + b"x",
            "a NUL in a text": event.replace(b"contacts", b"cont\0acts"),
            "an escaped NUL": event.replace(b"contacts", b"cont\\u0000acts"),
            "a byte order mark": b"\xef\xbb\xbf" + event,
            "a key twice": event.replace(b'"type": "batch"', b'"type": "batch", "type": "batch"'),
            "bytes that are no UTF-8": event.replace(b"contacts", b"cont\xffacts"),
            "half a surrogate": event.replace(b"contacts", b"cont\\ud800acts"),
            "ten to the power of 400": event.replace(b'"type": "batch"', b'"type": "batch", "n": 1' + b"0" * 400),
            "the same with an exponent": event.replace(b'"type": "batch"', b'"type": "batch", "n": 1e400'),
            "two values": event + event,
            "nothing": b"",
        }
        before = self.stored()
        for name, body in nonsense.items():
            with self.subTest(name):
                status, _, answer = post_signed(self.p, body)
                self.assertEqual(status, 400, answer)
                self.assertIn("error", json.loads(answer))
                self.assertEqual(self.honest(), 202)
        self.assertEqual(self.stored(), before + len(nonsense), "only the honest ones are kept")
        self.assert_memory_bounded("after nonsense")

    def test_slow_callers_by_the_thousand_are_cut_off_and_nobody_else_notices(self):
        # given 2,000 who trickle their headers and 500 who trickle a body
        head = b"POST /hooks/crm HTTP/1.1\r\nHost: a\r\n"
        slow = [head + b"X-Slow: "] * 2000 + [head + b"Content-Length: 100000\r\n\r\n{"] * 400 + \
               [head + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n{"] * 100
        others = self.connections()  # the sandboxes keep theirs
        crowd = SlowCrowd(self.p.hooks, slow)
        wait_for("all of them are connected", lambda: self.connections() >= len(slow))
        crowd.start()

        # when honest senders call, until the last of the crowd is gone
        def send(_):
            statuses = []
            while len(statuses) < HONEST // 4 or crowd.is_alive():
                statuses.append(self.honest())
            return statuses

        statuses = sum(in_parallel(4, send), [])
        # then each of them was heard, and the slow were told that they are, and left
        self.assertEqual(set(statuses), {202})
        self.assertGreaterEqual(len(statuses), HONEST)
        self.assertEqual(len(crowd.heard), len(slow))
        self.assertEqual({answer[:12] for answer in crowd.heard}, {b"HTTP/1.1 408"})
        wait_for("their connections are forgotten", lambda: self.connections() <= others)
        print(f"{len(statuses)} honest webhooks beside {len(slow)} slow callers")
        self.assert_memory_bounded("beside slow callers")

    def test_forged_signatures_by_the_thousand_leave_no_trace(self):
        callers, each = 64, 79
        before, dirty = self.stored(), self.p.status()["dirty"]
        forgeries = [self.forged(random.Random(SEED + number)) for number in range(callers)]
        honest = []

        def forge(number):
            if number == callers:
                honest.extend(self.honest() for _ in range(50))
                return set()
            caller = Caller(self.p.hooks)
            with contextlib.closing(caller):
                return {(status, body) for status, _, body in (caller.ask(forgeries[number]) for _ in range(each))}

        answers = set().union(*in_parallel(callers + 1, forge))
        # then all are refused in the same words, whatever was wrong with them
        self.assertEqual({status for status, _ in answers}, {401})
        self.assertEqual(len(answers), 1, answers)
        # and the honest ones between them were taken, and they alone
        self.assertEqual(honest, [202] * 50)
        self.assertEqual(self.stored(), before + len(honest))
        self.p.settle_down()
        self.assertEqual(self.p.status()["dirty"], dirty)
        self.assertNotIn("forged-4711", sql(self.p, "select string_agg(id, ' ') from counterpart.evidence"))
        self.assert_memory_bounded(f"after {callers * each} forgeries")

    @staticmethod
    def forged(chance):
        """A request about a record that only a forger tells of, signed wrongly in one of several ways."""
        body = json.dumps(news_of("forged-4711")).encode() + b" " * chance.randrange(20_000)
        sound = signed_headers(body, f"forged-{chance.randrange(10**9)}")
        headers = chance.choice([
            {},
            {**sound, "webhook-signature": ""},
            {**sound, "webhook-signature": "v1," + "A" * 43 + "="},
            {**sound, "webhook-signature": "v1," + "A" * 8_000},
            {**sound, "webhook-signature": " ".join(["v1,bm9uc2Vuc2U="] * 500)},
            {**sound, "webhook-timestamp": str(int(sound["webhook-timestamp"]) + 1)},
            {**sound, "webhook-id": sound["webhook-id"] + "x"},
            signed_headers(body + b" ", sound["webhook-id"]),
            signed_headers(body, "forged", secret="whsec_bm90IHRoZSBzZWNyZXQ="),
            signed_headers(body, "forged", now=1_000_000_000),
        ])
        head = "POST /hooks/crm HTTP/1.1\r\nHost: a\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers.items())
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def test_more_than_may_wait_for_a_database_that_hangs_is_refused_at_once(self):
        # given a database that hangs, and one webhook on its way into it
        answers, flood = {}, 4 * INTAKE_QUEUE
        with concurrent.futures.ThreadPoolExecutor(flood + 1) as senders:
            with self.hanging_database():
                sent = [senders.submit(self.note, answers, "first")]
                wait_for("it waits for the database",
                         lambda: sql(self.p, "select count(*) from pg_locks where not granted") != "0")
                # when four times as many follow as may wait
                sent += [senders.submit(self.note, answers, f"flood-{number}") for number in range(flood)]
                # then what cannot wait hears so at once, with when to come again
                wait_for("what cannot wait is refused", lambda: len(answers) >= flood - INTAKE_QUEUE)
                self.assertEqual({status for status, _ in answers.values()}, {503})
                self.assertTrue(all(int(headers["Retry-After"]) > 0 for _, headers in answers.values()))
                self.assertEqual(call(self.p.hooks, "GET", "/healthz")[0], 200)
            for each in sent:
                each.result()
        # and once the database is back the others hear yes, and are kept
        accepted = [number for number, (status, _) in answers.items() if status == 202]
        self.assertEqual((len(answers), len(accepted)), (flood + 1, INTAKE_QUEUE + 1))
        self.assert_stored(accepted)
        self.assert_memory_bounded("after a flood")

    def note(self, answers, number):
        number = f"{self.contact}-{number}"
        status, headers, _ = post_signed(self.p, self.news(), number)
        answers[number] = (status, headers)

    @contextlib.contextmanager
    def hanging_database(self):
        """Nothing can be stored while this lasts: somebody holds the table."""
        socket = next(self.p.state.glob("**/.s.PGSQL.*[0-9]")).parent
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        holder = subprocess.Popen([*user, "psql", "-qAt", "-h", str(socket), "-U", "counterpart", "-d", "counterpart"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        try:
            holder.stdin.write("begin; lock table counterpart.evidence; select 'held';\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), "held\n")
            yield
        finally:
            holder.communicate("rollback;\n", timeout=30)

    def test_a_flood_while_the_database_is_killed_loses_nothing_that_was_answered_yes(self):
        answers, stop = {}, threading.Event()

        def send(sender):
            number = 0
            while not stop.is_set():
                self.note(answers, f"{sender}-{number}")
                number += 1

        with concurrent.futures.ThreadPoolExecutor(16) as senders:
            sent = [senders.submit(send, sender) for sender in range(16)]
            try:
                # when the database is killed under a flood, and the daemon starts it again
                wait_for("some are taken", lambda: self.count(answers, 202) >= 50)
                (file,) = self.p.state.glob("**/postmaster.pid")
                os.kill(int(file.read_text().split()[0]), signal.SIGQUIT)
                wait_for("some are refused", lambda: self.count(answers, 503) >= 50)
                taken = self.count(answers, 202)
                wait_for("they are taken again", lambda: self.count(answers, 202) >= taken + 50)
            finally:
                stop.set()
            for each in sent:
                each.result()
        # then each was answered, the refused with when to come again, and each yes is kept
        self.assertEqual({status for status, _ in answers.values()}, {202, 503})
        self.assertTrue(all(int(headers["Retry-After"]) > 0 for status, headers in answers.values() if status == 503))
        self.assert_stored([number for number, (status, _) in answers.items() if status == 202])
        self.p.settle_down()

    @staticmethod
    def count(answers, status):
        return sum(had == status for had, _ in list(answers.values()))


if __name__ == "__main__":
    unittest.main()


class DefaultLimits(PlaygroundTest):
    """Nothing is raised, and all come from one address, where there is room for 250 at a time."""

    def test_slow_callers_make_room_for_honest_ones_of_the_same_address(self):
        raise_descriptor_limit()
        p = self.two_sandboxes()
        contact = p.crm.create("contacts", firstname="Ada", lastname="L", email="ada@example.com")
        p.settle_down()
        # given more slow callers than there is room for
        slow = [connect(p.hooks) for _ in range(1200)]
        for caller in slow:
            self.addCleanup(caller.close)
            with contextlib.suppress(OSError):  # closed at once
                caller.sendall(b"POST /hooks/crm HTTP/1.1\r\nHost: a\r\nX-Slow: ")

        def honest():
            try:
                return post_signed(p, news_of(contact))[0]
            except OSError:
                return None

        def dealt_with():
            told = call(p.metrics, "GET", "/metrics")[2].decode()
            known = r'connections\{door="hooks"|refused_total\{door="hooks",why="(?:slow|address)"'
            counts = re.findall(rf"^counterpart_(?:{known})\}} (\d+)", told, re.M)
            return sum(map(int, counts)) >= len(slow)

        # when they have been slow for a moment, then the honest do not notice them
        wait_for("all of them to be let in or not", dealt_with)
        wait_for("honest webhooks to be taken", lambda: {honest() for _ in range(50)} == {202})
        self.assertEqual({honest() for _ in range(100)}, {202})
