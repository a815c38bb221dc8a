"""F4: changes that piled up are worked off, and what that costs in calls (F9)."""
import time

from peers import peers
from place import Failed, place
from report import HIGH, LOW, Figure

PG_BOSS = 12_600  # jobs/s once measured on such a machine
BARS = {"aa": ("with batch calls", 0.7, 1.5, 0.1, 0.05), "cc": ("one record a call", 0.3, 0.6, 3, 2.1),
        "bb": ("one record a call, writes answer nothing", 0.3, 0.6, 3, 2.1)}


def measure(options):
    peer = peers.drain(options) if options.peers else None
    for kinds, (name, must, target, calls_must, calls_target) in BARS.items():
        records = 100_000 if options.full else {"aa": 20_000}.get(kinds, 10_000)
        rate, seconds, calls = drain(options.build, kinds, records)
        how = (f"{records:,} changes of as many pairs come to wait at once: from the first write to the last ({seconds:.1f} s); "
               f"both systems {name}")
        yield Figure(f"drain, {name}", rate, "changes/s", how, "F4", "pg-boss, one PUT" if peer else "pg-boss, as once measured",
                     peer or PG_BOSS, must, target, HIGH, of_ratio=True)
        yield Figure(f"API calls a changed record, {name}", calls, "calls", how, "F9", must=calls_must, target=calls_target, better=LOW)


def drain(build, kinds, records):
    with place(build, kinds=kinds) as p:
        p.load(records)
        p.webhooks(False)
        p.tell("edit-all")
        p.count_calls()
        p.cluster.sql(  # all at once, so that none is worked before all wait
            "insert into counterpart.dirty (sync_id, mapping, side, id, generation, due, class, first_news, last_news, correlation) "
            "select sync_id, mapping, 0, left_id, 1, counterpart.now(), 0, counterpart.now(), counterpart.now(), 'bench' from counterpart.link")
        told = wait_for_all(p)
        calls = p.count_calls()
        p.wait_until_worked_off()
        return told["arrived"] / told["seconds"], told["seconds"], calls / records


def wait_for_all(p):
    """Longer than anything takes that works; no progress at all for a minute is a fault."""
    arrived, since = -1, time.monotonic()
    while True:
        told = p.tell("arrived")
        if told["arrived"] == told["begun"]:
            return told
        if told["arrived"] != arrived:
            arrived, since = told["arrived"], time.monotonic()
        elif time.monotonic() - since > 60:
            raise Failed(f"{told['begun'] - told['arrived']} of {told['begun']} changes did not arrive")
        time.sleep(0.2)
