"""kill -9 at random moments under load: what was answered 2xx is worked, nothing is doubled, repeated or looped."""
import collections
import json
import random
import re
import signal
import time

from people import Town
from playground import wait_for
from scene import FaultTest, kill_tree, times
from test_several_daemons import WRITES


class Kills(FaultTest):
    def kill_and_restart(self, p, town, chance, kills):
        """At random moments, with or without the database. By what was killed: how many seconds it took from a restart
        until all edits were worked that had been accepted before, and all new records (those in doubt wait)."""
        kinds, seconds = collections.Counter(), collections.defaultdict(list)
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.6))
            wanted = town.wanted()
            with_database = chance.random() < 0.4
            server = self.server_of(p) if with_database else None
            if server is not None:
                kill_tree(server)
            p.daemon.end(signal.SIGKILL)
            kind = "daemon" if server is None else "daemon and its database"
            kinds[kind] += 1
            began = time.monotonic()
            p.start_daemon()
            if chance.random() < 0.5:  # the others meet a daemon that is still picking up the pieces
                town.arrived(wanted=town.of_pairs(wanted))
                seconds[f"{kind} killed: edits accepted before"].append(time.monotonic() - began)
                town.arrived(wanted=wanted)
                seconds[f"{kind} killed: all accepted before, new records in doubt included"].append(
                    time.monotonic() - began)
        print(f"    killed: {dict(kinds)}")
        return seconds

    def test_kills_with_senders_that_try_once_and_sweeps_that_see_nothing(self):
        # given people whose webhooks are sent once, and listings that never show what people wrote
        p = self.scene(gate=True)
        town = Town(p, self.seed, own_senders=True)
        town.found(40)
        hidden = hide_what_people_wrote(p.gate)
        town.at_work(people=2, pace=0.03)
        # when the daemon is killed at random
        seconds = self.kill_and_restart(p, town, random.Random(self.seed), times(20, 1000))
        # then everything that was answered 2xx is worked
        self.finish(p, town)
        self.assertGreater(hidden["records"], 0, "no sweep looked: nothing was proved")
        for what, took in seconds.items():
            self.note("P7", "5 s" if "edits" in what else "none", f"{what}, worked after the restart", took)

    def test_kills_while_half_of_the_answers_to_writes_are_lost(self):
        # given systems that lose every second answer to a write
        # a sandbox may give up on a webhook in so many kills: then a sweep finds what it told
        p = self.scene(gate=True, sweep="5s")
        town = Town(p, self.seed + 1)
        town.found(40)
        lost = lose_answers(p.gate, random.Random(self.seed + 2), 0.5)
        town.at_work(people=2, pace=0.08)
        # when the daemon is killed at random
        self.kill_and_restart(p, town, random.Random(self.seed + 3), times(20, 1000))
        # then there is no second create, no repeated write and no loop
        self.finish(p, town)
        self.assertGreater(lost["answers"], 20, "hardly an answer was lost: nothing was proved")
        print(f"    answers lost: {lost['answers']}")

    def test_kills_of_one_of_two_work_goes_on_elsewhere(self):
        # given two daemons with the default lease of a minute
        p, other, gate = self.two_daemons(lease="1m")
        town = Town(p, self.seed + 4, own_senders=True)
        p.erp_sandbox.control("faults", {"delay_ms": 20})
        town.found(20)
        town.doors = [p.hooks, other.hooks]
        town.at_work(people=2, pace=0.01)
        # when the other is killed in the midst of it and stays away
        wait_for("it works", lambda: gate.count(*WRITES) > 20)
        town.doors = [p.hooks]
        other.end(signal.SIGKILL)
        began = time.monotonic()
        time.sleep(1)
        town.rest()
        # then what it had is done by the first
        town.arrived()
        self.note("P7", "60 s", "a daemon killed: all it had is worked elsewhere (lease of a minute)",
                  time.monotonic() - began)
        p.erp_sandbox.control("faults", {"delay_ms": 0})
        self.finish(p, town)


def hide_what_people_wrote(gate):
    """Listings show records that the daemon wrote last, and no other: a sweep finds nothing that webhooks did not tell.
    What a daemon looks for there of its own, creates in doubt, it still sees."""
    hidden = {"records": 0}

    def detour(asked, forward):
        if asked.method != "GET" or not re.search(r"/(contacts|persons)\?.*(modified_since|changed_after)=", asked.path):
            return None
        status, headers, data = forward(asked.body)
        answer = json.loads(data)
        key = "results" if "results" in answer else "data"
        shown = [record for record in answer.get(key, [])
                 if record.get("updated_by", record.get("changed_by")) in ("u-hub", "user-hub")]
        hidden["records"] += len(answer.get(key, [])) - len(shown)
        return status, headers, json.dumps({**answer, key: shown}).encode() if key in answer else data

    gate.detours.append(detour)
    return hidden


def lose_answers(gate, chance, share):
    """That share of the writes happens, and nobody is told."""
    lost = {"answers": 0}

    def detour(asked, forward):
        if asked.method not in ("POST", "PATCH") or re.search(r"/(search|batch/read)$", asked.path):
            return None
        answer = forward(asked.body)
        if answer[0] < 300 and chance.random() < share:
            lost["answers"] += 1
            raise ConnectionResetError("as a test wants it")
        return answer

    gate.detours.append(detour)
    return lost
