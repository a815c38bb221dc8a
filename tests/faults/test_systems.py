"""Systems that accept and never answer, answer a byte a second, or break off: nothing is lost, doubled or repeated."""
import time

from people import Town
from scene import FaultTest, times
from wire_faults import WireFaults


class Systems(FaultTest):
    def test_systems_that_answer_badly_or_not_at_all(self):
        # given people at work
        p = self.scene(gate=True, timeout="1s", lease="10s")
        town = Town(p, self.seed)
        town.found(20)
        # when some of the calls meet one fault or another
        faults = WireFaults(self.seed, 0.05)
        p.gate.detours.append(faults)
        town.at_work(people=2, pace=0.04)
        time.sleep(times(20, 600))
        town.rest()
        town.arrived(timeout=300)
        faults.share = 0.0
        began = time.monotonic()
        # then the counts are exact
        self.finish(p, town)
        self.note("P3", "none", "at rest after systems answered badly", time.monotonic() - began)
        for kind in faults.KINDS:
            self.assertGreater(faults.met[kind], 2, f"hardly met: {kind}")
        print(f"    faults met: {dict(faults.met)}")
