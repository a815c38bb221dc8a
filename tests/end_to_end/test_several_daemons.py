"""Several daemons on one database: each is the same, none is special, and whatever becomes of one, the counts are exact."""
import os
import pathlib
import signal
import socket
import tempfile
import threading
import time

from cluster import Cable, Cluster, Passage
from gate import Gate
from house import PlaygroundTest
from playground import Process, call, free_port, wait_for
from test_outages import Editor

SEED = 20261121
WRITES = ("POST|PATCH|PUT", r"/(contacts|persons)(/batch/(create|update)|/(c-)?\d+)?$")


class Balancer(Passage):
    """What stands before several daemons: each connection goes to the next one that takes it."""

    def __init__(self, address, targets):
        self.targets, self.turn = list(targets), 0
        host, port = address.split(":")
        super().__init__((host, int(port)))

    def connect(self):
        for _ in self.targets:
            self.turn += 1
            host, port = self.targets[self.turn % len(self.targets)].split(":")
            try:
                return socket.create_connection((host, int(port)), timeout=60)
            except OSError:
                continue
        return None

    def carry(self, near):
        far = self.connect()
        if far is None:
            near.close()
            return
        back = threading.Thread(target=self.pump, args=(far, near), daemon=True)
        back.start()
        self.pump(near, far)
        back.join()
        near.close()
        far.close()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class Another:
    """A daemon beside the playground's first, with a state directory and addresses of its own."""

    def __init__(self, p, name, database=None, upstream=None):
        self.p, self.name, self.process = p, name, None
        self.hooks, self.api, metrics = (f"127.0.0.1:{free_port()}" for _ in range(3))
        self.state = p.folder / f"state-{name}"
        text = p.config.read_text()
        for old, new in ((p.first_hooks, self.hooks), (p.api, self.api), (p.metrics, metrics),
                         (str(p.state) + "\n", str(self.state) + "\n"), (p.database, database or p.database),
                         (p.sandbox_address, upstream or p.sandbox_address)):
            text = text.replace(old, new)
        self.config = p.folder / f"{name}.yaml"
        self.config.write_text(text)

    def start(self, environment=None, wait=True):
        self.process = Process(self.name, self.p.folder, [self.p.binary, "serve", "--config", str(self.config),
                                                          "--print-addresses"], environment)
        self.p.processes.append(self.process)
        if wait:
            self.process.ready_line()
        return self

    def end(self, how=signal.SIGTERM):
        return self.process.end(how)

    def stopped(self):
        stat = pathlib.Path(f"/proc/{self.process.child.pid}/stat").read_text()
        return stat.rsplit(")", 1)[1].split()[0] == "T"

    def signal(self, number):
        os.kill(self.process.child.pid, number)

    def log(self):
        return self.process.log.read_text(errors="replace")

    def ready(self):
        try:
            return call(self.api, "GET", "/readyz", timeout=5)[0] == 200
        except OSError:
            return False


