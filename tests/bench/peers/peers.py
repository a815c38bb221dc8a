"""The same figures of pg-boss and graphile-worker: same machine, same PostgreSQL settings, same load generator and stand-in."""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile

from place import Failed, Place, cluster, cpu_of_tree, free_port
from playground import A_SECRET, Process, wait_for
from report import HIGH, Figure, median, spread

HERE = pathlib.Path(__file__).resolve().parent
INSTALLED = HERE.parent.parent.parent / ".cache" / "bench-peers"
NAMES = ("pg-boss", "graphile-worker")
PAIRS = 8_000


def install():
    """From the npm registry, exactly what the lock file names."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(HERE / name, INSTALLED / name)
    marker = INSTALLED / "node_modules" / ".package-lock.json"
    if not marker.exists():
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=INSTALLED, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"npm ci: {done.stdout[-600:]}")
    return INSTALLED / "server.js"


@contextlib.contextmanager
def server(name, folder, database, port, *words):
    script = install()
    process = Process(name, pathlib.Path(folder), ["node", str(script), name, str(port), database.uri, A_SECRET, *words])
    try:
        process.ready_line()
        yield process
    finally:
        process.end()


def intake(_options, ours, rounds):
    """F1's bar: our rate ÷ pg-boss's."""
    rate = median([r["per_second"] for r in ours])
    for name in NAMES:
        with tempfile.TemporaryDirectory(prefix="counterpart-bench-") as folder, cluster() as database:
            port = free_port()
            with server(name, folder, database, port):
                told = rounds(f"127.0.0.1:{port}")
        rates = [r["per_second"] for r in told]
        bars = {"must": 2, "target": 4, "of_ratio": True} if name == "pg-boss" else {}
        yield Figure(f"durable acknowledgements ÷ {name}", rate, "/s",
                     f"beside it: {name} behind node's HTTP server, same signature, as many webhooks an insert as wait; its p99 "
                     f"{median([r['p99_ms'] for r in told]):.1f} ms, its spread {spread(rates)[0]:,.0f}–{spread(rates)[1]:,.0f}",
                     "F1", f"{name}, batched", median(rates), better=HIGH, **bars)


@contextlib.contextmanager
def systems_and(name, options):
    """A peer that works: the stand-in's left system sends webhooks to it, each job puts to the stand-in."""
    with tempfile.TemporaryDirectory(prefix="counterpart-bench-") as folder, cluster() as database:
        pathlib.Path(folder).chmod(0o711)
        with Place(options.build, folder, database) as p:
            p.start_systems()
            port = p.hooks.rsplit(":", 1)[1]
            with server(name, folder, database, port, "--work", f"http://{p.sandbox_address}/bench/put") as process:
                yield p, process


def latency(options, rates, seconds):
    """Milliseconds from an edit to graphile-worker's PUT, and its processor time a change, by rate."""
    found = {}
    with systems_and("graphile-worker", options) as (p, process):
        p.tell("fill", records=PAIRS)
        for rate in rates:
            before = cpu_of_tree(process.child.pid)
            p.tell("edit", rate=rate, seconds=seconds, warm_up=2)
            told = arrived(p)
            told["cpu_ms"] = 1000 * (cpu_of_tree(process.child.pid) - before) / told["begun"]
            found[rate] = told
    return found


def drain(options):
    """Webhooks a second that pg-boss works off, each with one PUT, once all wait."""
    records = 100_000 if options.full else 20_000
    with systems_and("pg-boss", options) as (p, _process):
        p.tell("fill", records=records)
        p.webhooks(False)
        p.tell("edit-all")
        p.cluster.sql("insert into pgboss.job (name, data) select 'hook', json_build_object('events', json_build_array(json_build_object("
                      f"'record_id', 'c-' || n))) from generate_series(1001, {records} + 1000) n")  # the stand-in counts from 1001
        told = arrived(p)
        return told["arrived"] / told["seconds"]


def arrived(p):
    return wait_for("all to be put", lambda: (told := p.tell("arrived"))["arrived"] == told["begun"] and told, 300, every=0.2)

