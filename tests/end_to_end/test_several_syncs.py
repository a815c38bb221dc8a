"""A system in several syncs, and several systems of one kind: a hub with two CRMs of the same make around it."""
import collections

from house import PlaygroundTest, contact_of_a, contact_of_b
from playground import A_SECRET, B_SECRET, CONTACT_FIELDS, Process, SandboxA, free_port

SYNC = """
  {name}:
    between: {{ left: {name}, right: erp }}
    leading: left
    objects:
      - {{ left: contacts, right: persons, match: [email], fields: [{fields}] }}
"""


class SeveralSyncs(PlaygroundTest):
    def hub_with_two_crms(self):
        p = self.playground(sweep="1h")
        p.start_sandboxes()
        second = f"127.0.0.1:{free_port()}"
        process = Process("second", p.folder, [
            p.binary, "sandbox", "--listen", second, "--hooks", f"http://{p.hooks}/hooks", "--hook-path-a", "shop",
            "--hook-path-b", "unused", "--secret-a", A_SECRET, "--secret-b", B_SECRET])
        p.processes.append(process)
        process.ready_line()
        p.shop = SandboxA(second)
        p.write_config()
        text = p.config.read_text()
        head, rest = text.split("systems:", 1)
        systems = rest.split("tables:")[0]
        crm, erp = systems.split("  erp:")
        shop = crm.replace("  crm:", "  shop:").replace(p.sandbox_address, second)
        fields = ", ".join(line.strip()[2:] for line in CONTACT_FIELDS.strip().splitlines())
        p.config.write_text(f"{head}systems:{crm}{shop}  erp:{erp}syncs:" +
                            "".join(SYNC.format(name=name, fields=fields) for name in ("crm", "shop")))
        p.start_daemon()
        return p

    def settle_all(self, p):
        """At rest in both syncs."""
        from playground import wait_for  # pylint: disable=import-outside-toplevel

        def idle():
            syncs = p.ask("GET", "status")["syncs"]
            return p.crm.quiet() and p.shop.quiet() and p.erp_sandbox.quiet() and \
                all(s["dirty"] == 0 and s["open_intents"] == 0 for s in syncs)

        wait_for("everything at rest", lambda: idle() and idle(), 120, every=0.05)

    def assert_all_in_step(self, p, expected):
        crm, shop = (collections.Counter(contact_of_a(r) for r in system.all("contacts").values())
                     for system in (p.crm, p.shop))
        erp = collections.Counter(contact_of_b(r) for r in p.erp_sandbox.all("persons").values())
        self.assertEqual(crm, erp)
        self.assertEqual(shop, erp)
        self.assertEqual(sum(erp.values()), expected)

    def test_what_one_crm_writes_to_the_hub_is_news_to_the_other(self):
        p = self.hub_with_two_crms()
        contact = p.crm.create("contacts", firstname="Ada", lastname="L", email="ada@example.com")
        self.settle_all(p)
        self.assert_all_in_step(p, 1)
        (in_shop,) = p.shop.all("contacts")
        p.shop.edit("contacts", in_shop, city="Ulm")
        self.settle_all(p)
        self.assertEqual(p.crm.read("contacts", contact)["city"], "Ulm")
        self.assert_all_in_step(p, 1)

    def test_the_same_people_typed_into_both_at_once_are_in_the_hub_once(self):
        p = self.hub_with_two_crms()
        for number in range(40):
            for system in (p.crm, p.shop):
                system.create("contacts", firstname="P", lastname=f"N{number}", email=f"p{number}@example.com")
        self.settle_all(p)
        self.assert_all_in_step(p, 40)

    def test_edits_everywhere_end_equal(self):
        p = self.hub_with_two_crms()
        for number in range(10):
            p.crm.create("contacts", firstname="P", lastname=f"N{number}", email=f"p{number}@example.com")
        self.settle_all(p)
        for number in range(3):
            for contact in p.crm.all("contacts"):
                p.crm.edit("contacts", contact, notes=f"crm {number}")
            for contact in p.shop.all("contacts"):
                p.shop.edit("contacts", contact, city=f"shop {number}")
            for person in p.erp_sandbox.all("persons"):
                p.erp_sandbox.edit("persons", person, contact={"phone": f"+493090182{number}"})
        self.settle_all(p)
        self.assert_all_in_step(p, 10)
        (notes,) = {r["notes"] for r in p.crm.all("contacts").values()}
        (city,) = {r["city"] for r in p.crm.all("contacts").values()}
        self.assertEqual((notes, city), ("crm 2", "shop 2"))
