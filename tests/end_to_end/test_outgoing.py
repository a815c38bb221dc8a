"""Systems that are reached through a proxy, and one that wants to see a certificate of ours."""
import pathlib
import ssl
import subprocess
import tempfile

from gate import Gate
from house import PlaygroundTest
from playground import wait_for
from proxy import Proxy

PASSWORD = "p@ss/word"


def certificate(folder, name):
    """A self-made certificate and its key, as files."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(made)],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return made, key


class Outgoing(PlaygroundTest):
    """The CRM is called crm.invalid, speaks TLS and wants a certificate; the ERP is plain. Only the proxy reaches both."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="counterpart-tls-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.proxy = Proxy("hub", PASSWORD)
        self.addCleanup(self.proxy.close)
        self.p = self.playground()
        self.p.start_sandboxes()
        theirs, their_key = certificate(self.folder, "crm.invalid")
        self.ours, self.our_key = certificate(self.folder, "hub.example")
        self.gate = self.secure_gate(theirs, their_key)
        self.write_config(theirs)

    def secure_gate(self, theirs, their_key):
        gate = Gate(self.p.sandbox_address)
        self.addCleanup(gate.close)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.ours))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(theirs, their_key)
        gate.server.socket = context.wrap_socket(gate.server.socket, server_side=True)
        return gate

    def write_config(self, theirs):
        (self.folder / "proxy-password").write_text("p%40ss%2Fword\n")
        (self.folder / "proxy-password").chmod(0o600)
        self.p.write_config()
        proxy = f"proxy: 'http://hub:${{file:{self.folder}/proxy-password}}@{self.proxy.address}'"
        port = self.gate.address.split(":")[1]
        self.p.config.write_text(self.p.config.read_text().replace(
            f"    url: http://{self.p.sandbox_address}/a\n",
            f"    url: https://crm.invalid:{port}/a\n    ca_file: {theirs}\n    client_certificate: {self.ours}\n"
            f"    client_key: {self.our_key}\n    {proxy}\n").replace(
            f"    url: http://{self.p.sandbox_address}/b\n",
            f"    url: http://erp.invalid:{self.p.sandbox_address.split(':')[1]}/b\n    {proxy}\n"))

    def test_both_systems_are_kept_in_step_through_the_proxy(self):
        # given systems that only the proxy can name
        checked = self.p.cli("check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.p.start_daemon()
        # when records come on either side
        self.p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com")
        self.p.erp_sandbox.create("persons", full_name="Bert Cole", contact={"email": "bert@example.com"})
        # then they arrive on the other, every call of theirs through the proxy
        self.p.settle_down()
        self.assert_contacts_in_step(self.p, 2)
        methods = {head.split(" ")[0] + " " + head.split(" ")[1].split("/b/")[0] for head in self.proxy.heads}
        erp = "http://erp.invalid:" + self.p.sandbox_address.split(":")[1]
        crm = "crm.invalid:" + self.gate.address.split(":")[1]
        self.assertEqual({m for m in methods if not m.endswith(erp)}, {f"CONNECT {crm}"})
        self.assertIn(f"POST {erp}", methods)
        # and the password is the proxy's to know, nobody else's
        self.assertGreater(len(self.gate.asked), 0)
        for secret in (PASSWORD, self.proxy.expected.split(" ")[1]):
            self.assertNotIn(secret, self.p.daemon.log.read_text())

    def test_what_the_proxy_refuses_is_said_to_be_the_proxys_refusal_and_is_made_up_for_later(self):
        # given a proxy that lets nobody pass, in front of systems that are well
        self.p.start_daemon()
        self.p.settle_down()
        self.proxy.lets_pass = False
        asked = len(self.proxy.heads)
        self.p.crm.create("contacts", firstname="Anna", lastname="Berg", email="anna@example.com")
        wait_for("a call is refused", lambda: len(self.proxy.heads) > asked)
        checked = self.p.cli("check")
        self.assertEqual(checked.returncode, 2)
        self.assertIn(f"the proxy http://{self.proxy.address} answered 403: it does not let us reach the system",
                      checked.stderr)
        self.assertNotIn(PASSWORD, checked.stderr)
        # when it lets them pass again
        self.proxy.lets_pass = True
        # then what waited arrives, and nothing was parked or taken for the systems' own word
        self.p.settle_down()
        self.assert_contacts_in_step(self.p, 1)
        self.assertEqual(self.p.ask("GET", "parked")["parked"], [])

    def test_check_and_serve_name_the_place_of_a_key_that_is_not_the_certificates(self):
        _, other = certificate(self.folder, "other.example")
        self.p.config.write_text(self.p.config.read_text().replace(str(self.our_key), str(other)))
        line = next(number for number, text in enumerate(self.p.config.read_text().splitlines(), 1) if "client_key" in text)
        for command in (("check", "--offline"), ("serve",)):
            told = self.p.cli(*command)
            self.assertEqual(told.returncode, 2)
            self.assertIn(f"{self.p.config}:{line}:17: {other} is not the key of the certificate in {self.ours}; name the key "
                          "that the certificate was made for", told.stderr)
