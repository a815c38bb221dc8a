"""Where figures are measured: a PostgreSQL cluster of its own, two systems in memory, and the daemon between them."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

from cluster import Cluster
from playground import A_SECRET, B_SECRET, CONTACT_FIELDS, ROOT, Failed, Playground, Process, call, free_port, wait_for

TICKS = os.sysconf("SC_CLK_TCK")

SYSTEM = {
    "a": f"{{ connector: sandbox-a, token: hub, webhook_secret: {A_SECRET}",
    "b": f"{{ connector: sandbox-b, api_key: hub, webhook_secret: {B_SECRET}",
    "c": f"{{ connector: ./answering.yaml, api_key: hub, webhook_secret: {B_SECRET}",
}
OBJECT = {"a": "contacts", "b": "persons", "c": "persons"}
SAME_FIELDS = {
    "a": ["firstname", "lastname", "email", "phone", "street", "zip", "city", "country", "birthday", "notes"],
    "b": ["full_name", "contact.email", "contact.phone", "address.street", "address.postal_code", "address.city",
          "address.country", "birthday", "remark"],
}
SAME_FIELDS["c"] = SAME_FIELDS["b"]
MATCH = {"a": "email", "b": "contact.email", "c": "contact.email"}
# What CRM B's definition says of changing a person, and what it would say of one that answers as most do.
SILENT = """      request: PATCH /persons/${id}
      precondition: none
      returns: none
"""
ANSWERING = """      request: PATCH /persons/${id}
      headers: {Prefer: return=representation}
      precondition: none
      returns: record
      select: data
"""


class Place(Playground):
    """`kinds`: the left and the right system, a (with batch calls), b (one record a call, writes answer nothing) or c (the same,
    writes answer the record)."""

    def __init__(self, build, folder, cluster, kinds="ab", settle="0ms", sweep="1h", overlap="5s"):
        super().__init__(build / "server" / "counterpart", folder, settle=settle, sweep=sweep, database=cluster.uri)
        self.programs, self.cluster, self.kinds, self.overlap = build / "tests" / "bench", cluster, kinds, overlap
        self.systems_process = None

    # --- starting ---------------------------------------------------------------------------------

    def start_systems(self):
        self.systems_process = Process("systems", self.folder, [
            str(self.programs / "bench_systems"), "--listen", self.sandbox_address, "--hooks", f"http://{self.hooks}/hooks",
            "--kinds", self.kinds.replace("c", "b"), "--secret-a", A_SECRET, "--secret-b", B_SECRET])
        self.processes.append(self.systems_process)
        self.systems_process.ready_line()

    def write_config(self):
        """`unmapped` takes webhooks, but no sync maps it: they are verified, parsed and answered, and nothing is kept."""
        rest = (f"settle: {self.settle}, sweep: {{ every: {self.sweep}, overlap: {self.overlap} }}, timeout: 30s, "
                "pace: { requests_per_second: 100000, burst: 100000 } }")
        lines = [f"  {name}: {SYSTEM[kind]}, url: \"http://{self.sandbox_address}/{name[0]}\", {rest}"
                 for name, kind in zip(("left", "right"), self.kinds)]
        lines.append(f"  unmapped: {SYSTEM['a']}, url: \"http://{self.sandbox_address}/l\", {rest}")
        if "c" in self.kinds:
            self.write_answering()
        left, right = self.kinds
        fields = CONTACT_FIELDS if left != right else "".join(
            f"\n          - {{ left: {name}, right: {name}{', as: email' if 'email' in name else ''} }}"
            for name in SAME_FIELDS[left])
        self.config.write_text(f"""# counterpart.yaml, made by tests/bench
listen: {{ hooks: "{self.hooks}", api: "{self.api}", metrics: "{self.metrics}" }}
state_directory: {self.state}
database: {self.database}
log: {{ level: warn }}
systems:
""" + "\n".join(lines) + f"""
syncs:
  bench:
    between: {{ left: left, right: right }}
    leading: left
    objects:
      - left: {OBJECT[left]}
        right: {OBJECT[right]}
        match: [{"email" if left != right else MATCH[left]}]
        fields: {fields}
