"""Webhooks that are dropped: whatever they would have told arrives within two sweeps."""
import re
import time

from people import Town
from playground import call, wait_for
from scene import FaultTest, times

OBJECTS = ("contacts", "companies", "persons", "organisations")


class Webhooks(FaultTest):
    def test_webhooks_dropped_half_of_them(self):
        self.dropped(0.5)

    def test_webhooks_dropped_all_of_them(self):
        self.dropped(0.0)

    def dropped(self, heard):
        # given senders that drop some of their webhooks, or all
        p = self.scene(sweep="2s")
        town = Town(p, self.seed, own_senders=True)
        town.found(20)
        town.heard = heard
        swept, seconds = 0, []
        for _ in range(times(3, 30)):
            town.at_work(people=2, pace=0.01, changes=100)
            town.rest(stop=False)
            quiet, before = time.monotonic(), sweeps(p)
            # when each object has been swept twice since
            wait_for("two sweeps", lambda b=before: all(now >= b[o] + 2 for o, now in sweeps(p).items()), 60, every=0.05)
            swept += 1
            p.settle_down()
            seconds.append(time.monotonic() - quiet)
            # then all of it has arrived
            for thing in town.things:
                thing.accepted = dict(thing.told)
            self.assert_nothing_wrong(town)
        self.assertGreater(town.answers["not sent"], 100)
        self.finish(p, town)
        self.note("P2", "two sweeps",
                  f"{100 - round(100 * heard)} % of webhooks dropped, swept every 2 s: all arrived", seconds)


def sweeps(p):
    told = call(p.metrics, "GET", "/metrics")[2].decode()
    counts = dict.fromkeys(OBJECTS, 0)
    for name, number in re.findall(r'^counterpart_sweeps_total\{object="(\w+)",result="ok"[^}]*\} (\d+)', told, re.M):
        counts[name] = int(number)
    return counts