class SeveralDaemons(PlaygroundTest):
    LEASE = "4s"

    def shared_playground(self, **options):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-cluster-")
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o711)
        cluster = Cluster(folder.name)
        self.addCleanup(cluster.stop)
        options.setdefault("extra", f"work: {{ lease: {self.LEASE} }}\nlog: {{ level: debug }}")
        p = self.playground(database=cluster.uri, timeout="2s", **options)
        p.cluster, p.first_hooks = cluster, p.hooks
        p.start_sandboxes()
        p.write_config()
        return p

    def behind_a_balancer(self, p, *targets):
        balancer = Balancer(p.hooks_of_senders, targets)
        self.addCleanup(balancer.close)

    def gate_before(self, p):
        gate = Gate(p.sandbox_address)
        self.addCleanup(gate.close)
        return gate

    def pair(self, p, name):
        contact = p.crm.create("contacts", firstname=name, lastname="P", email=f"{name}@example.com")
        p.settle_down()
        (story,) = p.explain("crm", "contacts", contact)
        return contact, int(story["link"]["right"])

    # --- a daemon that is not there while its lease passes --------------------------------------------

    @staticmethod
    def city(p, person):
        return (p.erp_sandbox.read("persons", person).get("address") or {}).get("city")

    def stopped_past_its_lease(self, point):
        """Daemon two is stopped at that point of an edit's work; daemon one does the work; two goes on."""
        p = self.shared_playground()
        gate = self.gate_before(p)
        p.start_daemon()
        contact, person = self.pair(p, "Ada")
        p.daemon.end()
        p.crm.edit("contacts", contact, city="Ulm")
        p.cluster.sql("insert into counterpart.dirty (sync_id, mapping, side, id, generation, due, class, first_news, "
                      "last_news, correlation) select sync_id, mapping, 0, left_id, 1, now(), 0, now(), now(), 'test' "
                      "from counterpart.link")
        two = Another(p, "two", upstream=gate.address)
        two.start({"COUNTERPART_STOP_AT": point}, wait=False)
        wait_for("daemon two to be stopped", two.stopped)
        gate.forget()
        # when another daemon takes the work over, and the first goes on
        p.start_daemon()
        wait_for("the edit on the other side", lambda: self.city(p, person) == "Ulm")
        p.settle_down()
        written = p.writes()
        two.signal(signal.SIGCONT)
        # (stopped for longer than it waits for the database, it takes its session for broken, else its lease is lost)
        wait_for("daemon two to give its work up",
                 lambda: "lease lost" in two.log() or "database away" in two.log())
        # then it has written nothing, and works on
        self.assertEqual(gate.count(*WRITES), 0, "it wrote under a lease that another held")
        p.settle_down()
        self.assertEqual(p.writes(), written)
        self.assert_contacts_in_step(p, 1)
        wait_for("daemon two to be ready", two.ready)

    def test_a_daemon_stopped_right_after_its_claim_writes_nothing_when_it_is_woken(self):
        self.stopped_past_its_lease("commit.claim.after:1")

    def test_a_daemon_stopped_between_its_intent_and_its_call_does_not_make_the_call(self):
        self.stopped_past_its_lease("commit.begin_intents.after:1")

    # --- news, pauses and breakers are everybody's ----------------------------------------------------

    def test_news_that_one_daemon_took_in_is_worked_at_once_by_another(self):
        # given a daemon that takes in webhooks, and one with newer rules, which looks for work by itself once an hour
        p = self.shared_playground(extra=f"work: {{ lease: {self.LEASE}, poll: 1h }}")
        p.start_daemon()
        contact, person = self.pair(p, "Ada")
        two = Another(p, "two")
        two.config.write_text(two.config.read_text().replace("leading: left", "leading: right"))
        two.start()
        wait_for("the daemons to know of each other", lambda: "daemons=1" in p.daemon.tail(200))
        # when somebody works
        p.crm.edit("contacts", contact, city="Ulm")
        # then the one does what the other was told of, and the other leaves its hands off
        wait_for("the edit on the other side", lambda: self.city(p, person) == "Ulm", timeout=30)
        wait_for("the first to see that its rules are old", lambda: "by other rules" in p.daemon.tail(200))
        p.settle_down()
        self.assert_contacts_in_step(p, 1)

    def test_a_pause_that_one_daemon_was_asked_for_is_kept_by_all(self):
        # given two daemons, each with a way of its own to the systems
        p = self.shared_playground()
        gates = [self.gate_before(p), self.gate_before(p)]
        p.config.write_text(p.config.read_text().replace(p.sandbox_address, gates[0].address))
        p.start_daemon()
        two = Another(p, "two")
        two.config.write_text(two.config.read_text().replace(gates[0].address, gates[1].address))
        two.start()
        contact, _ = self.pair(p, "Ada")
        # when one is asked to wait ten seconds
        moments = {}

        def busy(asked, _forward):
            if "/a/" not in asked.path or "at" in moments:
                return None
            moments["at"] = time.monotonic()
            return 429, {"Retry-After": "10"}, b"{}"

        for gate in gates:
            gate.detours.append(busy)
        p.crm.edit("contacts", contact, city="Ulm")
        wait_for("the pause", lambda: "at" in moments)
        wait_for("all daemons to know", lambda: p.cluster.sql(
            "select count(*) from counterpart.pace where paused_until > counterpart.now()") == "1")
        for gate in gates:
            gate.forget()
        for number in range(5):
            p.crm.edit("contacts", contact, city=f"Ulm {number}")
        # then neither calls that system meanwhile
        wait_for("the end of the pause", lambda: time.monotonic() > moments["at"] + 9.5)
        self.assertEqual([gate.count("GET|POST|PATCH", "^/a/") for gate in gates], [0, 0])
        p.settle_down()
        self.assert_contacts_in_step(p, 1)

    # --- under load ---------------------------------------------------------------------------------------

    def three_daemons(self, changes, cable=None):
        """A playground with three daemons behind a balancer, and people at work."""
        p = self.shared_playground(extra=f"work: {{ lease: {self.LEASE} }}", sweep="5s")
        p.hooks_of_senders, p.hooks = p.hooks, f"127.0.0.1:{free_port()}"
        p.first_hooks = p.hooks
        p.write_config()
        p.start_daemon()
        others = [Another(p, "two"), Another(p, "three", database=cable and Cluster.uri_at(cable(p.cluster.port)))]
        for other in others:
            other.start()
        self.behind_a_balancer(p, p.hooks, *(other.hooks for other in others))
        editors = [Editor(p, changes // 4, SEED + number, pace=0, name=f"e{number}") for number in range(4)]
        for editor in editors:
            editor.start()
        return p, others, editors

    def finish(self, p, editors):
        for editor in editors:
            editor.join()
            if editor.fault:
                raise editor.fault
        p.settle_down(timeout=300)
        self.assertEqual(p.ask("GET", "parked")["parked"], [])
        self.assert_contacts_in_step(p, sum(editor.made for editor in editors))

    def test_ten_thousand_changes_while_one_is_killed_one_paused_and_one_cut_off(self):
        # given three daemons, one with a cable to the database that can be cut
        cables = []

        def cable(port):
            cables.append(Cable(port))
            self.addCleanup(cables[0].close)
            return cables[0].port

        p, (two, three), editors = self.three_daemons(10_000, cable)
        began = time.monotonic()
        # when all this happens to them, more than once
        for _ in range(2):
            time.sleep(2)
            cables[0].cut.set()
            two.signal(signal.SIGSTOP)
            p.daemon.end(signal.SIGKILL)
            time.sleep(1)
            p.start_daemon()
            time.sleep(5)  # longer than a lease
            two.signal(signal.SIGCONT)
            cables[0].cut.clear()
        # then the counts are exact
        self.finish(p, editors)
        print(f"ten thousand changes by three daemons, with losses: at rest after {time.monotonic() - began:.0f} s")
        wait_for("all daemons to be ready", lambda: two.ready() and three.ready())

    def test_a_rolling_restart_under_load(self):
        p, others, editors = self.three_daemons(2_000)
        for other in others:
            self.assertEqual(other.end(), 0)
            other.start()
        self.assertEqual(p.daemon.end(), 0)
        p.start_daemon()
        self.finish(p, editors)
