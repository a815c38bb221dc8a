"""A daemon that is stopped past its lease while another works on, and then wakes up."""
import os
import random
import signal
import time

from people import Town
from playground import wait_for
from scene import FaultTest, times
from test_several_daemons import WRITES


class Stopped(FaultTest):
    def test_stopped_past_its_lease_under_load(self):
        # given two daemons that share the work, each with a way of its own to the systems
        p, other, gate = self.two_daemons(lease="4s")
        town, chance = Town(p, self.seed, own_senders=True), random.Random(self.seed)
        town.found(20)
        p.erp_sandbox.control("faults", {"delay_ms": 20})
        seconds, lost = [], 0
        for _ in range(times(3, 60)):
            # when one is stopped in the midst of its work, and people go on
            town.doors = [p.hooks, other.hooks]
            town.at_work(people=2, pace=0.01)
            busy = gate.count(*WRITES)
            wait_for("it works", lambda b=busy: gate.count(*WRITES) > b + 3)
            time.sleep(chance.uniform(0, 0.5))
            town.doors = [p.hooks]
            other.signal(signal.SIGSTOP)
            stopped = time.monotonic()
            wait_for("it is stopped", other.stopped)
            time.sleep(chance.uniform(0.2, 1.0))
            town.rest()
            # then the other does it all; told again is what lies unread at the stopped one's door
            town.tell_all()
            town.arrived()
            wait_for("everything at rest", p.idle, 120, every=0.05)
            seconds.append(time.monotonic() - stopped)
            time.sleep(max(0.0, 4.5 - seconds[-1]))  # in any case past the lease
            written, called = p.writes(), gate.count(*WRITES)
            # and the one that wakes up writes nothing under its old lease
            before = other.log().count("lease lost")
            os.kill(other.process.child.pid, signal.SIGCONT)
            wait_for("it is ready", other.ready)
            p.settle_down()
            self.assertEqual((gate.count(*WRITES) - called, p.writes() - written), (0, 0), f"seed {self.seed}")
            lost += other.log().count("lease lost") - before
        p.erp_sandbox.control("faults", {"delay_ms": 0})
        self.finish(p, town)
        print(f"    times it found leases lost: {lost}")
        self.note("P7", "60 s", "stopped daemon's work done elsewhere (lease of 4 s), with what came meanwhile", seconds)
