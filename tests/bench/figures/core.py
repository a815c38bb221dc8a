"""F11: the pure core on one core."""
from place import program
from report import HIGH, Figure, median, spread


def measure(options):
    rounds = [program(options.build, "bench_core") for _ in range(3)]
    how = (f"decisions about a pair of {rounds[0]['fields']} fields (text, e-mail, phone, date, number, boolean; five each), both records read, "
           "one field changed: bases compared, value parsed, printed in the other spelling, both new states; 3 × 0.7 s, median; ")
    changed, rest, everything = ([r[f"{key}_per_second"] for r in rounds] for key in ("one_changed", "unchanged", "all_changed"))
    yield Figure("reconcile and map a contact of 30 fields", median(changed), "/s",
                 f"{how}nothing changed: {median(rest):,.0f}/s; all 30: {median(everything):,.0f}/s",
                 "F11", must=50_000, target=150_000, better=HIGH, spread=spread(changed))
    line, rest, all_lines, sums = ([r[f"{key}_per_second"] for r in rounds]
                                   for key in ("one_line_changed", "unchanged_invoices", "all_lines_changed", "sums"))
    yield Figure("an invoice of 200 lines", median(line), "/s",
                 "decisions about a pair of documents of 200 lines of six fields, one line changed; "
                 f"nothing changed: {median(rest):,.0f}/s; all 200: {median(all_lines):,.0f}/s; both sides' sums added up and compared: "
                 f"{median(sums):,.0f}/s", "F11", must=1_000, target=3_000, better=HIGH, spread=spread(line))
