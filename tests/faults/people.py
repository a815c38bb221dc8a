"""People at work on both sides, what they entered, which news of it was accepted, and what must be true then.

Each side's people edit a field of their own (the CRM's the city, the ERP's the remark) with rising numbers, so nothing
is contested: whatever is older on the other side than news that was answered 2xx is lost, whatever nobody entered is
invented, and a record is written by the daemon at most as often as people edited its counterpart.
"""
import collections
import dataclasses
import http.client
import json
import random
import threading
import time

from house import signed_headers, signed_headers_b
from playground import Failed, call, wait_for

SIDES = ("left", "right")
OTHER = {"left": "right", "right": "left"}


@dataclasses.dataclass
class Thing:
    """One person known to both systems, by a tag that is in its name."""

    tag: str
    born: str
    ids: dict
    told: dict = dataclasses.field(default_factory=lambda: {"left": -1, "right": -1})  # the last number entered
    accepted: dict = dataclasses.field(default_factory=lambda: {"left": -1, "right": -1})  # the last one answered 2xx
    edits: dict = dataclasses.field(default_factory=lambda: {"left": 0, "right": 0})
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)


@dataclasses.dataclass
class Held:
    """What the two systems hold: numbers by tag and side, of the side's own field and of the other's."""

    records: dict  # side -> tag -> list of (numbers by side, writes of the daemon)

    def number(self, side, tag, field):
        """The newest number of that field on that side; -1 where there is none."""
        return max((numbers[field] for numbers, _ in self.records[side].get(tag, [])), default=-1)


