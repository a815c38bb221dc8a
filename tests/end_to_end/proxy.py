"""A forward proxy that wants a user and password: tunnels for https, absolute form for http. Notes what it was asked."""
import base64
import socket
import threading


class Proxy:
    """Listens on a port of its own. `heads`: the head of each request that it saw, as text."""

    def __init__(self, user, password):
        self.expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.heads = []
        self.lets_pass = True
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            self.pass_on(client)
        except OSError:  # one of the two has gone
            pass
        finally:
            client.close()

    def pass_on(self, client):
        head, rest = read_head(client)
        if not head:
            return
        self.heads.append(head)
        if f"Proxy-Authorization: {self.expected}\r\n" not in head:
            client.sendall(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n")
            return
        if not self.lets_pass:
            client.sendall(b"HTTP/1.1 403 No\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, _ = head.split("\r\n")[0].split(" ")
        authority = target if method == "CONNECT" else target.split("/")[2]
        # whatever the name: only a proxy needs to know it
        with socket.create_connection(("127.0.0.1", int(authority.rsplit(":", 1)[1]))) as system:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Established\r\n\r\n")
            else:
                system.sendall(in_origin_form(head, target) + rest)
            back = threading.Thread(target=relay, args=(system, client), daemon=True)
            back.start()
            relay(client, system)
            back.join()


def read_head(client):
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return "", b""
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.decode() + "\r\n\r\n", rest


def in_origin_form(head, target):
    """As the system is asked: one request a connection, so that only heads need to be understood."""
    path = "/" + target.split("/", 3)[3]
    lines = [line for line in head.replace(target, path, 1).split("\r\n")[:-2]
             if not line.lower().startswith(("proxy-", "connection:"))]
    return ("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode()


def relay(source, sink):
    """Until the source has no more to say."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
