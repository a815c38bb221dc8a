"""A place to try Counterpart in: the two sandbox CRMs (or a real Tryton), and the daemon between them.

Used by deploy/quickstart and by the end-to-end tests. Starts the real binary with the private database,
plays a person in either system, and asks the daemon over its Unix socket. Python's standard library only.
"""
import contextlib
import copy
import fcntl
import http.client
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent

A_SECRET = "whsec_c2FuZGJveC1hLXdlYmhvb2stc2VjcmV0"
B_SECRET = "sandbox-b-webhook-secret"

CONTACT_FIELDS = """
          - { left: [firstname, lastname], right: full_name, name: name, as: { left: name_parts, right: full_name } }
          - { left: email, right: contact.email, as: email }
          - { left: phone, right: contact.phone, as: phone(DE) }
          - { left: street, right: address.street }
          - { left: zip, right: address.postal_code }
          - { left: city, right: address.city }
          - { left: country, right: address.country }
          - { left: birthday, right: birthday, as: { left: date, right: "date('dd.MM.yyyy')" } }
          - { left: newsletter, right: newsletter, as: { left: boolean, right: "boolean('ja','nein')" } }
          - { left: notes, right: remark }
"""

COMPANY_FIELDS = """
          - { left: name, right: company_name }
          - { left: vat_id, right: vat_number, as: vat_id }
          - { left: phone, right: phone, as: phone(DE) }
          - { left: street, right: address.street }
          - { left: zip, right: address.postal_code }
          - { left: city, right: address.city }
          - { left: employees, right: staff, as: { left: integer, right: integer(text) } }
          - { left: revenue, right: turnover, as: { left: number, right: decimal(de) } }
          - { left: legal_form, right: legal_form, as: option(legal_forms) }
          - { left: founded, right: founded, as: { left: date, right: "date('dd.MM.yyyy')" } }
"""

SANDBOX_SYNC = f"""
syncs:
  customers:
    between: {{ left: crm, right: erp }}
    leading: left
    objects:
      - left: contacts
        right: persons
        match: [email]
        fields: {CONTACT_FIELDS}
      - left: companies
        right: organisations
        match: [vat_id]
        fields: {COMPANY_FIELDS}
"""

TRYTON_SYNC = """
syncs:
  customers:
    between: { left: crm, right: erp }
    leading: left
    objects:
      - left: contacts
        right: party
        name: contacts
        where: { right: "'Contact' in categories" }
        on_create_set: { right: { categories: [Contact] } }
        match: [email]
        fields:
          - { left: [firstname, lastname], right: name, name: name, as: { left: name_parts, right: full_name } }
          - { left: email, right: "contact_mechanisms[type=email].value", as: email }
          - { left: phone, right: "contact_mechanisms[type=phone].value", as: phone(DE) }
          - { left: street, right: "addresses[0].street" }
          - { left: zip, right: "addresses[0].postal_code" }
          - { left: city, right: "addresses[0].city" }
      - left: companies
        right: party
        name: companies
        where: { right: "'Company' in categories" }
        on_create_set: { right: { categories: [Company] } }
        match: [vat_id]
        fields:
          - { left: name, right: name }
          - { left: vat_id, right: "identifiers[type=eu_vat].code", as: vat_id }
          - { left: phone, right: "contact_mechanisms[type=phone].value", as: phone(DE) }
          - { left: city, right: "addresses[0].city" }
"""


class Failed(Exception):
    """What was waited for did not happen, or an answer was not what it should be."""


def free_ports():
    """Ports that nobody has: below those that the kernel gives to outgoing connections, and beginning elsewhere in each
    process, so that playgrounds side by side do not take each other's."""
    first, ports = 10_000, 20_000
    for number in itertools.count(os.getpid() * 997):
        port = first + number % ports
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port


PORTS = free_ports()


def free_port():
    return next(PORTS)


def call(address, method, path, body=None, headers=None, timeout=30):
    """One HTTP exchange with a loopback server; (status, headers, body bytes)."""
    connection = http.client.HTTPConnection(address, timeout=timeout)
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    send = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, path, data, send)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def wait_for(what, condition, timeout=60, every=0.01):
    """The condition's first true value; Failed naming what was waited for."""
    until = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise Failed(f"waited {timeout} s in vain: {what}")
        time.sleep(every)


