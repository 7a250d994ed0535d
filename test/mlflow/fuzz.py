"""Requests that no client would send, against MLFLOW_TRACKING_URI: none may get a 500, hang, or end the server.

    python fuzz.py [--requests 10000] [--seed 1]

Standard library only. The same seed sends the same requests.
"""
import argparse
import json
import os
import random
import socket
import sys
import time
import urllib.parse

SERVER = urllib.parse.urlsplit(os.environ["MLFLOW_TRACKING_URI"])
TOKEN = os.environ.get("MLFLOW_TRACKING_TOKEN", "")
SECONDS = 20
API = "/api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"

POSTS = ("experiments/create", "experiments/search", "experiments/delete", "experiments/restore", "experiments/update",
         "experiments/set-experiment-tag", "runs/create", "runs/update", "runs/delete", "runs/restore", "runs/search",
         "runs/log-metric", "runs/log-parameter", "runs/set-tag", "runs/delete-tag", "runs/log-batch", "runs/log-inputs",
         "runs/log-model", "runs/outputs", "registered-models/create", "registered-models/rename",
         "registered-models/set-tag", "registered-models/alias", "registered-models/get-latest-versions",
         "model-versions/create", "model-versions/set-tag", "model-versions/transition-stage", "logged-models",
         "logged-models/search", "experiments/search-datasets")
GETS = ("experiments/get", "experiments/get-by-name", "experiments/search", "runs/get", "metrics/get-history",
        "metrics/get-history-bulk-interval", "artifacts/list", "registered-models/get", "registered-models/search",
        "registered-models/alias", "model-versions/get", "model-versions/search", "model-versions/get-download-uri",
        "logged-models/m-1", "logged-models/%2e%2e", "logged-models/m-1/artifacts/directories")
FIELDS = ("run_id", "run_uuid", "experiment_id", "experiment_ids", "name", "new_name", "key", "value", "timestamp", "step",
          "metrics", "params", "tags", "filter", "order_by", "max_results", "page_token", "run_view_type", "view_type",
          "status", "end_time", "start_time", "user_id", "source", "version", "alias", "stage", "datasets", "models",
          "model_json", "metric_key", "path", "artifact_location", "description", "model_id", "start_step", "end_step")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "get")
TEXTS = ("", "0", "1", "Default", "../../etc/passwd", "\0", "a\0b", "größe 🧪", "\ud800".encode("utf-8", "surrogatepass")
         .decode("latin-1"), "'; DROP TABLE runs; --", "%s%n", "x" * 10_000, "NaN", "Infinity", "-1", "1e400", "9" * 400,
         "metrics.a > 1", "metrics.a >", "tags.`a", "((((", "a = 'b", "metrics.a DESC", "🦄" * 300, " ", "\n", "true",
         "__proto__", "constructor", "RUNNING", "m-" + "0" * 32, "0" * 32)
NUMBERS = (0, -1, 1, 0.5, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**64), 10**400, 1e308, -1e308, 5e-324)
WAYS = ("../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "..%2f..%2f..%2fetc%2fpasswd",
        "%252e%252e%252fetc%252fpasswd", "..%5c..%5cwindows%5cwin.ini", "/etc/passwd", "%2fetc%2fpasswd", "a%00b", "%00",
        "%", "%zz", "%c0%ae%c0%ae/etc/passwd", "%ff%fe", "a//b", "./a", "a/.", "a/..", "..", ".", "", "a" * 5_000,
        "/".join("a" * 400), "file:%2f%2f%2fetc%2fpasswd", "C:%5cx", "CON", "0/%2e%2e/%2e%2e/x", "0/1/artifacts/%0d%0a")


