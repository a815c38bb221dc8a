"""Clocks that jump by minutes and by a year, the daemon's or the database's: nothing lost or doubled, and it goes on."""
import glob
import pathlib
import random
import tempfile
import time

from people import Town
from playground import Failed
from scene import FaultTest, times

MINUTES = ("+3m", "-3m", "+0", "+4m", "-4m", "+0")
YEARS = ("+1y", "+0", "-1y", "+0")
# What waits in the queue is due by the database's clock: where that is set back, it is late by as much, and no more.
FORWARD_AND_A_LITTLE_BACK = ("+15s", "+0", "+5m", "+1y")


class Clock:
    """A clock that the processes started with its environment go by; only the time of day, never the uptime."""

    def __init__(self, folder):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not found:
            raise Failed("libfaketime is not installed: deploy/dependencies test")
        self.file = pathlib.Path(folder) / "clock"
        self.jump("+0")
        self.environment = {"LD_PRELOAD": found[0], "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}

    def jump(self, offset):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(offset + "\n")
        fresh.chmod(0o644)
        fresh.rename(self.file)


class Clocks(FaultTest):
    def clock(self):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-clock-")
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o755)
        return Clock(folder.name)

    def jumps(self, p, clock, offsets, sweeps):
        """People work while the clock jumps; the seconds until what is told after a jump has arrived."""
        town, chance, seconds = Town(p, self.seed, own_senders=True), random.Random(self.seed), []
        town.found(20)
        for _ in range(times(1, 20)):
            for offset in offsets:
                town.at_work(people=2, pace=0.03)
                time.sleep(chance.uniform(0.5, 1.5))
                clock.jump(offset)
                jumped = time.monotonic()
                time.sleep(chance.uniform(0.5, 2.0))
                town.rest()
                if sweeps:  # a clock far off refuses every webhook: then what was told is found by looking
                    for thing in town.things:
                        thing.accepted = dict(thing.told)
                town.arrived()
                seconds.append(time.monotonic() - jumped)
                print(f"    the clock at {offset}: all arrived after {seconds[-1]:.1f} s", flush=True)
        self.finish(p, town)
        return seconds

    def test_clock_of_the_daemon_jumps_by_minutes(self):
        # within what a signature may be old: webhooks are taken in all the while
        clock = self.clock()
        p = self.scene(cluster=self.cluster(), daemon_environment=clock.environment)
        self.note("P4", "seconds", "daemon's clock jumps by minutes: load and all of it worked",
                  self.jumps(p, clock, MINUTES, sweeps=False))

    def test_clock_of_the_daemon_jumps_by_a_year(self):
        clock = self.clock()
        p = self.scene(cluster=self.cluster(), daemon_environment=clock.environment, sweep="1s")
        self.note("P4", "seconds", "daemon's clock jumps by a year: load and all of it worked, by sweeps",
                  self.jumps(p, clock, YEARS, sweeps=True))

    def test_clock_of_the_database_jumps(self):
        clock = self.clock()
        p = self.scene(cluster=self.cluster(clock.environment))
        self.note("P4", "seconds", "database's clock jumps: load and all of it worked",
                  self.jumps(p, clock, FORWARD_AND_A_LITTLE_BACK, sweeps=False))
