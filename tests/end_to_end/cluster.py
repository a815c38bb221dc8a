"""A PostgreSQL server that several daemons share, and a way to it that can be cut."""
import glob
import os
import pathlib
import select
import shutil
import socket
import subprocess
import threading

from playground import Failed, free_port


class Cluster:
    """A private cluster in a folder, listening on loopback; as user postgres when we are root."""

    def __init__(self, folder, environment=None):
        self.environment = environment or {}  # of the server
        self.folder = pathlib.Path(folder) / "cluster"
        self.folder.mkdir()
        self.port = free_port()
        self.tools = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        self.folder.chmod(0o700)
        self.run("initdb", "-D", self.data, "-U", "counterpart", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.start()
        self.sql("create database counterpart", database="postgres")
        self.uri = self.uri_at(self.port)

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-l", str(self.folder / "log"), "-o",
                 f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder} "
                 f"-c max_connections=100", "start", environment=self.environment)

    @property
    def data(self):
        return str(self.folder / "data")

    @staticmethod
    def uri_at(port):
        return f"postgresql://counterpart@127.0.0.1:{port}/counterpart"

    def run(self, tool, *words, environment=None):
        """As the server's user, who alone gets to see that environment."""
        given = ["env", *(f"{name}={value}" for name, value in (environment or {}).items())]
        done = subprocess.run([*self.user, *given, f"{self.tools}/{tool}", *words], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False, cwd="/")
        if done.returncode != 0:
            raise Failed(f"{tool}: {done.stderr}")

    def sql(self, statement, database="counterpart"):
        done = subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "counterpart", "-d", database, "-Atc",
                               statement], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd="/")
        if done.returncode != 0:
            raise Failed(f"psql: {done.stderr}")
        return done.stdout.strip()

    def stop(self, how="immediate"):
        self.run("pg_ctl", "-D", self.data, "-m", how, "-w", "stop")

    def server(self):
        """The process that is the server."""
        return int((pathlib.Path(self.data) / "postmaster.pid").read_text().split()[0])


def children_of(process):
    """The processes that a process has started and that live."""
    children = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = stat.read_text().split(" ", 1)
            if int(rest.rsplit(")", 1)[1].split()[1]) == process:
                children.append(int(number))
        except (OSError, IndexError):  # it has ended meanwhile
            continue
    return children


class Passage:
    """Listens, and carries each connection on in a thread of its own."""

    def __init__(self, address=("127.0.0.1", 0)):
        self.listener = socket.create_server(address, backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        raise NotImplementedError

    def close(self):
        self.listener.close()


class Cable(Passage):
    """Passes connections on to a port of this machine, until it is cut: then nothing goes through any more, and nobody
    is told. Mended, those that were open are closed, and new ones pass."""

    def __init__(self, port):
        self.target = port
        self.cut = threading.Event()
        super().__init__()

    def carry(self, near):
        with near:
            if self.cut.is_set():
                self.wait_until_mended()
                return
            with socket.create_connection(("127.0.0.1", self.target)) as far:
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.pump({near: far, far: near})

    def pump(self, other):
        while True:
            for end in select.select(list(other), [], [], 0.05)[0]:
                data = b"" if self.cut.is_set() else end.recv(65536)
                if not data and not self.cut.is_set():
                    return
                if data:
                    other[end].sendall(data)
            if self.cut.is_set():
                self.wait_until_mended()
                return

    def wait_until_mended(self):
        while self.cut.is_set():
            threading.Event().wait(0.05)

    def close(self):
        self.cut.clear()
        super().close()
