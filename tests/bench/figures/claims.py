"""F5 and F6: claiming and completing, however many wait and whatever vacuum may not remove."""
import contextlib
import subprocess

from place import cluster, program
from report import HIGH, Figure, median, spread

BATCH = 100
TIMES = 3


def measure(options):
    small = rates(options, 10_000)
    yield Figure("claim + complete, 10 thousand dirty", median(small), "records/s", told(10_000), spread=spread(small))
    for records, name in ((1_000_000, "1 million"), *(((10_000_000, "10 million"),) if options.full else ())):
        many = rates(options, records)
        yield Figure(f"claim + complete, {name} dirty", median(many), "records/s", told(records), "F5", "10 thousand dirty", median(small),
                     0.8, 0.95, HIGH, of_ratio=True, spread=spread(many))
    clean, dead, walk = behind_dead_rows(options)
    yield Figure("claim + complete behind a million dead rows", median(dead), "records/s",
                 f"a snapshot is held, so that vacuum may not remove them; the one walk through all of them, {walk:.2f} s, not counted; "
                 f"{told(200_000)}", "F6", "clean", median(clean), 0.6, 0.8, HIGH, of_ratio=True, spread=spread(dead))


def told(records):
    return f"{TIMES} × 50 claims of {BATCH} by one worker through the daemon's own store, out of {records:,} that came at 10,000/s, statistics stale; median"


@contextlib.contextmanager
def queue(options):
    with cluster() as database:
        sync = program(options.build, "bench_queue", "--database", database.uri, "prepare")["sync"]
        yield database, sync


def fill(database, sync, records):
    database.sql("insert into counterpart.dirty (sync_id, mapping, side, id, generation, due, class, first_news, last_news, correlation) "
                 f"select {sync}, 'contacts', 0, 'r' || n, 1, counterpart.now() - interval '1 hour' + n * interval '100 microseconds', 0, "
                 f"counterpart.now(), counterpart.now(), 'c' from generate_series(1, {records}) n")
    database.sql("checkpoint")  # what PostgreSQL has still to write of them would be measured otherwise


def drain(options, database, sync, rounds=50, warm_up=5):
    return program(options.build, "bench_queue", "--database", database.uri, "--sync", sync, "--batch", BATCH, "--rounds", rounds,
                   "--warm-up-rounds", warm_up, "claim")


def rates(options, records):
    """Each round from a queue of its own where that is cheap; else one after the other."""
    found = []
    with queue(options) as (database, sync):
        for _ in range(TIMES):
            if records <= 10_000 or not found:
                database.sql("truncate counterpart.dirty")
                fill(database, sync, records)
            found.append(drain(options, database, sync)["per_second"])
    return found


def behind_dead_rows(options, rows=1_000_000):
    with queue(options) as (database, sync):
        fill(database, sync, 200_000)
        clean = [drain(options, database, sync)["per_second"] for _ in range(TIMES)]
        database.sql("truncate counterpart.dirty")
        fill(database, sync, rows + 200_000)
        with held_snapshot(database):
            database.sql(f"delete from counterpart.dirty where substr(id, 2)::int <= {rows}")
            walked = [drain(options, database, sync, warm_up=1) for _ in range(TIMES)]
        return clean, [round_["per_second"] for round_ in walked], max(round_["warm_up_seconds"] for round_ in walked)


@contextlib.contextmanager
def held_snapshot(database):
    """A transaction that sees the rows still, until the end."""
    command = ["psql", "-h", "127.0.0.1", "-p", str(database.port), "-U", "counterpart", "-d", "counterpart", "-Atqc",
               "begin isolation level repeatable read", "-c", "select count(*) from counterpart.sync", "-f", "-"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        child.stdout.readline()  # the snapshot has been taken
        yield
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()
