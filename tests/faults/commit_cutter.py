"""A way to PostgreSQL that knows a COMMIT when it passes, and may cut the connection around it."""
import select
import socket
import struct
import threading

from cluster import Passage


class CommitCutter(Passage):
    """Carries connections to a server; of each COMMIT, `fate()` says what becomes of it:

    "": it passes · "answer": it is done and its answer never arrives · "request": it never gets there.
    `cut` counts how often each happened.
    """

    def __init__(self, port, fate):
        self.target, self.fate = port, fate
        self.cut, self.lock = {"answer": 0, "request": 0}, threading.Lock()
        super().__init__()

    def carry(self, near):
        with near, socket.create_connection(("127.0.0.1", self.target)) as far:
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.pump(near, far, Messages())
            except OSError:  # one of the two has gone
                pass

    def pump(self, near, far, messages):
        while True:
            for end in select.select([near, far], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                if end is far:
                    near.sendall(data)
                    continue
                fate = self.fate() if messages.holds_commit(data) else ""
                if fate:
                    with self.lock:
                        self.cut[fate] += 1
                if fate == "request":
                    return
                far.sendall(data)
                if fate == "answer":
                    wait_for_answer(far)
                    return


def wait_for_answer(server):
    """Until the server has committed and says so: it is ready for the next query."""
    answered = Messages(first_is_typed=True)
    while data := server.recv(65536):
        if any(kind == b"Z" for kind, _ in answered.of(data)):
            return


class Messages:
    """Takes a stream of one direction apart into the protocol's messages: a kind, a length, a content."""

    def __init__(self, first_is_typed=False):
        self.rest, self.started = b"", first_is_typed

    def of(self, data):
        self.rest += data
        while True:
            head = 5 if self.started else 4  # what opens a connection has no kind
            if len(self.rest) < head:
                return
            length = head - 4 + struct.unpack("!I", self.rest[head - 4:head])[0]
            if len(self.rest) < length:
                return
            kind, content = self.rest[:head - 4], self.rest[head:length]
            self.rest = self.rest[length:]
            # a request for encryption is refused by these servers, and the opening comes again
            self.started = self.started or struct.unpack("!I", content[:4])[0] == 196608
            yield kind, content

    def holds_commit(self, data):
        # alone, or at the end of what is sent with it
        found = [kind == b"Q" and content.rstrip(b"\0; \n").upper().split(b"; ")[-1] == b"COMMIT" for kind, content in self.of(data)]
        return any(found)