class Town:
    """The people of both systems. `own_senders`: webhooks are sent here, once each, and not by the sandboxes."""

    def __init__(self, p, seed, own_senders=False, heard=1.0, padding=0):
        self.p, self.random, self.own_senders, self.heard = p, random.Random(seed), own_senders, heard
        self.padding, self.doors = "x" * padding, [p.hooks]  # one of them hears each webhook sent here
        self.things, self.answers, self.people, self.enough = [], collections.Counter(), [], threading.Event()
        self.faults, self.made, self.lock = [], 0, threading.Lock()
        self.last_accepted = 0.0
        for sandbox in (p.crm, p.erp_sandbox):
            sandbox.control("faults", {"drop_webhooks": own_senders})

    # --- what one of them does --------------------------------------------------------------------

    def create(self, side):
        with self.lock:
            self.made += 1
            tag = f"t{self.made}"
        email = f"{tag}@example.com"
        if side == "left":
            record = self.p.crm.create("contacts", firstname="P", lastname=tag, email=email, city="left 0")
        else:
            record = self.p.erp_sandbox.create("persons", full_name=f"P {tag}", contact={"email": email}, remark="right 0")
        thing = Thing(tag, side, {side: record})
        thing.told[side], thing.edits[side] = 0, 1
        with self.lock:
            self.things.append(thing)
        self.send(thing, side, 0)
        return thing

    def edit(self, thing, side):
        with thing.lock:
            number = thing.told[side] + 1
            if side == "left":
                self.p.crm.edit("contacts", thing.ids[side], city=f"left {number}")
            else:
                self.p.erp_sandbox.edit("persons", thing.ids[side], remark=f"right {number}")
            thing.told[side] = number
            thing.edits[side] += 1
        self.send(thing, side, number)
        return number

    def send(self, thing, side, number):
        """The news, once; it counts as accepted with 2xx. The sandboxes send their own, and try again."""
        if not self.own_senders:
            accepted = True
        elif self.heard < 1 and self.random.random() >= self.heard:
            self.answers["not sent"] += 1
            return
        else:
            status = self.post(thing, side)
            self.answers[status] += 1
            accepted = status is not None and 200 <= status < 300
        if accepted:
            self.last_accepted = time.monotonic()
            with thing.lock:
                thing.accepted[side] = max(thing.accepted[side], number)

    def post(self, thing, side):
        """The status; None where there was no answer."""
        now = time.time_ns()
        if side == "left":
            body = {"type": "batch", "events": [{"id": f"evt-{now}-{thing.tag}", "type": "contact.updated",
                                                 "object": "contacts", "record_id": thing.ids[side]}]}
            path, sign = "/hooks/crm", lambda data: signed_headers(data, f"{thing.tag}-{now}")
        else:
            body = {"event": "person.changed", "id": thing.ids[side], "by": "user-3", "changes": {}}
            path, sign = "/hooks/erp", signed_headers_b
        data = json.dumps({**body, "padding": self.padding} if self.padding else body).encode()
        try:
            return call(self.random.choice(self.doors), "POST", path, data, sign(data), timeout=6)[0]
        except (OSError, http.client.HTTPException):
            return None

    # --- all of them ------------------------------------------------------------------------------

    def found(self, pairs):
        """So many pairs at rest, known to the people of both sides."""
        for number in range(pairs):
            self.create(SIDES[number % 2])
        self.arrived()
        self.introduce()

    def introduce(self):
        """From now on each side's people know their records of all things."""
        for side, records in (("left", self.p.crm.control("records/contacts")["records"]),
                              ("right", self.p.erp_sandbox.control("records/persons")["records"])):
            ids = {tag_of(record): record["id"] for record in records}
            for thing in self.things:
                if thing.tag in ids:
                    thing.ids.setdefault(side, ids[thing.tag])

    def at_work(self, people=2, pace=0.01, changes=None, creates=0.12):
        """Starts them; each makes so many changes, or works until `rest`."""
        self.enough.clear()
        for _ in range(people):
            chance = random.Random(self.random.random())
            self.people.append(threading.Thread(target=self.live, args=(chance, pace, changes, creates), daemon=True))
            self.people[-1].start()

    def live(self, chance, pace, changes, creates):
        try:
            done = 0
            while not self.enough.is_set() and (changes is None or done < changes):
                done += 1
                side = chance.choice(SIDES)
                known = [thing for thing in self.things if side in thing.ids]
                if not known or chance.random() < creates:
                    self.create(side)
                else:
                    self.edit(chance.choice(known), side)
                self.enough.wait(pace)
        except Exception as fault:  # pylint: disable=broad-except
            self.faults.append(fault)

    def rest(self, stop=True):
        """They have stopped; with stop=False: when each has made its changes."""
        if stop:
            self.enough.set()
        for person in self.people:
            person.join()
        self.people.clear()
        if self.faults:
            raise self.faults[0]

    def tell_all(self):
        """The news of every record once more, until it is accepted."""
        for thing in self.things:
            for side in thing.ids:
                if thing.told[side] > thing.accepted[side]:
                    wait_for("news accepted", lambda t=thing, s=side: (self.post(t, s) or 500) < 300, 120, every=0.1)
                    with thing.lock:
                        thing.accepted[side] = thing.told[side]

    # --- what the systems hold --------------------------------------------------------------------

    def held(self):
        records = {side: collections.defaultdict(list) for side in SIDES}
        for record in self.p.crm.control("records/contacts")["records"]:
            properties = record["properties"]
            records["left"][tag_of(record)].append((
                {"left": number_of(properties["city"]), "right": number_of(properties["notes"])},
                record["writes_by"].get("u-hub", 0)))
        for record in self.p.erp_sandbox.control("records/persons")["records"]:
            records["right"][tag_of(record)].append((
                {"left": number_of(record.get("address", {}).get("city")), "right": number_of(record.get("remark"))},
                record["writes_by"].get("user-hub", 0)))
        return Held(records)

    def wanted(self):
        """What has to be on the other side by now: (tag, side it was entered on) -> at least this number."""
        return {(thing.tag, side): thing.accepted[side] for thing in list(self.things) for side in SIDES
                if thing.accepted[side] >= 0}

    def of_pairs(self, wanted):
        """Those of records that both sides have known from the beginning."""
        pairs = {thing.tag for thing in self.things if len(thing.ids) == 2}
        return {key: number for key, number in wanted.items() if key[0] in pairs}

    def missing(self, wanted):
        held = self.held()
        return [(tag, side) for (tag, side), number in wanted.items() if held.number(OTHER[side], tag, side) < number]

    def arrived(self, timeout=60, wanted=None):
        """Waits until all accepted news is on the other side; the seconds that took."""
        began, wanted = time.monotonic(), self.wanted() if wanted is None else wanted
        left = []

        def all_there():
            left[:] = self.missing(wanted)
            return not left

        try:
            wait_for("accepted news on the other side", all_there, timeout, every=0.05)
        except Failed as failed:
            given_up = [s.control("webhooks")["given_up"] for s in (self.p.crm, self.p.erp_sandbox)]
            raise Failed(f"{failed}: lost {len(left)} of {len(wanted)}, webhooks given up {given_up}, such as " +
                         "; ".join(self.story(*one) for one in left[:3])) from failed
        return time.monotonic() - began

    def story(self, tag, side):
        """What the daemon says of a record, for messages."""
        (thing,) = [thing for thing in self.things if thing.tag == tag]
        system, kind = {"left": ("crm", "contacts"), "right": ("erp", "persons")}[side]
        told = self.p.explain(system, kind, thing.ids[side])
        return f"{tag}, {system}/{kind}/{thing.ids[side]}, told {thing.told}, accepted {thing.accepted}: {told}"

    def wrong(self):
        """Every count that is not exact, in words."""
        held, wanted, told = self.held(), self.wanted(), []
        for thing in self.things:
            for side in SIDES:
                found = held.records[side].get(thing.tag, [])
                if len(found) > 1:
                    told.append(f"doubled: {thing.tag} is {len(found)} times on the {side}")
                for numbers, writes in found:
                    # its own create is answered by one of ours
                    if writes > thing.edits[OTHER[side]]:
                        told.append(f"written too often: {thing.tag} on the {side}, {writes} writes for "
                                    f"{thing.edits[OTHER[side]]} edits")
                    for field in SIDES:
                        if numbers[field] > thing.told[field]:
                            told.append(f"invented: {thing.tag} holds {field} {numbers[field]}")
                if len(found) == 1 and held.number(side, thing.tag, side) != thing.told[side] and thing.told[side] >= 0:
                    told.append(f"undone: {thing.tag} on the {side} holds {held.number(side, thing.tag, side)}, "
                                f"entered was {thing.told[side]}")
        known = {thing.tag for thing in self.things}
        told += [f"invented: {tag} on the {side}" for side in SIDES for tag in held.records[side] if tag not in known]
        told += [f"lost: {tag}, entered on the {side}: accepted {number}, over there "
                 f"{held.number(OTHER[side], tag, side)}" for (tag, side), number in wanted.items()
                 if held.number(OTHER[side], tag, side) < number]
        repeated = sum(s.control("calls")["records_unchanged"] for s in (self.p.crm, self.p.erp_sandbox))
        return told + ([f"repeated: {repeated} writes that changed nothing"] if repeated else [])

    def entered(self):
        return sum(sum(thing.edits.values()) for thing in self.things)


def tag_of(record):
    """A record's tag, in either system."""
    return record["properties"]["lastname"] if "properties" in record else record["full_name"].split(" ")[-1]


def number_of(value):
    """-1 for a blank."""
    return int(value.split(" ")[1]) if value else -1
