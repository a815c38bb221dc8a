"""F1 and F2: webhooks acknowledged after their COMMIT, beside the same server without database and PostgreSQL itself."""
import os
import pathlib
import re
import subprocess
import tempfile

from peers import peers
from place import Failed, load_generator, place
from report import LOW, Figure, median, spread

CONNECTIONS = 64
BYTES = 1024
ROWS = 100  # an insert of the reference

INSERT = f"""\\set from random(1, 9000000000000)
insert into bench_insert (id, received, body)
select w.id, now(), decode(w.body, 'hex')
from unnest((select array_agg('{"x" * 20}' || (:from::bigint + n)) from generate_series(1, {ROWS}) n),
            array_fill('{"78" * BYTES}'::text, array[{ROWS}])) as w (id, body)
on conflict do nothing;
"""


def measure(options):
    seconds, times = (10, 5) if options.full else (4, 3)
    with place(options.build, settle="1h") as p:  # accepted, and worked an hour later
        p.start_daemon()
        durable = repeat(times, lambda: post(options.build, p.hooks, "/hooks/left", seconds))
        bare = repeat(times, lambda: post(options.build, p.hooks, "/hooks/unmapped", seconds / 2))
        rows = repeat(times, lambda: insert_rate(p.cluster, seconds / 2))
    yield from ours(durable, bare, rows, seconds)
    if options.peers:
        yield from peers.intake(options, durable, lambda address: repeat(times, lambda: post(options.build, address, "/hooks", seconds)))


def repeat(times, work):
    return [work() for _ in range(times)]


def post(build, address, path, seconds):
    """One round; every twentieth webhook is a repeat, as senders that got no answer send them."""
    told = load_generator(build, address, path, connections=CONNECTIONS, bytes=BYTES, seconds=seconds, warm_up=1, repeat_every=20)
    if told["refused"] or not told["acknowledged"]:
        raise Failed(f"{path}: {told['refused']} webhooks were refused, {told['acknowledged']} acknowledged")
    return told


def insert_rate(cluster, seconds):
    """Rows a second of PostgreSQL alone, with the same durability: one connection, pgbench."""
    cluster.sql("create table if not exists bench_insert (id text primary key, received timestamptz, body bytea)")
    with tempfile.TemporaryDirectory(prefix="counterpart-bench-") as folder:
        pathlib.Path(folder).chmod(0o711)
        script = pathlib.Path(folder) / "insert.sql"
        script.write_text(INSERT, encoding="utf-8")
        done = subprocess.run([f"{cluster.tools}/pgbench", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "counterpart", "-n",
                               "-M", "prepared", "-T", str(max(1, int(seconds))), "-f", str(script), "counterpart"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd="/", env={**os.environ})
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode != 0 or not found:
        raise Failed(f"pgbench: {done.stderr}")
    return ROWS * float(found.group(1))


def ours(durable, bare, rows, seconds):
    rates = [r["per_second"] for r in durable]
    how = (f"{sum(r['acknowledged'] for r in durable):,} webhooks of {BYTES} bytes in {len(durable)} × {seconds} s after 1 s of warm-up, "
           f"{CONNECTIONS} kept connections, each a record of its own, every twentieth a repeat; median")
    yield Figure("durable acknowledgements", median(rates), "/s", how, spread=spread(rates))
    yield Figure("durable acknowledgements ÷ without database", median(rates), "/s",
                 "beside it: the same daemon, for a system that no sync maps: signature checked, body parsed, answered, nothing kept",
                 "F1", "same server, nothing stored", median([r["per_second"] for r in bare]), must=0.25, target=0.5, of_ratio=True)
    yield Figure("durable acknowledgements ÷ PostgreSQL's inserts", median(rates), "/s",
                 f"beside it: {ROWS} rows of {BYTES} bytes a transaction, unnest into a table with a primary key, one connection",
                 "F1", "rows/s of PostgreSQL", median(rows))
    p50, p99, p999 = (median([r[key] for r in durable]) for key in ("p50_ms", "p99_ms", "p999_ms"))
    yield Figure("acknowledgement p50", p50, "ms", how, "F2", better=LOW)
    yield Figure("acknowledgement p99", p99, "ms", how, "F2", must=15, target=8, better=LOW, spread=spread([r["p99_ms"] for r in durable]))
    yield Figure("acknowledgement p99.9 ÷ p50", p999, "ms", how, "F2", "p50", p50, must=15, target=10, better=LOW, of_ratio=True)
