"""A proxy before the sandboxes that tests can instruct: faults aimed at one call or one record, and what was asked."""
import dataclasses
import http.client
import http.server
import itertools
import json
import re
import sys
import threading


@dataclasses.dataclass
class Asked:
    """One call of the daemon to a sandbox."""

    method: str
    path: str
    body: bytes

    def matches(self, method, pattern):
        return re.fullmatch(method, self.method) is not None and re.search(pattern, self.path) is not None


class Rule:
    """Answers calls in the sandbox's place: status or (status, body); None lets a call pass."""

    def __init__(self, gate, method, pattern, answers):
        self.gate, self.method, self.pattern, self.answers = gate, method, pattern, iter(answers)
        self.used = 0

    def answer_to(self, asked):
        if re.fullmatch(self.method, asked.method) is None or re.search(self.pattern, asked.path) is None:
            return None
        answer = next(self.answers, None)
        if answer is None:
            return None
        self.used += 1
        return answer if isinstance(answer, tuple) else (answer, b'{"message": "as a test wants it"}')

    def stop(self):
        self.gate.rules.remove(self)


class QuietServer(http.server.ThreadingHTTPServer):
    """Callers that go away in the midst of a call are nothing to speak of."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Gate:
    """Listens on a port of its own and passes everything on, but for what its rules answer."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.lock = threading.Lock()
        self.forget()
        self.server = QuietServer(("127.0.0.1", 0), self.handler())
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def forget(self):
        """No rules, nothing asked yet."""
        self.rules, self.detours, self.asked = [], [], []

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def rule(self, method, pattern, *answers, forever=None):
        """The next calls of that kind get these answers (None: pass); then, or at once, `forever`."""
        rest = itertools.repeat(forever) if forever is not None else ()
        self.rules.insert(0, Rule(self, method, pattern, itertools.chain(answers, rest)))
        return self.rules[0]

    def count(self, method, pattern):
        with self.lock:
            return sum(asked.matches(method, pattern) for asked in self.asked)

    def answer(self, asked, headers, upstream):
        with self.lock:
            self.asked.append(asked)
            for rule in self.rules:
                answer = rule.answer_to(asked)
                if answer is not None:
                    return answer[0], {"Content-Type": "application/json"}, answer[1]

        def forward(body):
            upstream.request(asked.method, asked.path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

        # a function of the call and of how to pass it on; gives the answer, and perhaps a function of the connection and
        # the answer's bytes that spoils it on the way
        for detour in list(self.detours):
            answer = detour(asked, forward)
            if answer is not None:
                return answer
        return forward(asked.body)

    def handler(self):
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def setup(self):
                super().setup()
                self.upstream = http.client.HTTPConnection(gate.upstream, timeout=60)

            def finish(self):
                super().finish()
                self.upstream.close()

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("content-length", "connection")}
                try:
                    answer = gate.answer(Asked(self.command, self.path, body), headers, self.upstream)
                    (status, answered, data), spoil = answer[:3], answer[3] if len(answer) > 3 else None
                except (OSError, http.client.HTTPException):  # the sandbox lost its answer: so do we
                    self.upstream.close()
                    self.close_connection = True
                    return
                if spoil is not None:
                    spoil(self.connection, in_bytes(status, answered, data))
                    self.close_connection = True
                    return
                self.send_response_only(status)
                for name, value in answered.items():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                self.wfile.flush()

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

            def log_message(self, format, *args):  # pylint: disable=redefined-builtin
                pass

        return Handler


def in_bytes(status, headers, data):
    """An answer as it goes over the wire."""
    kept = [f"{name}: {value}\r\n" for name, value in headers.items()
            if name.lower() not in ("content-length", "connection", "transfer-encoding")]
    return f"HTTP/1.1 {status} X\r\n{''.join(kept)}Content-Length: {len(data)}\r\n\r\n".encode() + data


def refuse_in_batches(statuses):
    """A detour: CRM A's batch updates refuse these records (id: status) and take the others. Counts in .tried[id]."""

    def detour(asked, forward):
        if not asked.matches("POST", r"/batch/update$"):
            return None
        inputs = json.loads(asked.body)["inputs"]
        refused = [number for number, given in enumerate(inputs) if given["id"] in statuses]
        if not refused:
            return None
        for number in refused:
            detour.tried[inputs[number]["id"]] += 1
        left = [given for given in inputs if given["id"] not in statuses]
        answered, headers, data = forward(json.dumps({"inputs": left}).encode())
        results = json.loads(data)["results"]
        for number in refused:
            results.insert(number, {"status": statuses[inputs[number]["id"]],
                                    "error": {"code": "refused", "message": "as a test wants it"}})
        return answered, headers, json.dumps({"results": results}).encode()

    detour.tried = dict.fromkeys(statuses, 0)
    return detour
