"""F3, and at 200 changes/s F7 (memory), F8 (processor time) and F9 (API calls): from a webhook to the write on the other side."""
import time

from peers import peers
from place import Failed, place
from report import LOW, Figure, median, spread

RATES = (50, 200, 1000)
STEADY = 200
WARM_UP = 2
PAIRS = 8_000  # more than a round edits: no edit overtakes another of the same record
WHAT = "contact edited in CRM A (batch calls), written to CRM B (one record a call), settle 0"


def measure(options):
    seconds, times = (30, 3) if options.full else (5, 3)
    with place(options.build) as p:
        p.load(PAIRS)
        rounds = {rate: [one_round(p, rate, seconds) for _ in range(times)] for rate in RATES}
        memory, most = p.daemon_memory()
        growth = memory_growth(p, 10_000_000 if options.full else 1_000_000)
    peer = peers.latency(options, RATES, seconds) if options.peers else {}
    for rate in RATES:
        yield from latencies(rate, rounds[rate], seconds, peer.get(rate))
    yield from at_rest(rounds[STEADY], memory, most, peer.get(STEADY), seconds)
    yield growth


def one_round(p, rate, seconds):
    """Counts processor time and API calls over the whole round, warm-up included; latencies without it."""
    p.count_calls()
    ours, database = p.daemon_cpu(), p.database_cpu()
    p.tell("edit", rate=rate, seconds=seconds, warm_up=WARM_UP)
    told = wait_for_all(p)
    p.wait_until_worked_off()
    told["cpu_ms"] = 1000 * (p.daemon_cpu() - ours) / told["begun"]
    told["database_cpu_ms"] = 1000 * (p.database_cpu() - database) / told["begun"]
    told["calls"] = p.count_calls() / told["begun"]
    return told


def wait_for_all(p, timeout=120):
    until = time.monotonic() + timeout
    while True:
        told = p.tell("arrived")
        if told["arrived"] == told["begun"]:
            return told
        if time.monotonic() > until:
            raise Failed(f"{told['begun'] - told['arrived']} of {told['begun']} changes did not arrive")
        time.sleep(0.1)


def latencies(rate, rounds, seconds, peer):
    how = (f"{sum(r['begun'] for r in rounds):,} changes over {PAIRS:,} pairs in {len(rounds)} × {seconds} s after {WARM_UP} s of warm-up: "
           f"{WHAT}; from the moment an edit was due to its write's request; median of the rounds")
    beside = {"reference": "graphile-worker: one PUT", "reference_value": peer["p50_ms"]} if peer else {}
    p50, p99 = ([r[key] for r in rounds] for key in ("p50_ms", "p99_ms"))
    bars = {"must": 1, "target": 0.5, "of_ratio": True} if rate == STEADY else {}
    yield Figure(f"latency at {rate}/s, p50", median(p50), "ms", how, "F3", better=LOW, spread=spread(p50), **beside, **bars)
    bars = {"must": 30, "target": 15} if rate == 1000 else {}
    yield Figure(f"latency at {rate}/s, p99", median(p99), "ms", how, "F3", better=LOW, spread=spread(p99), **bars)


def at_rest(rounds, memory, most, peer, seconds):
    how = f"{sum(r['begun'] for r in rounds):,} changes at {STEADY}/s: {WHAT}"
    yield Figure("resident memory at 200/s", memory, "MB", f"of the daemon, after three rates of {seconds} s; at most {most:.0f} MB",
                 "F7", must=96, target=48, better=LOW)
    beside = peer["cpu_ms"] if peer else 2.5
    name = "graphile-worker" if peer else "graphile-worker, as once measured"
    cpu = [r["cpu_ms"] for r in rounds]
    database = median([r["database_cpu_ms"] for r in rounds])
    yield Figure("processor time a synced change", median(cpu), "ms", f"of the daemon (PostgreSQL's: {database:.2g} ms more); {how}",
                 "F8", name, beside, must=0.5, target=0.2, better=LOW, of_ratio=True, spread=spread(cpu))
    calls = [r["calls"] for r in rounds]
    yield Figure("API calls a changed record, at 200/s", median(calls), "calls", f"of both systems, echoes and all; {how}",
                 "F9", must=3, target=2.1, better=LOW, spread=spread(calls))


def memory_growth(p, rows):
    """The systems are away, so all that comes waits."""
    before = p.daemon_memory()[0]
    p.systems_process.end()
    p.cluster.sql("insert into counterpart.dirty (sync_id, mapping, side, id, generation, due, class, first_news, last_news, correlation) "
                  "select sync_id, 'contacts', 0, 'c-' || n, 1, counterpart.now(), 2, counterpart.now(), counterpart.now(), 'c' "
                  f"from counterpart.sync, generate_series(1, {rows}) n on conflict do nothing")
    time.sleep(5)  # what it does meanwhile is the measurement
    return Figure(f"growth with {rows:,} waiting", p.daemon_memory()[0] - before, "MB",
                  f"of the daemon's resident memory: {rows:,} due records, both systems away, 5 s later", "F7", must=10, target=2, better=LOW)
