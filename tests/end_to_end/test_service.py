"""The daemon as a service: what it tells systemd, how it stops, and that unit file and README say the same."""
import configparser
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from house import PlaygroundTest
from playground import ROOT, Failed, Process, call, wait_for

UNIT = ROOT / "deploy" / "counterpart.service"
PATIENCE = 120  # against hanging only


class NotifySocket:
    """systemd's end of the notification socket."""

    def __init__(self, path):
        self.path, self.told = str(path), []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def wait_for(self, line):
        """Everything told until the line came, the line included."""
        while line not in self.told:
            self.told += self.socket.recv(4096).decode().splitlines()
        return self.told

    def close(self):
        self.socket.close()


class Unit(configparser.ConfigParser):
    """A unit file whose keys keep their case; none of ours stands twice."""

    def __init__(self):
        super().__init__(interpolation=None, strict=True, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str
        self.read(UNIT)


class Service(PlaygroundTest):
    def start(self, **environment):
        p = self.playground()
        p.start_sandboxes()
        notify = NotifySocket(p.folder / "notify")
        self.addCleanup(notify.close)
        p.start_daemon({"NOTIFY_SOCKET": notify.path, **environment})
        return p, notify

    def test_it_tells_systemd_when_it_is_ready_and_when_it_stops(self):
        # given a daemon that systemd waits for
        p, notify = self.start()
        told = notify.wait_for("READY=1")
        # then it was ready when it said so, and told where it listens
        self.assertEqual(call(p.api, "GET", "/readyz")[0], 200)
        status = next(line for line in notify.told if line.startswith("STATUS="))
        self.assertIn(p.hooks, status)
        self.assertNotIn("WATCHDOG=1", told)
        # when it is stopped
        self.assertEqual(p.daemon.end(signal.SIGTERM), 0, p.daemon.tail())
        # then it said so, with what it was doing
        told = notify.wait_for("STOPPING=1")
        self.assertTrue(any(line.startswith("STATUS=finishing") for line in told), told)

    def test_it_keeps_telling_a_watchdog_that_it_is_alive(self):
        _, notify = self.start(WATCHDOG_USEC="200000")
        notify.wait_for("READY=1")
        for _ in range(3):
            notify.told.clear()
            notify.wait_for("WATCHDOG=1")

    def test_it_tells_systemd_that_it_reloads_and_that_it_has(self):
        p, notify = self.start()
        notify.wait_for("READY=1")
        notify.told.clear()
        p.daemon.child.send_signal(signal.SIGHUP)
        told = notify.wait_for("RELOADING=1")
        self.assertTrue(any(re.fullmatch(r"MONOTONIC_USEC=[0-9]+", line) for line in told), told)
        notify.wait_for("READY=1")
        self.assertEqual(p.daemon.end(), 0)

    def test_it_needs_no_privilege_and_its_database_runs_as_its_own_user(self):
        # given a user of its own, as in the unit file: no groups, no capabilities, none to be had
        p = self.playground()
        p.start_sandboxes()
        p.write_config()
        p.state.mkdir(0o700)
        command = []
        if os.geteuid() == 0:
            shutil.chown(p.state, "nobody", "nogroup")
            binary = shutil.copy(p.binary, p.folder / "counterpart")  # the checkout may be out of that user's reach
            p.config.chmod(0o644)
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs",
                       "--bounding-set=-all", "--inh-caps=-all", "--"]
        else:
            binary = p.binary
        # when it works
        p.daemon = Process("daemon", p.folder, [*command, str(binary), "serve", "--config", str(p.config),
                                                "--print-addresses"])
        p.processes.append(p.daemon)
        p.daemon.ready_line()
        p.crm.create("contacts", firstname="Ada", lastname="L", email="ada@example.com")
        wait_for("the contact on the other side", lambda: len(p.erp_sandbox.all("persons")) == 1)
        # then all that it made is its own, and nobody else may look into it
        owner = p.state.stat().st_uid
        self.assertEqual(p.state.stat().st_mode & 0o077, 0)
        for path in [p.state, *p.state.rglob("*")]:
            status = path.lstat()
            self.assertEqual(status.st_uid, owner, path)
            if not path.is_symlink():
                self.assertEqual(status.st_mode & 0o022, 0, path)
        postmaster = next(p.state.rglob("postmaster.pid")).read_text().splitlines()[0]
        self.assertEqual(pathlib.Path(f"/proc/{postmaster}").stat().st_uid, owner)
        self.assertEqual(p.daemon.end(), 0)

    def test_sigterm_finishes_what_is_under_way(self):
        # given a change whose call is under way in a slow system
        p, _ = self.start()
        p.erp_sandbox.control("faults", {"delay_ms": 1500})
        p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com")
        wait_for("a call under way", lambda: p.status()["open_intents"] > 0)
        # when the daemon is stopped
        self.assertEqual(p.daemon.end(signal.SIGTERM), 0, p.daemon.tail())
        # then the change arrived, once
        self.assertEqual(len(p.erp_sandbox.all("persons")), 1)
        self.assert_contacts_in_step(p, 1)

    def test_a_port_in_use_is_named_with_what_to_do(self):
        p = self.playground()
        p.write_config()
        host, port = p.api.split(":")
        with socket.create_server((host, int(port))):
            with self.assertRaises(Failed):
                p.start_daemon()
        self.assertEqual(p.daemon.child.returncode, 1)
        told = p.daemon.log.read_text()
        self.assertIn(f"cannot listen on {p.api}: Address already in use; stop what listens there", told)
        self.assertNotIn("/boost/", told)

    def test_probes_are_read_only(self):
        p, _ = self.start()
        for address, path in ((p.hooks, "/healthz"), (p.api, "/readyz"), (p.metrics, "/metrics")):
            for method in ("POST", "DELETE"):
                status, headers, _ = call(address, method, path)
                self.assertEqual((status, headers.get("Allow")), (405, "GET, HEAD"), f"{method} {path}")
            self.assertEqual(call(address, "HEAD", path)[0], 200)

    def test_metrics_tell_each_doors_answers_and_the_environment(self):
        p, _ = self.start()
        call(p.api, "GET", "/nowhere")
        metrics = call(p.metrics, "GET", "/metrics")[2].decode()
        self.assertIn('counterpart_door_answers_total{door="api",status="404"} 1', metrics)
        self.assertIn('counterpart_system_info{connector="sandbox-a",environment="test",system="crm"} 1', metrics)

    def test_commands_say_what_is_not_there(self):
        p, _ = self.start()
        for words in (("show", "x"), ("show", "7"), ("retry", "x"), ("retry", "7")):
            told = p.cli("parked", *words)
            self.assertEqual(told.returncode, 1)
            self.assertIn(f"no parked record has the number '{words[1]}'", told.stderr)
        for json in ((), ("--json",)):
            told = p.cli("explain", "crm/contacts/unknown", *json)
            self.assertEqual(told.returncode, 1)
            self.assertIn("nothing is known of 'crm/contacts/unknown'", told.stderr)

    def test_a_command_finds_the_daemon_though_it_may_not_read_its_secrets(self):
        p, _ = self.start()
        p.config.write_text(p.config.read_text().replace("token: sandbox-a-hub", "token: ${file:no-such-credential}"))
        self.assertEqual(p.cli("status").returncode, 0)


