"""SIGTERM under load: an end within 30 s, and the next run repeats nothing."""
import random
import time

from people import Town
from scene import FaultTest, times
from test_kills import lose_answers


class Drain(FaultTest):
    def test_drain_under_load(self):
        # given people at work, and systems that take their time and lose an answer now and then
        p = self.scene(gate=True, sweep="5s")
        town = Town(p, self.seed)
        town.found(20)
        lose_answers(p.gate, random.Random(self.seed), 0.02)
        p.erp_sandbox.control("faults", {"delay_ms": 15})
        town.at_work(people=2, pace=0.02)
        # when it is asked to stop, in the midst of it
        chance, seconds, again = random.Random(self.seed), [], []
        for _ in range(times(6, 100)):
            time.sleep(chance.uniform(0.1, 1.0))
            began = time.monotonic()
            self.assertEqual(p.daemon.end(timeout=120), 0)
            seconds.append(time.monotonic() - began)
            began, wanted = time.monotonic(), town.wanted()
            p.start_daemon()
            town.arrived(wanted=wanted)
            again.append(time.monotonic() - began)
        p.erp_sandbox.control("faults", {"delay_ms": 0})
        # then it ends with 0, and the next run does the rest and nothing twice
        self.finish(p, town)
        self.note("P9", "30 s", "SIGTERM to exit 0", seconds)
        self.note("P9", "none", "a start to all that was told before being worked", again)
