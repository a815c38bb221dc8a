"""What the scenarios share: a daemon between two sandboxes with what a fault needs, and the record of seconds."""
import json
import os
import pathlib
import signal
import statistics
import tempfile
import threading
import time

from cluster import Cluster, children_of
from gate import Gate
from house import PlaygroundTest, wait_for_first_sweeps
from people import Town
from playground import Failed, call, wait_for
from test_several_daemons import Another

FULL = os.environ.get("COUNTERPART_FAULTS_FULL") == "1"
SEED = int(os.environ.get("COUNTERPART_FAULTS_SEED", "1"))
EXTRA = "work: {{ lease: {lease}, backoff: {{ first: 200ms, most: 2s }}, attempts: 200 }}\nlog: {{ level: info }}"


def times(few, many):
    """How often something is done: few times in CI, many with --full."""
    return many if FULL else few


class FaultTest(PlaygroundTest):
    """One scenario. What it measured is printed by the runner; counts are asserted here."""

    def setUp(self):
        self.notes, self.seed = [], SEED

    def scene(self, lease="6s", cluster=None, gate=False, start=True, state=None, daemon_environment=None, **options):
        """A playground whose daemon runs and has swept once."""
        options = {"timeout": "2s", "breaker_wait": "200ms", "extra": EXTRA.format(lease=lease), **options}
        if cluster is not None:
            options["database"] = cluster.uri
        p = self.playground(**options)
        self.addCleanup(self.end_database, p)
        p.state = state or p.state
        p.start_sandboxes()
        p.write_config()
        if gate:
            p.gate = Gate(p.sandbox_address)
            self.addCleanup(p.gate.close)
            p.config.write_text(p.config.read_text().replace(p.sandbox_address, p.gate.address))
        if start:
            p.start_daemon(daemon_environment)
            wait_for_first_sweeps(p)
        return p

    def two_daemons(self, lease):
        """A playground, a daemon beside the first on the same database, and the gate that the other's calls go through."""
        p = self.scene(cluster=self.cluster(), lease=lease, start=False)
        p.first_hooks = p.hooks
        p.start_daemon()
        gate = Gate(p.sandbox_address)
        self.addCleanup(gate.close)
        return p, Another(p, "other", upstream=gate.address).start(), gate

    def cluster(self, environment=None):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-faults-")
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o711)
        cluster = Cluster(folder.name, environment)
        self.addCleanup(cluster.stop)
        return cluster

    @staticmethod
    def server_of(p):
        """The process that is the private database; None while there is none."""
        for found in p.state.glob("**/postmaster.pid"):
            try:
                number = int(found.read_text().split()[0])
                os.kill(number, 0)
                return number
            except (OSError, IndexError, ValueError):
                pass
        return None

    def end_database(self, p):
        """A daemon that is dead leaves its private database to us."""
        if p.database == "embedded" and (p.daemon is None or p.daemon.child.poll() is not None):
            server = self.server_of(p)
            if server is not None:
                os.kill(server, signal.SIGQUIT)
                wait_for("the private database ends", lambda: self.server_of(p) is None, 20)

    # --- seconds, and counts ----------------------------------------------------------------------

    def note(self, promise, bar, what, seconds, unit="s"):
        """A measured figure: the worst of many is what counts."""
        seconds = [seconds] if isinstance(seconds, (int, float)) else list(seconds)
        if not seconds:
            return
        row = {"promise": promise, "bar": bar, "what": what, "value": round(max(seconds), 3), "unit": unit,
               "median": round(statistics.median(seconds), 3), "count": len(seconds), "scenario": self.id()}
        with open(os.environ.get("COUNTERPART_FAULTS_REPORT", os.devnull), "a", encoding="utf-8") as report:
            report.write(json.dumps(row) + "\n")
        print(f"    {promise:4} {what}: {row['value']} {unit} (bar {bar}; median {row['median']} of {row['count']})")

    def assert_exact(self, p, town):
        """At rest; what was accepted has arrived, and nothing is doubled, invented, undone or repeated."""
        self.assertIsNone(p.daemon.child.poll(), "the daemon has ended")
        town.arrived()
        p.settle_down(timeout=240)
        self.assert_nothing_wrong(town)

    def assert_nothing_wrong(self, town):
        wrong = town.wrong()
        self.assertEqual(wrong[:20], [], f"{len(wrong)} counts are wrong, seed {self.seed}")

    def assert_silence(self, p, town):
        """Nothing is written at rest, whatever is told again; with the sandboxes' own webhooks."""
        written = p.writes()
        for sandbox in (p.crm, p.erp_sandbox):
            sandbox.control("webhooks/replay", {})
        p.settle_down(timeout=240)
        self.assertEqual(p.writes() - written, 0, "it wrote, though nothing had changed")
        self.assert_nothing_wrong(town)

    def finish(self, p, town):
        """People go home; the counts are exact. Then everybody hears the rest, and both sides are the same."""
        town.rest()
        wait_until_ready(p)
        self.assert_exact(p, town)
        if town.own_senders:
            town.tell_all()
            self.assert_exact(p, town)
        self.assertEqual(p.ask("GET", "parked")["parked"], [])
        self.assert_contacts_in_step(p, town.made)
        if not town.own_senders:
            self.assert_silence(p, town)
        print(f"    {town.entered()} entries by people, {town.made} records, {p.writes()} writes; "
              f"webhooks sent here: {dict(town.answers)}")


def wait_until_ready(p, timeout=120):
    wait_for("the daemon is ready", lambda: ready(p), timeout)


def ready(p):
    try:
        return call(p.api, "GET", "/readyz", timeout=5)[0] == 200
    except OSError:
        return False


def kill_tree(process):
    """A process and those it started, at once and without a word."""
    for number in [*children_of(process), process]:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Doctor(threading.Thread):
    """Asks a daemon for its health, all the time. `seconds`: what each answer took."""

    def __init__(self, p):
        super().__init__(daemon=True)
        self.address, self.seconds, self.wrong, self.done = p.api, [], [], threading.Event()
        self.start()

    def run(self):
        while not self.done.wait(0.05):
            began = time.monotonic()
            try:
                status = call(self.address, "GET", "/healthz", timeout=30)[0]
            except OSError as fault:
                status = repr(fault)
            self.seconds.append(time.monotonic() - began)
            if status != 200:
                self.wrong.append(status)

    def leave(self):
        self.done.set()
        self.join()
        if self.wrong:
            raise Failed(f"/healthz was not answered 200: {self.wrong[:5]}")
        return self.seconds
