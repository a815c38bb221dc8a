"""The round trip that deploy/quickstart shows; see there."""
import argparse
import pathlib
import signal
import sys
import tempfile
import time

import playground
from playground import Failed, Playground, wait_for


class Steps:
    """Prints each step with the time it took."""

    def __init__(self):
        self.began = time.monotonic()

    def done(self, what, since=None):
        took = time.monotonic() - (since if since is not None else self.began)
        print(f"  {what:<72} {took * 1000:9.1f} ms", flush=True)
        self.began = time.monotonic()


class Person:
    """Marks, so that each run makes its own records."""
    tag = f"{time.time_ns() // 1_000_000 % 10_000_000:07d}"
    email = f"anna.{tag}@example.com"


def round_trip_sandboxes(p, steps):
    crm, erp = p.crm, p.erp_sandbox

    began = time.monotonic()
    contact = crm.create("contacts", firstname="Anna", lastname="Berg", email=Person.email, phone="030 901820",
                         birthday="1980-12-31", city="Berlin")
    found = wait_for("the new contact arrives in the ERP", lambda: [
        r for r in erp.all("persons").values() if r.get("contact", {}).get("email") == Person.email], every=0.002)
    person = found[0]["id"]
    steps.done(f"CRM → ERP  new contact {contact} became person {person} ({found[0]['full_name']})", began)
    p.settle_down()

    began = time.monotonic()
    erp.edit("persons", person, contact={"phone": "+49 30 901821"}, full_name="Anna Berg-Meyer")
    wait_for("the ERP's edit arrives in the CRM", lambda: crm.read("contacts", contact)["lastname"] == "Berg-Meyer",
             every=0.002)
    steps.done("ERP → CRM  phone and name edited there arrived here", began)
    p.settle_down()

    began = time.monotonic()
    crm.edit("contacts", contact, city="Potsdam")
    wait_for("the CRM's edit arrives in the ERP",
             lambda: erp.read("persons", person).get("address", {}).get("city") == "Potsdam", every=0.002)
    steps.done("CRM → ERP  city edited here arrived there", began)

    began = time.monotonic()
    company = crm.create("companies", name=f"Berg {Person.tag} GmbH", vat_id="DE136695976", revenue=1234.56,
                         legal_form="limited", founded="2001-02-03")
    wait_for("the new company arrives in the ERP",
             lambda: [r for r in erp.all("organisations").values() if r["company_name"] == f"Berg {Person.tag} GmbH"],
             every=0.002)
    made = [r for r in erp.all("organisations").values() if r["company_name"] == f"Berg {Person.tag} GmbH"][0]
    steps.done(f"CRM → ERP  company {company}: 1234.56 → {made['turnover']}, limited → {made['legal_form']}, "
               f"2001-02-03 → {made['founded']}", began)
    return ("crm", "contacts", contact)


def round_trip_tryton(p, steps):
    sys.path.insert(0, str(playground.ROOT / "tests" / "stand-ins" / "tryton"))
    from rpc import Tryton  # pylint: disable=import-outside-toplevel

    crm = p.crm
    person = Tryton(p.tryton["url"], "admin", p.tryton["admin_password"])

    def parties(email):
        rows = person.model("party.contact_mechanism", "search_read",
                            [["type", "=", "email"], ["value", "=", email]], 0, None, None, ["party"])
        return [row["party"] for row in rows]

    began = time.monotonic()
    contact = crm.create("contacts", firstname="Anna", lastname="Berg", email=Person.email, city="Berlin")
    party = wait_for("the new contact arrives in Tryton", lambda: parties(Person.email), every=0.05)[0]
    steps.done(f"CRM → Tryton  new contact {contact} became party {party}", began)
    p.settle_down()

    began = time.monotonic()
    person.model("party.party", "write", [party], {"name": "Anna Berg-Meyer"})
    wait_for("Tryton's edit arrives in the CRM", lambda: crm.read("contacts", contact)["lastname"] == "Berg-Meyer",
             every=0.02)
    steps.done(f"Tryton → CRM  name edited there arrived here (read every {p.sweep})", began)
    p.settle_down()

    began = time.monotonic()
    mechanism = person.model("party.contact_mechanism", "search", [["party", "=", party], ["type", "=", "email"]], 0, 1,
                             None)[0]
    person.model("party.contact_mechanism", "write", [mechanism], {"value": "new-" + Person.email})
    wait_for("an e-mail edited as a child row arrives in the CRM",
             lambda: crm.read("contacts", contact)["email"] == "new-" + Person.email, every=0.02)
    steps.done("Tryton → CRM  e-mail, a child row of the party, arrived here", began)
    p.settle_down()

    began = time.monotonic()
    crm.edit("contacts", contact, city="Potsdam")
    wait_for("the CRM's edit arrives in Tryton",
             lambda: person.model("party.address", "search", [["party", "=", party], ["city", "=", "Potsdam"]], 0, 1,
                                  None), every=0.02)
    steps.done("CRM → Tryton  city edited here arrived there", began)
    return ("crm", "contacts", contact)


def show_silence(p, steps):
    """At rest not one further write, though every webhook is sent once more."""
    p.settle_down()
    before = p.writes()
    p.crm.control("webhooks/replay", {})
    if p.erp != "tryton":
        p.erp_sandbox.control("webhooks/replay", {})
    p.settle_down()
    if p.writes() != before:
        raise Failed(f"{p.writes() - before} writes at rest")
    steps.done("every webhook sent again: not one further write")


def run(options):
    erp = "tryton" if options.erp == "tryton" else "sandbox-b"
    binary = pathlib.Path(options.binary).resolve()
    with tempfile.TemporaryDirectory(prefix="counterpart-") as folder:
        pathlib.Path(folder).chmod(0o711)  # the private cluster's user must get through
        with Playground(binary, folder, erp=erp, sweep="2s" if erp == "tryton" else "5m") as p:
            steps = Steps()
            if erp == "tryton":
                print("starting Tryton (its database is built the first time: one to three minutes) ...", flush=True)
                p.start_tryton()
                steps.done("Tryton runs")
            p.start_sandboxes()
            steps.done("sandbox CRM runs" if erp == "tryton" else "two sandbox CRMs run")
            p.start_daemon()
            steps.done("daemon runs, with its private database")
            subject = (round_trip_tryton if erp == "tryton" else round_trip_sandboxes)(p, steps)
            show_silence(p, steps)
            told = p.cli("explain", "/".join(subject))
            print("\ncounterpart explain " + "/".join(subject) + "\n" + told.stdout)
            if options.once:
                print("round trip in both directions: done")
                return 0
            print(f"health   http://{p.api}/readyz\nmetrics  http://{p.metrics}/metrics\n"
                  f"webhooks http://{p.hooks}/hooks/{{crm,erp}}\nsandbox  http://{p.sandbox_address}/a and /b\n"
                  f"asking   {binary} status --config {p.config}\nCtrl-C ends it.")
            while True:
                signal.pause()


def main():
    parser = argparse.ArgumentParser(prog="deploy/quickstart", description=__doc__)
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help="one round trip in both directions, then end")
    parser.add_argument("--erp", choices=["sandbox", "tryton"], default="sandbox", help="what stands on the right")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return playground.main_guard(lambda: run(options))
    except KeyboardInterrupt:
        return 130 if options.once else 0


if __name__ == "__main__":
    sys.exit(main())
