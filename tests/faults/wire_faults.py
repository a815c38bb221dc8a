"""What may go wrong on the wire between the daemon and a system, call by call: detours of a gate."""
import collections
import random
import socket
import struct
import threading

PATIENCE = 60  # against hanging only: the daemon gives up long before


def hold(connection, _answer=b""):
    """Says nothing until the caller goes away."""
    connection.settimeout(PATIENCE)
    try:
        while connection.recv(4096):
            pass
    except OSError:
        pass


def slowly(connection, answer):
    """A byte a second."""
    connection.settimeout(1)
    for byte in answer:
        try:
            connection.sendall(bytes([byte]))
            if not connection.recv(4096):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def cut(connection, answer):
    """A part of the answer, and then its end."""
    connection.sendall(answer[:random.randrange(len(answer))])
    connection.shutdown(socket.SHUT_WR)


def reset(connection, answer):
    """A part of the answer, and then no connection any more."""
    connection.sendall(answer[:random.randrange(len(answer))])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class WireFaults:
    """A detour that spoils a share of the calls, each kind alike. `met`: how often each happened."""

    KINDS = {"accepts and never answers": (False, hold), "answer never comes": (True, hold),
             "a byte a second": (True, slowly),
             "answer cut": (True, cut), "reset within the answer": (True, reset)}

    def __init__(self, seed, share):
        self.random, self.share, self.lock = random.Random(seed), share, threading.Lock()
        self.met = collections.Counter()

    def __call__(self, asked, forward):
        with self.lock:
            if self.random.random() >= self.share:
                return None
            kind = self.random.choice(sorted(self.KINDS))
            self.met[kind] += 1
        takes_effect, spoil = self.KINDS[kind]
        if not takes_effect:
            return 200, {}, b"", spoil
        return (*forward(asked.body), spoil)