class Process:
    """One of our processes, with its log; ended by pid."""

    def __init__(self, name, folder, command, environment=None):
        self.log = folder / f"{name}.log"
        self.output = open(self.log, "ab")
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.output, stdin=subprocess.DEVNULL,
                                      env={**os.environ, **(environment or {})}, start_new_session=True)
        self.name = name

    def ready_line(self, timeout=120):
        """The line READY that our commands print, as a dictionary."""
        os.set_blocking(self.child.stdout.fileno(), False)
        text = b""
        until = time.monotonic() + timeout
        while b"\n" not in text:
            if self.child.poll() is not None or time.monotonic() > until:
                raise Failed(f"{self.name} did not become ready; its log ends:\n" + self.tail())
            text += self.child.stdout.read() or b""
            time.sleep(0.005)
        words = text.decode().split("\n")[0].split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def tail(self, lines=25):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def end(self, how=signal.SIGTERM, timeout=60):
        if self.child.poll() is None:
            self.child.send_signal(how)
            try:
                self.child.wait(timeout)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.output.close()
        self.child.stdout.close()
        return self.child.returncode


class Sandbox:
    """A person at work in one sandbox CRM, and its control calls."""

    def __init__(self, address, prefix, headers):
        self.address, self.prefix, self.headers = address, prefix, headers

    def call(self, method, path, body=None, headers=None, expect=(200, 201, 204, 207)):
        status, _, data = call(self.address, method, self.prefix + path, body, {**self.headers, **(headers or {})})
        if status not in expect:
            raise Failed(f"{method} {self.prefix}{path}: {status} {data[:300]!r}")
        return json.loads(data) if data else None

    def control(self, path, body=None):
        return self.call("GET" if body is None else "POST", "/control/" + path, body)

    def as_program(self):
        """The same system, used under the name that the daemon and other programs share."""
        other = copy.copy(self)
        other.headers = {name: value.replace("-person", "-hub") for name, value in self.headers.items()}
        return other

    def quiet(self):
        """No webhook waits or is under way."""
        hooks = self.control("webhooks")
        return hooks["queued"] == 0 and hooks["in_flight"] == 0


class SandboxA(Sandbox):
    def __init__(self, address):
        super().__init__(address, "/a", {"Authorization": "Bearer sandbox-a-person"})

    def create(self, kind, **properties):
        return self.call("POST", f"/{kind}", {"properties": properties})["id"]

    def edit(self, kind, record, **properties):
        self.call("PATCH", f"/{kind}/{record}", {"properties": properties})

    def read(self, kind, record):
        return self.call("GET", f"/{kind}/{record}")["properties"]

    def all(self, kind):
        return {r["id"]: r["properties"] for r in self.control(f"records/{kind}")["records"]}


class SandboxB(Sandbox):
    def __init__(self, address):
        super().__init__(address, "/b", {"X-Api-Key": "sandbox-b-person"})

    def create(self, kind, **fields):
        return self.call("POST", f"/{kind}", fields)["id"]

    def edit(self, kind, record, **fields):
        self.call("PATCH", f"/{kind}/{record}", fields)

    def read(self, kind, record):
        return self.call("GET", f"/{kind}/{record}")["data"]

    def all(self, kind):
        return {r["id"]: r for r in self.control(f"records/{kind}")["records"]}


