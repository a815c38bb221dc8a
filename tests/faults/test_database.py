"""The database terminates us, stops, freezes, runs full: no 2xx without durability, health answers, and it recovers."""
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import threading
import time

from cluster import children_of
from people import Town
from playground import wait_for
from scene import Doctor, FaultTest, times

TRY = 0.05  # a sender's pause between two webhooks


class Sender(threading.Thread):
    """Sends news of one record all the time, each once. `heard`: (begin, end, status) of each; status None: no answer."""

    def __init__(self, town):
        super().__init__(daemon=True)
        self.town, self.heard, self.done = town, [], threading.Event()
        self.thing = town.things[0]
        self.start()

    def run(self):
        while not self.done.wait(TRY):
            began = time.monotonic()
            status = self.town.post(self.thing, self.thing.born)
            self.heard.append((began, time.monotonic(), status))

    def accepted_within(self, begin, end):
        """How many were answered 2xx in that time, both ends of the call included."""
        return sum(status == 202 and began > begin and ended < end for began, ended, status in self.heard)

    def refused_within(self, begin, end):
        return sum(status == 503 and ended > begin and ended < end for _, ended, status in self.heard)

    def accepted_after(self, moment):
        """When the first news after that moment was accepted."""
        return wait_for("news accepted again", lambda: next(
            (ended for _, ended, status in self.heard if status == 202 and ended > moment), None), 120)

    def leave(self):
        self.done.set()
        self.join()


class Database(FaultTest):
    def at_work(self, p, **options):
        """People whose webhooks are sent once, a sender who never stops, a doctor."""
        town = Town(p, self.seed, own_senders=True, **options)
        town.found(20)
        town.at_work(people=2, pace=0.03)
        self.sender, self.doctor, self.accepted, self.worked = Sender(town), Doctor(p), [], []
        return town

    def recovers(self, town, available):
        """Notes how long that takes since the database was there again: to a first 2xx, and to all that waited."""
        wanted = town.wanted()
        self.accepted.append(max(0.0, self.sender.accepted_after(available) - available))
        town.arrived(wanted=wanted)
        self.worked.append(time.monotonic() - available)

    def end(self, p, town, what):
        town.rest()
        self.sender.leave()
        health = self.doctor.leave()
        self.finish(p, town)
        self.note("P10", "1 s", f"/healthz while the database {what}", health)
        self.note("P10", "10 s", f"database that {what} is back: to the first 2xx", self.accepted)
        self.note("P10", "10 s", f"database that {what} is back: to all that was accepted before being worked", self.worked)

    def test_database_terminates_all_connections(self):
        cluster = self.cluster()
        p = self.scene(cluster=cluster)
        town, chance, ended = self.at_work(p), random.Random(self.seed), 0
        for _ in range(times(20, 500)):
            time.sleep(chance.uniform(0.1, 0.8))
            ended += int(cluster.sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where "
                                     "datname = 'counterpart' and pid <> pg_backend_pid()"))
            self.recovers(town, time.monotonic())
        self.end(p, town, "terminates connections")
        print(f"    connections terminated: {ended}")

    def test_database_stops_and_starts(self):
        cluster = self.cluster()
        p = self.scene(cluster=cluster)
        town, chance, refused = self.at_work(p), random.Random(self.seed), 0
        for number in range(times(6, 100)):
            time.sleep(chance.uniform(0.2, 1.0))
            cluster.stop(("fast", "immediate")[number % 2])
            gone = time.monotonic()
            time.sleep(chance.uniform(0.3, 3.0))
            back = time.monotonic()
            cluster.start()
            self.recovers(town, time.monotonic())
            self.assertEqual(self.sender.accepted_within(gone, back), 0, "2xx without a database")
            refused += self.sender.refused_within(gone, back)
        self.assertGreater(refused, 0, "no webhook met a database that was away")
        self.end(p, town, "stops")

    def test_database_frozen(self):
        cluster = self.cluster()
        p = self.scene(cluster=cluster)
        self.addCleanup(lambda: signal_all(cluster, signal.SIGCONT))
        town, chance = self.at_work(p), random.Random(self.seed)
        for number in range(times(5, 60)):
            time.sleep(chance.uniform(0.3, 1.0))
            signal_all(cluster, signal.SIGSTOP)
            frozen = time.monotonic()
            time.sleep((chance.uniform(0.5, 3.0), 8.0)[number % 3 == 2])  # shorter and longer than statements may take
            thawed = time.monotonic()
            signal_all(cluster, signal.SIGCONT)
            self.recovers(town, thawed)
            self.assertEqual(self.sender.accepted_within(frozen, thawed), 0, "2xx from a database that was frozen")
        self.end(p, town, "is frozen")

    def test_database_on_a_full_disk(self):
        # given a private database on a small disk
        p = self.scene(state=self.small_disk())
        town = self.at_work(p, padding=20_000)
        ballast, refused, asked = p.state / "ballast", 0, 0
        for _ in range(times(2, 20)):
            # when the disk runs full
            wait_for("webhooks accepted", lambda: self.sender.heard and self.sender.heard[-1][2] == 202, 60)
            full = time.monotonic()
            fill(ballast)
            for _ in range(2):
                wait_for("webhooks refused", lambda f=full: self.sender.refused_within(f, time.monotonic()) > 5, 60)
                fill(ballast)  # what a crash of the database gave back
            time.sleep(2)
            refused += self.sender.refused_within(full, time.monotonic())
            asked += 1
            # and has room again
            ballast.unlink()
            self.recovers(town, time.monotonic())
        # then senders were told to come again, it goes on by itself, and the counts are exact
        self.end(p, town, "has a full disk")
        log = (p.state / "postgres" / "log").read_text(errors="replace")
        print(f"    disk filled {asked} times, webhooks refused meanwhile: {refused}; the database's log: "
              f"{log.count('No space left')} times no space, {log.count('PANIC')} panics")

    def small_disk(self):
        """A folder with little room; it goes after everything that is started later."""
        if os.geteuid() != 0:
            self.skipTest("a full disk needs a small tmpfs, and only root may mount one")
        folder = tempfile.TemporaryDirectory(prefix="counterpart-disk-")
        self.addCleanup(folder.cleanup)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m,mode=0711", "tmpfs", folder.name],
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"a full disk needs a small tmpfs, and mounting one failed: {done.stderr.strip()}")
        self.addCleanup(lambda: subprocess.run(["umount", "--lazy", folder.name], check=False))
        return pathlib.Path(folder.name)


def signal_all(cluster, number):
    """The server first, so that it starts nobody new."""
    try:
        server = cluster.server()
        os.kill(server, number)
        for child in children_of(server):
            os.kill(child, number)
    except (OSError, ProcessLookupError):
        pass


def fill(file):
    """Until the disk takes no more."""
    with open(file, "ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    ballast.write(b"\0" * size)
            except OSError:
                continue
