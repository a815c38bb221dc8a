"""Callers by the thousand that mean no good: slow ones, and many at once."""
import concurrent.futures
import resource
import selectors
import socket
import threading
import time


def raise_descriptor_limit():
    """As many descriptors as this process may have."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def connect(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=30)


def in_parallel(count, work):
    """work(number) for each number, all at the same time; what they returned, in order. A fault is raised."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


class SlowCrowd(threading.Thread):
    """Connections that send a byte now and then, never enough, until the other side ends them.

    `heard`: what each was told before its end, b"" if nothing.
    """

    PAUSE = 0.25  # between two bytes of one connection
    PATIENCE = 120  # against hanging only: who is not cut off by then is not heard of

    def __init__(self, address, beginnings):
        super().__init__(daemon=True)
        self.heard, self.open = [], {}
        self.selector = selectors.DefaultSelector()
        for beginning in beginnings:
            caller = connect(address)
            caller.sendall(beginning)
            caller.setblocking(False)
            self.open[caller] = b""
            self.selector.register(caller, selectors.EVENT_READ)

    def run(self):
        due = time.monotonic()
        until = due + self.PATIENCE
        while self.open and time.monotonic() < until:
            for key, _ in self.selector.select(self.PAUSE):
                self.hear(key.fileobj)
            if time.monotonic() >= due:
                due += self.PAUSE
                for caller in list(self.open):
                    self.trickle(caller)

    def hear(self, caller):
        try:
            more = caller.recv(4096)
        except OSError:
            more = b""
        self.open[caller] += more
        if not more:
            self.selector.unregister(caller)
            self.heard.append(self.open.pop(caller))
            caller.close()

    @staticmethod
    def trickle(caller):
        try:
            caller.send(b"x")
        except OSError:  # its end is heard of by reading
            pass


class Caller:
    """One kept connection: requests as bytes, answers as (status, headers, body)."""

    def __init__(self, address):
        self.socket = connect(address)
        self.stream = self.socket.makefile("rb")

    def ask(self, request):
        self.socket.sendall(request)
        status = int(self.stream.readline().split()[1])
        headers = {}
        while line := self.stream.readline().strip():
            name, value = line.decode().split(": ", 1)
            headers[name] = value
        return status, headers, self.stream.read(int(headers["Content-Length"]))

    def close(self):
        self.stream.close()
        self.socket.close()
