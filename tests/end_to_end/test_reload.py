"""SIGHUP: the configuration is read again, all of it or nothing, and the log says what has changed."""
import signal
import socket
import threading

from house import PlaygroundTest, news_of, post_signed
from playground import wait_for


class Reload(PlaygroundTest):
    def change(self, p, *pairs):
        text = p.config.read_text()
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        p.config.write_text(text)

    def reload(self, p, expected):
        """Sends the signal and waits for what the log is to say next."""
        said = p.daemon.log.read_text().count(expected)
        p.daemon.child.send_signal(signal.SIGHUP)
        wait_for(f"the log to say {expected!r}", lambda: p.daemon.log.read_text().count(expected) > said)

    def assert_works(self, p, expected):
        p.crm.create("contacts", firstname="N", lastname=str(expected), email=f"n{expected}@example.com")
        wait_for("the new contact on the other side", lambda: len(p.erp_sandbox.all("persons")) == expected)
        p.settle_down()
        self.assert_contacts_in_step(p, expected)

    def test_another_rule_is_in_force_and_the_log_says_what_has_changed(self):
        p = self.two_sandboxes()
        contact = p.crm.create("contacts", firstname="Ada", lastname="L", email="ada@example.com", notes="private")
        p.settle_down()
        # when notes are no longer synced, and a secret is another
        self.change(p, ("          - { left: notes, right: remark }\n", ""), ("burst: 2000", "burst: 1999"),
                    ("token: sandbox-a-hub", "token: not-the-token"))
        self.reload(p, "ready hooks=")
        log = p.daemon.log.read_text()
        self.assertIn("systems.crm.pace.burst", log)
        self.assertIn("systems.crm.token", log)
        self.assertIn("removed: syncs.customers.objects[0].fields[9].left", log)
        self.assertNotIn("not-the-token", log)
        self.change(p, ("token: not-the-token", "token: sandbox-a-hub"))
        self.reload(p, "ready hooks=")
        # then only the rest is carried over
        p.crm.edit("contacts", contact, notes="more private", city="Ulm")
        p.settle_down()
        (person,) = p.erp_sandbox.all("persons").values()
        self.assertEqual((person["address"]["city"], person["remark"]), ("Ulm", "private"))
        self.assertEqual(p.daemon.end(), 0)

    def test_what_cannot_be_taken_up_changes_nothing(self):
        p = self.two_sandboxes()
        good = p.config.read_text()
        self.assert_works(p, 1)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for number, (pair, why) in enumerate([
                    (("  contacts", "  contcats"), "mistake"),
                    (("left: email", "left: email, conflict: whoever"), "mistake"),
                    (("right: persons", "right: nobody"), "mistake"),
                    ((p.hooks, f"127.0.0.1:{port}"), "cannot listen on"),
                    (("database: embedded", "database: postgresql://elsewhere/x"), "only be changed by a restart"),
                    ((f"state_directory: {p.state}", f"state_directory: {p.state}2"), "only be changed by a restart"),
            ], start=2):
                # when the configuration has a mistake, or needs what cannot be had
                if pair[0] in good:
                    p.config.write_text(good.replace(pair[0], pair[1], 1))
                else:
                    p.config.write_text(good + "\nsystms: {}\n")
                self.reload(p, "the one before stays in force")
                self.assertIn(why, p.daemon.tail(6))
                # then everything goes on as before
                p.config.write_text(good)
                self.assert_works(p, number)
        self.assertEqual(p.daemon.end(), 0)

    def test_nobody_is_turned_away_meanwhile(self):
        # given senders who do not try twice
        p = self.two_sandboxes()
        contact = p.crm.create("contacts", firstname="Ada", lastname="L", email="ada@example.com")
        p.settle_down()
        answers, over = [], threading.Event()

        def send():
            while not over.is_set():
                try:
                    answers.append(post_signed(p, news_of(contact))[0])
                except OSError as fault:
                    answers.append(repr(fault))

        senders = [threading.Thread(target=send) for _ in range(2)]
        for sender in senders:
            sender.start()
        # when the configuration is read again and again under load
        for number in range(5):
            self.change(p, (f"burst: {2000 + number}", f"burst: {2001 + number}"))
            sent = len(answers)
            self.reload(p, "ready hooks=")
            wait_for("senders to go on", lambda sent=sent: len(answers) > sent)
        over.set()
        for sender in senders:
            sender.join()
        # then every webhook was taken in
        self.assertEqual(set(answers), {202})
        p.settle_down()
        self.assert_contacts_in_step(p, 1)

    def test_a_stop_while_it_reloads_is_a_stop(self):
        p = self.two_sandboxes()
        self.change(p, ("burst: 2000", "burst: 1999"))
        p.daemon.child.send_signal(signal.SIGHUP)
        self.assertEqual(p.daemon.end(), 0)
