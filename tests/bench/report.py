"""Figures: what was measured, beside its reference and the bars of the project's promises."""
import dataclasses
import json
import os
import statistics
import subprocess

HIGH, LOW = "at least", "at most"


@dataclasses.dataclass
class Figure:
    """One number. `ratio` is to the reference; `must` and `target` are bars for `judged`: the ratio where there is a reference
    that the bar speaks of, else the value."""
    name: str
    value: float                   # None: not there yet
    unit: str
    what: str                      # what was done: rows, seconds, repetitions, for a reader who doubts it
    promise: str = ""              # F1 and so on
    reference: str = ""            # what it stands beside
    reference_value: float = None
    must: float = None
    target: float = None
    better: str = HIGH
    of_ratio: bool = False         # the bars are for the ratio
    spread: list = None            # least and most of the repetitions

    @property
    def ratio(self):
        return self.value / self.reference_value if self.reference_value else None

    @property
    def judged(self):
        return self.ratio if self.of_ratio else self.value

    def verdict(self):
        """target, must or below; "" where there is no bar, or nothing to hold against it."""
        if self.must is None or self.judged is None:
            return ""
        sign = 1 if self.better == HIGH else -1
        reaches = [bar is not None and sign * self.judged >= sign * bar for bar in (self.target, self.must)]
        return "target" if reaches[0] else "must" if reaches[1] else "below"

    def as_json(self):
        kept = {key: value for key, value in dataclasses.asdict(self).items() if value not in (None, "")}
        kept.pop("of_ratio")
        if self.ratio is not None:
            kept["ratio"] = round(self.ratio, 4)
        return {**kept, "verdict": self.verdict()}


def median(values):
    return statistics.median(values)


def spread(values):
    return [min(values), max(values)]


def number(value):
    """Three digits that count, and no more than are needed."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def bars(figure):
    if figure.must is None:
        return ""
    what = "×" if figure.of_ratio else ""
    sign = "≥" if figure.better == HIGH else "≤"
    wanted = f"; {number(figure.target)}{what}" if figure.target is not None else ""
    return f"{sign} {number(figure.must)}{what}{wanted}"


def table(figures):
    """As Markdown, so that it can be pasted."""
    rows = [("", "figure", "value", "beside", "ratio", "must; target", "reached")]
    for f in figures:
        beside = f"{f.reference}: {number(f.reference_value)}" if f.reference else ""
        range_ = f" ({number(f.spread[0])}–{number(f.spread[1])})" if f.spread else ""
        rows.append((f.promise, f.name, f"{number(f.value)}{range_} {f.unit}".strip(), beside,
                     number(f.ratio) + ("×" if f.ratio else ""), bars(f), f.verdict()))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def pressure():
    """Percent of the last minute in which some work waited for a processor."""
    try:
        return float(open("/proc/pressure/cpu", encoding="utf-8").read().split("avg60=")[1].split()[0])
    except (OSError, IndexError):
        return None


def machine():
    """What the figures were measured on, and how busy it was with other things before."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown")
    server = subprocess.run(["psql", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return {"cores": len(os.sched_getaffinity(0)), "processor": model, "load_before": round(os.getloadavg()[0], 2),
            "waiting_for_processor_before": pressure(), "postgresql": server}


def save(path, figures, about):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": about, "figures": [figure.as_json() for figure in figures]}, file, indent=1, ensure_ascii=False)
        file.write("\n")