""")

    def write_answering(self):
        definition = (ROOT / "connectors" / "definitions" / "sandbox-b.yaml").read_text(encoding="utf-8")
        if SILENT not in definition:
            raise Failed("sandbox-b.yaml no longer says how persons are changed as tests/bench/place.py expects")
        (self.folder / "answering.yaml").write_text(
            definition.replace(SILENT, ANSWERING).replace("id: sandbox-b\n", "id: answering\n"), encoding="utf-8")

    # --- telling the systems ----------------------------------------------------------------------

    def tell(self, what, timeout=3600, **words):
        status, _, data = call(self.sandbox_address, "POST", "/bench/" + what, words, timeout=timeout)
        if status != 200:
            raise Failed(f"bench_systems, {what}: {status} {data[:300]!r}")
        return json.loads(data)

    def webhooks(self, wanted):
        for side in "lr":
            call(self.sandbox_address, "POST", f"/{side}/control/faults", {"drop_webhooks": not wanted},
                 {"Authorization": "Bearer person", "X-Api-Key": "person"})

    def count_calls(self):
        """API calls of the daemon since the last count, of both systems."""
        total = 0
        for side in "lr":
            key = {"Authorization": "Bearer person", "X-Api-Key": "person"}
            total += json.loads(call(self.sandbox_address, "GET", f"/{side}/control/calls", headers=key)[2])["total"]
            call(self.sandbox_address, "POST", f"/{side}/control/reset-calls", {}, key)
        return total

    # --- watching ---------------------------------------------------------------------------------

    def dirty(self):
        return int(self.cluster.sql("select count(*) from counterpart.dirty"))

    def wait_until_worked_off(self, timeout=3600):
        wait_for("nothing dirty", lambda: self.dirty() == 0, timeout, every=0.1)

    def linked(self):
        return int(self.cluster.sql("select count(*) from counterpart.link where ended is null"))

    def load(self, records, timeout=3600, aged=0):
        """Fills both systems, lets the records age so many seconds, and waits until each has its link; seconds from the daemon's
        start to the last."""
        self.tell("fill", records=records)
        time.sleep(aged)
        began = time.monotonic()
        self.start_daemon()
        wait_for(f"{records} links", lambda: self.linked() >= records, timeout, every=0.1)
        took = time.monotonic() - began
        self.wait_until_worked_off()
        return took

    def daemon_cpu(self):
        """Seconds of processor time of the daemon so far."""
        fields = pathlib.Path(f"/proc/{self.daemon.child.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def database_cpu(self):
        return cpu_of_tree(int((pathlib.Path(self.cluster.data) / "postmaster.pid").read_text(encoding="utf-8").split()[0]))

    def daemon_memory(self):
        """Resident, and most ever, in MB."""
        text = pathlib.Path(f"/proc/{self.daemon.child.pid}/status").read_text(encoding="utf-8")
        held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Vm")}
        return held["VmRSS"], held["VmHWM"]


def cpu_of_tree(pid):
    """Seconds of processor time of a process, its children, and those of them that have ended."""
    own = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    used = sum(int(own[i]) for i in (11, 12, 13, 14)) / TICKS
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    for child in children:
        with contextlib.suppress(FileNotFoundError):
            used += cpu_of_tree(int(child))
    return used


@contextlib.contextmanager
def cluster():
    """A new cluster, durable as PostgreSQL is by default; removed at the end."""
    with tempfile.TemporaryDirectory(prefix="counterpart-bench-") as folder:
        pathlib.Path(folder).chmod(0o711)
        made = Cluster(folder)
        try:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                if made.sql(f"show {setting}") != "on":
                    raise Failed(f"PostgreSQL's {setting} is off: these would be other figures")
            yield made
        finally:
            made.stop()


@contextlib.contextmanager
def place(build, **options):
    with tempfile.TemporaryDirectory(prefix="counterpart-bench-") as folder, cluster() as database:
        pathlib.Path(folder).chmod(0o711)
        with Place(build, folder, database, **options) as made:
            made.start_systems()
            yield made


def program(build, name, *words):
    """Runs one of our programs; what it printed."""
    done = subprocess.run([str(build / "tests" / "bench" / name), *map(str, words)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{name}: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout)


def load_generator(build, address, path, **options):
    words = [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), value)]
    return program(build, "bench_load", "--port", address.rsplit(":", 1)[1], "--path", path, "--secret", A_SECRET, *words)


__all__ = ["Place", "place", "cluster", "program", "load_generator", "free_port", "Failed"]
