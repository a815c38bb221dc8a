"""F12: two full systems that do not know each other yet, matched by e-mail address."""
from place import place
from report import LOW, Figure

AGE = 8  # seconds; records of a first load are old, not among the latest, which are listed anew before a create


def measure(options):
    records = 1_000_000 if options.full else 20_000
    with place(options.build) as p:
        took = p.load(records, aged=AGE)
        most = p.daemon_memory()[1]
    minutes = took / 60 * (1_000_000 / records)
    scaled = "" if options.full else f", scaled up from {records:,} against {records:,} in {took:.1f} s"
    how = f"from the daemon's start to the last link, CRM A in pages of 100, CRM B in pages of 50{scaled}"
    yield Figure("matching a million against a million", minutes, "min", how, "F12", must=15, target=5, better=LOW)
    yield Figure("its memory", most, "MB", f"most that the daemon held, with {records:,} records a side", "F12", must=300, target=150, better=LOW)
