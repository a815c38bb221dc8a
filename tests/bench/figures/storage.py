"""F10: what a pair of 30 fields takes in the database, and a change that waits."""
from figures.claims import BATCH, fill, queue
from place import program
from report import LOW, Figure

PAIRS = 20_000
WAITING = 100_000
OF_A_PAIR = ("link", "base", "identity", "outcome")


def measure(options):
    with queue(options) as (database, sync):
        before = size(database, OF_A_PAIR)
        fill(database, sync, PAIRS)
        program(options.build, "bench_queue", "--database", database.uri, "--sync", sync, "--batch", BATCH, "--rounds", PAIRS // BATCH, "pairs")
        grown = size(database, OF_A_PAIR) - before
        pairs = int(database.sql("select count(*) from counterpart.link"))
        parts = ", ".join(f"{table} {size(database, [table]) // pairs}" for table in OF_A_PAIR)
        database.sql("truncate counterpart.dirty")
        before = size(database, ["dirty"])
        fill(database, sync, WAITING)
        waiting = size(database, ["dirty"]) - before
    yield Figure("stored a pair of 30 fields", grown / pairs / 1000, "kB",
                 f"{pairs:,} pairs linked by the daemon's own store, 20 of 30 fields filled, indexes included; bytes: {parts}",
                 "F10", must=4, target=2, better=LOW)
    yield Figure("stored a waiting change", waiting / WAITING / 1000, "kB", f"{WAITING:,} dirty records, indexes included; beyond the payload",
                 "F10", must=0.5, target=0.3, better=LOW)


def size(database, tables):
    return sum(int(database.sql(f"select pg_total_relation_size('counterpart.{table}')")) for table in tables)