class Playground:
    """Everything started in one folder; a context manager that ends what it started."""

    def __init__(self, binary, folder, erp="sandbox-b", settle="0ms", sweep="1h", extra="", timeout="30s",
                 breaker_wait="1s", database="embedded"):
        self.binary, self.folder, self.erp = str(binary), pathlib.Path(folder), erp
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settle, self.sweep, self.extra, self.timeout = settle, sweep, extra, timeout
        self.breaker_wait, self.database = breaker_wait, database
        self.hooks, self.api, self.metrics = (f"127.0.0.1:{free_port()}" for _ in range(3))
        self.sandbox_address = f"127.0.0.1:{free_port()}"
        self.state = self.folder / "state"
        self.config = self.folder / "counterpart.yaml"
        self.processes = []
        self.daemon = None
        self.tryton = None
        self.tryton_lock = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is Failed:
            for process in self.processes:
                print(f"--- {process.name}, the end of its log:\n{process.tail()}", file=sys.stderr)
        for process in reversed(self.processes):
            with contextlib.suppress(OSError, ValueError):
                process.end()
        if self.tryton is not None:
            self.tryton_script("stop")
        if self.tryton_lock is not None:
            self.tryton_lock.close()

    # --- starting ---------------------------------------------------------------------------------

    def start_sandboxes(self, *options):
        process = Process("sandbox", self.folder, [
            self.binary, "sandbox", "--listen", self.sandbox_address, "--hooks", f"http://{self.hooks}/hooks",
            "--hook-path-a", "crm", "--hook-path-b", "erp", "--secret-a", A_SECRET, "--secret-b", B_SECRET, *options])
        self.processes.append(process)
        process.ready_line()
        self.crm = SandboxA(self.sandbox_address)
        self.erp_sandbox = SandboxB(self.sandbox_address)
        return process

    def tryton_folder(self):
        # As root its database runs as user postgres, who may not get through to this checkout.
        own = "/var/lib/counterpart-tryton" if os.geteuid() == 0 else str(ROOT / ".cache" / "tryton")
        return os.environ.get("COUNTERPART_TRYTON_DIR", own)

    def tryton_script(self, *words):
        folder = self.tryton_folder()
        script = ROOT / "tests" / "stand-ins" / "tryton" / "start"
        done = subprocess.run([script, str(self.tryton_port), folder, *words], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"the Tryton stand-in did not start (exit {done.returncode}): {done.stdout}")
        return done.stdout

    def start_tryton(self):
        # One at a time: others who want it wait until this one has ended.
        os.makedirs(self.tryton_folder(), exist_ok=True)
        self.tryton_lock = open(os.path.join(self.tryton_folder(), "in_use"), "w")
        fcntl.flock(self.tryton_lock, fcntl.LOCK_EX)
        self.tryton_port = free_port()
        out = self.tryton_script("reset")
        line = next(line for line in out.splitlines() if line.startswith("READY"))
        self.tryton = dict(word.split("=", 1) for word in line.split()[1:])
        return self.tryton

    def write_config(self):
        crm = f"""
  crm:
    connector: sandbox-a
    url: http://{self.sandbox_address}/a
    token: sandbox-a-hub
    webhook_secret: {A_SECRET}
    environment: test
    settle: {self.settle}
    sweep: {{ every: {self.sweep}, overlap: 5s }}
    timeout: {self.timeout}
    pace: {{ requests_per_second: 2000, burst: 2000 }}
    breaker: {{ failures: 5, wait: {self.breaker_wait} }}
    not_found: {{ tries: 3, wait: 200ms }}"""
        if self.erp == "tryton":
            erp = f"""
  erp:
    connector: tryton
    url: {self.tryton["url"]}
    user: {self.tryton["user"]}
    password: {self.tryton["password"]}
    environment: test
    sweep: {{ every: {self.sweep}, overlap: 5s }}
    timeout: {self.timeout}"""
        else:
            erp = f"""
  erp:
    connector: sandbox-b
    url: http://{self.sandbox_address}/b
    api_key: sandbox-b-hub
    webhook_secret: {B_SECRET}
    environment: test
    settle: {self.settle}
    sweep: {{ every: {self.sweep}, overlap: 5s }}
    timeout: {self.timeout}
    pace: {{ requests_per_second: 2000, burst: 2000 }}
    breaker: {{ failures: 5, wait: {self.breaker_wait} }}
    not_found: {{ tries: 3, wait: 200ms }}"""
        self.config.write_text(f"""# counterpart.yaml, made by deploy/playground.py
listen: {{ hooks: "{self.hooks}", api: "{self.api}", metrics: "{self.metrics}" }}
state_directory: {self.state}
database: {self.database}
{self.extra}
systems:{crm}{erp}
tables:
  legal_forms: {{ limited: GmbH, stock: AG, partnership: KG }}
{TRYTON_SYNC if self.erp == "tryton" else SANDBOX_SYNC}""")

    def start_daemon(self, environment=None):
        if not self.config.exists():
            self.write_config()
        self.daemon = Process("daemon", self.folder, [self.binary, "serve", "--config", str(self.config),
                                                      "--print-addresses"], environment)
        self.processes.append(self.daemon)
        self.daemon.ready_line()
        return self.daemon

    # --- asking -----------------------------------------------------------------------------------

    def ask(self, method, target, state=None):
        """The daemon, over its control socket; or another one, named by its state directory."""
        connection = http.client.HTTPConnection("counterpart", timeout=30)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(30)
        try:
            connection.sock.connect(str((state or self.state) / "control.sock"))
            connection.request(method, "/api/v1/" + target)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def explain(self, system, kind, record):
        return self.ask("GET", f"explain/{system}/{kind}/{urllib.parse.quote(str(record))}")["records"]

    def status(self):
        return self.ask("GET", "status")["syncs"][0]

    def idle(self):
        """Nothing dirty, no call open, no webhook on its way."""
        answer = self.ask("GET", "status")
        if "syncs" not in answer:  # the database is away for the moment
            return False
        status = answer["syncs"][0]
        quiet = self.crm.quiet() and (self.erp == "tryton" or self.erp_sandbox.quiet())
        return quiet and status["dirty"] == 0 and status["open_intents"] == 0

    def settle_down(self, timeout=120):
        """Waits until everything is at rest; twice in a row, for a webhook may be between two looks."""
        wait_for("everything at rest", lambda: self.idle() and self.idle(), timeout, every=0.05)

    def writes(self):
        """Writes the daemon made so far to the sandboxes."""
        sandboxes = [self.crm] if self.erp == "tryton" else [self.crm, self.erp_sandbox]
        return sum(sandbox.control("calls")["records_written"] for sandbox in sandboxes)

    def cli(self, *words, environment=None):
        return subprocess.run([self.binary, *words, "--config", str(self.config)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, **(environment or {})})


def main_guard(run):
    """Runs a script's body; Failed is told in one line, exit code 1."""
    try:
        return run()
    except Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
