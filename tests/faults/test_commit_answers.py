"""The connection to the database is cut after a COMMIT was sent: whether it happened is settled by reading."""
import random

from cluster import Cluster
from commit_cutter import CommitCutter
from people import Town
from playground import wait_for
from scene import FaultTest, times


class CommitAnswers(FaultTest):
    def test_commit_answer_lost(self):
        # given a way to the database that loses the answer to a COMMIT now and then, and now and then a COMMIT
        cluster = self.cluster()
        chance, share = random.Random(self.seed), {"of": 0.0}

        def fate():
            if chance.random() >= share["of"]:
                return ""
            return "answer" if chance.random() < 0.7 else "request"

        cutter = CommitCutter(cluster.port, fate)
        self.addCleanup(cutter.close)
        through = Through(cluster, cutter)
        p = self.scene(cluster=through)
        # when people work, their webhooks being sent once
        town = Town(p, self.seed, own_senders=True)
        town.found(20)
        share["of"] = 0.08
        town.at_work(people=2, pace=0.02)
        cuts = times(60, 2000)
        wait_for(f"{cuts} cuts", lambda: cutter.cut["answer"] >= cuts, 3600, every=0.1)
        share["of"] = 0.0
        # then nothing is doubled, lost or repeated
        self.finish(p, town)
        print(f"    COMMITs cut off: {cutter.cut}")


class Through:
    """A cluster by another way."""

    def __init__(self, cluster, way):
        self.uri = Cluster.uri_at(way.port)