class UnitFile(unittest.TestCase):
    """What the unit file says is what the README tells to set up."""

    def setUp(self):
        self.service = Unit()["Service"]
        self.readme = (ROOT / "README.md").read_text()

    def commands(self):
        """The README's block of commands that sets the service up."""
        block = re.search(r"```\n(useradd.*?)```", self.readme, re.S)
        self.assertIsNotNone(block, "the README sets up the service with a block that begins with useradd")
        return block.group(1)

    def test_the_readme_makes_the_user_it_runs_as(self):
        self.assertRegex(self.commands(), rf"useradd --system --user-group .*\b{self.service['User']}\n")
        self.assertEqual(self.service["Group"], self.service["User"])

    def test_the_readme_puts_the_files_where_it_looks_for_them(self):
        binary, command, option, config = self.service["ExecStart"].split()
        self.assertEqual((command, option), ("serve", "--config"))
        for place in (binary, config, "/etc/systemd/system/counterpart.service",
                      Unit()["Unit"]["Documentation"].removeprefix("file:")):
            self.assertIn(f" {place}\n", self.commands())
        self.assertEqual(pathlib.Path(config).parent, pathlib.Path("/etc") / self.service["ConfigurationDirectory"])
        # the secrets in it are for root and the daemon only
        self.assertRegex(self.commands(), rf"install .*-m 640 -g {self.service['Group']} .* {re.escape(config)}\n")

    def test_it_may_write_the_state_directory_that_the_configuration_names(self):
        self.assertIn(f"state_directory: /var/lib/{self.service['StateDirectory']}\n", self.readme)

    def test_it_has_time_to_drain_and_tells_systemd_enough(self):
        self.assertEqual(self.service["Type"], "notify")
        drain, database = 20, 2 * 20  # the defaults of work.drain and work.database.stop_timeout
        self.assertGreater(int(self.service["TimeoutStopSec"]), drain + database)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is part of systemd: install it")
    def test_systemd_finds_no_fault_in_it(self):
        with tempfile.TemporaryDirectory(prefix="counterpart-unit-") as folder:
            unit = pathlib.Path(folder) / UNIT.name
            binary = os.environ["COUNTERPART_BINARY"]
            unit.write_text(UNIT.read_text().replace(self.service["ExecStart"].split()[0], binary))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True,
                                  check=False)
            self.assertNotIn(UNIT.name, done.stderr)
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=13", str(unit)],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