class Fuzz:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.connection = None
        self.problems = []

    # What is sent

    def scalar(self):
        return self.random.choice((self.random.choice(TEXTS), self.random.choice(NUMBERS), None, True, False))

    def anything(self, depth=0):
        kind = self.random.random()
        if depth > 3 or kind < 0.6:
            return self.scalar()
        if kind < 0.8:
            return [self.anything(depth + 1) for _ in range(self.random.randrange(4))]
        return {self.field(): self.anything(depth + 1) for _ in range(self.random.randrange(4))}

    def field(self):
        return self.random.choice(FIELDS if self.random.random() < 0.9 else TEXTS)

    def document(self):
        return {self.field(): self.anything() for _ in range(self.random.randrange(1, 8))}

    def body(self):
        kind = self.random.random()
        whole = json.dumps(self.document()).encode()
        if kind < 0.7:
            return whole
        if kind < 0.8:
            return whole[: self.random.randrange(len(whole) + 1)]
        if kind < 0.85:
            return self.random.randbytes(self.random.randrange(200))
        if kind < 0.9:
            return b"[" * 100_000
        return self.random.choice((b"", b"null", b"[]", b"1", b'"', b'{"a":1}{"b":2}', b"\xef\xbb\xbf{}", b"NaN",
                                   b'{"a":' * 5_000, b'{"max_results":1e999}', b"\xff" * 50))

    def path(self):
        kind = self.random.random()
        if kind < 0.45:
            return API + self.random.choice(POSTS)
        if kind < 0.75:
            pairs = [(self.field(), self.random.choice((*TEXTS, *map(str, NUMBERS)))) for _ in range(self.random.randrange(5))]
            return API + self.random.choice(GETS) + "?" + urllib.parse.urlencode(pairs)
        if kind < 0.9:
            return PROXY + self.random.choice(WAYS)
        if kind < 0.95:
            return f"{PROXY.rstrip('/')}?path={self.random.choice(WAYS)}"
        return self.random.choice(("/", "/health", "/version", "*", "//", "/api", "/api/3.0/mlflow/traces/search", "/%", "/?",
                                   "/get-artifact?path=../../x&run_uuid=1", "/" + "a" * 7_000, "http://evil.example/",
                                   "/ajax-api/2.0/mlflow/runs/search", "/api/2.0/mlflow/runs/search/../create"))

    def headers(self, body):
        headers = {"Host": SERVER.netloc, "Content-Length": str(len(body)), "Content-Type": "application/json"}
        if TOKEN:
            headers["Authorization"] = f"Bearer {TOKEN}"
        if self.random.random() < 0.15:
            headers["Authorization"] = self.random.choice(("", "Bearer", "Bearer ", "Bearer x", "Basic ==", "Bearer " + "a" * 4_000,
                                                           "bearer " + TOKEN, "Basic " + TOKEN, "\xff\xfe"))
        if self.random.random() < 0.1:
            headers["Host"] = self.random.choice(("evil.example", "", "localhost", "[::1]", "127.0.0.1:99999", "a" * 3_000))
        if self.random.random() < 0.1:
            headers["Origin"] = self.random.choice(("https://evil.example", "null", "", "file://", "http://127.0.0.1"))
        if self.random.random() < 0.1:
            headers["Content-Type"] = self.random.choice(("text/plain", "", "multipart/form-data", "application/json; charset=x"))
        if self.random.random() < 0.05:
            headers["Range"] = self.random.choice(("bytes=0-", "bytes=-1", "bytes=5-1", "x", "bytes=0-0,1-1"))
        return headers

    # How it is sent

    def connect(self):
        if self.connection is None:
            self.connection = socket.create_connection((SERVER.hostname, SERVER.port), timeout=SECONDS)
        return self.connection

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def head(self, method, path, headers):
        lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def one(self, number):
        kind = self.random.random()
        body = self.body()
        method, path, headers = self.method_for(), self.path(), None
        path = path.encode("utf-8").decode("latin-1")
        headers = self.headers(body)
        described = f"#{number} {method} {path[:120]} {body[:200]!r} {({k: v[:40] for k, v in headers.items()})}"
        if kind < 0.01:
            return self.unfinished(method, path, headers, body, described)
        if kind < 0.02:
            headers["Content-Length"] = self.random.choice(("99999999999999999999", "9007199254740993", "1e9", "-1", "0x10", " "))
            return self.unfinished(method, path, headers, body, described)
        if kind < 0.025:
            return self.slow(method, path, headers, body, described)
        self.send(self.head(method, path, headers) + body, method, described)

    def method_for(self):
        return "POST" if self.random.random() < 0.5 else self.random.choice(METHODS)

    def send(self, data, method, described):
        for attempt in (0, 1):
            try:
                self.connect().sendall(data)
                status = self.receive(method)
            except TimeoutError:
                self.problem("no answer", described)
                return
            except OSError:
                status = None
            if status is not None:
                break
            # A connection that was kept may have been closed since; a new one must be answered, or closed on purpose.
            self.drop()
        if status is not None and status >= 500 and status != 501:
            self.problem(f"status {status}", described)

    def receive(self, method):
        """The status of the next answer, whose body is read away; None where the connection ended."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self.connection.recv(65_536)
            if not piece:
                return None
            received += piece
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        fields = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
        if status == 100:
            return self.receive(method)
        bodiless = method == "HEAD" or status in (204, 304)
        if not bodiless and "content-length" in fields:
            left = int(fields["content-length"]) - len(rest)
            while left > 0:
                piece = self.connection.recv(65_536)
                if not piece:
                    break
                left -= len(piece)
        elif not bodiless:
            # Chunked, or until the end: what follows can't be told apart cheaply, so the connection is given up.
            self.drop()
        if fields.get("connection", "").lower() == "close":
            self.drop()
        return status

    def unfinished(self, method, path, headers, body, described):
        """Less than was promised, and then nothing more."""
        self.drop()
        if self.random.random() < 0.7 and headers["Content-Length"].isdigit() and len(body) > 1:
            body = body[: len(body) // 2]
        try:
            self.connect().sendall(self.head(method, path, headers) + body)
            self.connection.settimeout(0.05)
            status = self.receive(method)
            if status is not None and status >= 500 and status != 501:
                self.problem(f"status {status}", described)
        except OSError:
            pass
        self.drop()

    def slow(self, method, path, headers, body, described):
        self.drop()
        try:
            self.connect().sendall(self.head(method, path, headers))
            for start in range(0, min(len(body), 20)):
                self.connection.sendall(body[start:start + 1])
                time.sleep(0.005)
            self.connection.sendall(body[20:])
            status = self.receive(method)
            if status is not None and status >= 500 and status != 501:
                self.problem(f"status {status}", described)
        except TimeoutError:
            self.problem("no answer", described)
        except OSError:
            pass
        self.drop()

    def problem(self, what, described):
        self.problems.append(f"{what}: {described}")
        self.drop()

    def alive(self):
        self.drop()
        try:
            self.connect().sendall(self.head("GET", "/health", {"Host": SERVER.netloc}))
            return self.receive("GET") == 200
        except OSError:
            return False
        finally:
            self.drop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    fuzz = Fuzz(options.seed)
    started = time.monotonic()
    for number in range(options.requests):
        fuzz.one(number)
        if number % 1000 == 999 and not fuzz.alive():
            fuzz.problem("the server is gone", f"after #{number}")
            break
    for problem in fuzz.problems[:50]:
        print(problem)
    print(f"{time.monotonic() - started:.1f} s")
    print(f"{options.requests} requests, {len(fuzz.problems)} problems")
    return 1 if fuzz.problems or not fuzz.alive() else 0


if __name__ == "__main__":
    sys.exit(main())
