"""What the tests share: making runs, playing the person at a terminal, and reading what was recorded."""
from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
import uuid
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNNER_DIR = os.path.join(ROOT, "python", "runner")
HOOK_DIR = os.path.join(ROOT, "python", "hook")
RUNNER = [sys.executable, "-I", "-S", RUNNER_DIR]
PATIENCE = 20.0

sys.path.insert(0, RUNNER_DIR)
sys.dont_write_bytecode = True


def until(condition, what: str = "the condition", seconds: float = PATIENCE):
    """Poll until the condition holds; its value. Tests never sleep and hope."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("%s did not come about within %g s" % (what, seconds))
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def process_state(pid: int) -> str:
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()[0]


def read_journal(path: str) -> tuple[list, int]:
    """The records of a journal, and how many bytes behind them are torn or wrong."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"LWJRNL1\n":
        return [], len(data)
    records, offset = [], 8
    while len(data) - offset >= 8:
        length, checksum = struct.unpack_from("<II", data, offset)
        payload = data[offset + 8:offset + 8 + length]
        if not 1 <= length <= 16 << 20 or len(payload) < length or zlib.crc32(payload) != checksum:
            break
        records.append(json.loads(payload))
        offset += 8 + length
    return records, len(data) - offset


class Run:
    """A run folder with its spec.json, as whoever asks for a run makes it."""

    def __init__(self, base: str, argv: list, **changes: object) -> None:
        self.id = uuid.uuid4().hex
        self.dir = os.path.join(base, "runs", self.id)
        os.makedirs(self.dir)
        self.socket = os.path.join(base, self.id[:8] + ".sock")
        self.token = os.path.join(base, "token")
        with open(self.token, "w") as file:
            file.write("5a" * 32)
        self.spec = {
            "format": 1, "run_id": self.id, "experiment": "Default", "name": "test", "parent_run_id": None,
            "kind": "script", "argv": argv, "source": argv[0], "cwd": base, "interpreter": sys.executable,
            "params": {}, "tags": {}, "env": {}, "hook_dir": HOOK_DIR, "user": "u", "host": "h",
            "created_ms": int(time.time() * 1000), "socket": self.socket, "token": self.token,
        }
        self.spec.update(changes)
        with open(os.path.join(self.dir, "spec.json"), "w") as file:
            json.dump(self.spec, file)

    def path(self, name: str) -> str:
        return os.path.join(self.dir, name)

    @property
    def state(self) -> dict | None:
        """runner.json, or None while there is none. The file is made first and filled then."""
        try:
            with open(self.path("runner.json"), "rb") as file:
                page = file.read()
        except OSError:
            return None
        assert len(page) in (0, 4096), len(page)
        return json.loads(page) if page else None

    @property
    def output(self) -> bytes:
        with open(self.path("output.log"), "rb") as file:
            return file.read()

    def journals(self) -> list[list]:
        """The records of every journal, by name."""
        folder = self.path("journals")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        found = [read_journal(os.path.join(folder, name)) for name in names]
        assert all(torn == 0 for _, torn in found), found
        return [records for records, _ in found]

    def records(self, kind: str) -> list[list]:
        return [record for records in self.journals() for record in records if record[0] == kind]

    def ended(self, seconds: float = PATIENCE) -> dict:
        def state():
            fields = self.state
            return fields if fields and fields["state"] in ("exited", "failed_to_start") else None
        return until(state, "the end of the run", seconds)

    def output_has(self, text: bytes) -> None:
        until(lambda: os.path.exists(self.path("output.log")) and text in self.output, "%r in output.log" % text)


class RunnerTest(unittest.TestCase):
    """Makes runs in a folder of its own and leaves no process behind."""

    def setUp(self) -> None:
        self.base = tempfile.mkdtemp(prefix="lw-", dir="/tmp")  # short: a socket's path has about 100 bytes
        self.runs: list[Run] = []
        self._processes: list[subprocess.Popen] = []
        self.addCleanup(self._clean)

    def _clean(self) -> None:
        for run in self.runs:
            fields = run.state or {}
            boot_pids = [fields.get(role) for role in ("child", "keeper", "runner")]
            for process in filter(None, boot_pids):
                if is_running(process["pid"]):
                    os.kill(process["pid"], signal.SIGKILL)
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        shutil.rmtree(self.base, ignore_errors=True)

    def file(self, name: str, content: str | bytes) -> str:
        path = os.path.join(self.base, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def make(self, argv: list, **changes: object) -> Run:
        run = Run(self.base, argv, **changes)
        self.runs.append(run)
        return run

    def python(self, code: str, *arguments: str, **changes: object) -> Run:
        """A run of some Python code, as a script in a file."""
        script = self.file("script-%d.py" % len(self.runs), code)
        return self.make([sys.executable, script, *arguments], **changes)

    def start(self, run: Run, *options: str, **popen: object) -> subprocess.Popen:
        popen.setdefault("stdin", subprocess.DEVNULL)
        popen.setdefault("stdout", subprocess.PIPE)
        popen.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen([*RUNNER, run.dir, *options], **popen)
        self._processes.append(process)
        return process

    def finish(self, run: Run, *options: str, input: bytes | None = None, **popen: object):
        """Run to the end in the foreground: (exit code, stdout, stderr)."""
        if input is not None:
            popen["stdin"] = subprocess.PIPE
        process = self.start(run, *options, **popen)
        out, err = process.communicate(input, timeout=PATIENCE * 2)
        return process.returncode, out, err

    def detach(self, run: Run) -> Run:
        code, out, err = self.finish(run, "--detach")
        self.assertEqual((code, out, err), (0, b"", b""))
        return run


class Person:
    """Somebody at a terminal who has typed a command: reads the screen, types, resizes, closes the window."""

    def __init__(self, test: unittest.TestCase, argv: list, columns: int = 80, rows: int = 24, **popen) -> None:
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.settings_before = termios.tcgetattr(slave)
        self.screen = b""
        self.slave_name = os.ttyname(slave)
        streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        streams.update(popen)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(argv, preexec_fn=take_terminal, **streams)
        self._slave = slave
        test.addCleanup(self._clean)

    def _clean(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        for descriptor in (self.master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def look(self, seconds: float = 0.05) -> bytes:
        """Read what has come to the screen."""
        if select.select([self.master], [], [], seconds)[0]:
            try:
                self.screen += os.read(self.master, 1 << 16)
            except OSError:
                pass  # hung up; what was shown stays
        return self.screen

    def sees(self, text: bytes, seconds: float = PATIENCE) -> bytes:
        deadline = time.monotonic() + seconds
        while text not in self.look():
            if time.monotonic() > deadline:
                raise AssertionError("%r never came to the screen, only %r" % (text, self.screen[-2000:]))
        return self.screen

    def leaves(self, seconds: float = PATIENCE) -> int:
        """Wait for the command to end; its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            self.look(0.01)
            if time.monotonic() > deadline:
                raise AssertionError("the command did not end; the screen shows %r" % self.screen[-2000:])
        while self.look(0.02) != self.look(0.02):
            pass
        return self.process.returncode

    def settings(self) -> list:
        return termios.tcgetattr(self._slave)

    @property
    def is_raw(self) -> bool:
        return not self.settings()[3] & termios.ICANON

    def close_window(self) -> None:
        os.close(self._slave)
        self._slave = -1
        os.close(self.master)
        self.master = -1


class Wire:
    """A client of the runner's socket, written from the document and not from the runner's code."""

    def __init__(self, run: Run, token: bytes | None = None) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.buffer = b""
        try:
            self._prove(run, token)
        except BaseException:
            self.socket.close()
            raise

    def _prove(self, run: Run, token: bytes | None) -> None:
        self.socket.connect(run.socket)
        if token is None:
            with open(run.token, "rb") as file:
                token = file.read()
        nonce = os.urandom(32)
        self.send(b"h", nonce)
        kind, answer = self.receive()
        assert kind == b"h" and len(answer) == 64, (kind, answer)
        self.runner_is_genuine = answer[:32] == hmac.new(token, b"runner" + nonce, hashlib.sha256).digest()
        self.send(b"p", hmac.new(token, b"client" + answer[32:], hashlib.sha256).digest())

    def send(self, kind: bytes, payload: bytes | dict = b"") -> None:
        if isinstance(payload, dict):
            payload = json.dumps(payload).encode()
        self.socket.sendall(kind + struct.pack("<I", len(payload)) + payload)

    def attach(self, columns: int = 80, rows: int = 24, tail: int = 65536) -> None:
        self.send(b"a", {"cols": columns, "rows": rows, "tail": tail})

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame; (b"", b"") at the end of the connection."""
        while True:
            if len(self.buffer) >= 5:
                length = struct.unpack_from("<I", self.buffer, 1)[0]
                if len(self.buffer) >= 5 + length:
                    kind, payload = self.buffer[:1], self.buffer[5:5 + length]
                    self.buffer = self.buffer[5 + length:]
                    return kind, payload
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                return b"", b""
            self.buffer += data

    def output_until(self, text: bytes) -> bytes:
        output = b""
        while text not in output:
            kind, payload = self.receive()
            if kind != b"o":
                raise AssertionError("got %r %r instead of %r; so far %r" % (kind, payload, text, output[-500:]))
            output += payload
        return output

    def until_ended(self) -> tuple[bytes, dict]:
        """All the output that is still to come, and how the run ended."""
        output = b""
        while True:
            kind, payload = self.receive()
            if kind == b"o":
                output += payload
            elif kind == b"x":
                return output, json.loads(payload)
            else:
                raise AssertionError("got %r %r" % (kind, payload))

    def close(self) -> None:
        self.socket.close()


class HookTest(RunnerTest):
    """Runs scripts with the hook but without the runner, as any process of a tracked run is."""

    def setUp(self) -> None:
        super().setUp()
        self.run_ = Run(self.base, ["unused"])

    def script(self, code: str, *arguments: str, python: tuple = (sys.executable,), env: dict | None = None,
               tracked: bool = True, name: str = "script.py") -> subprocess.CompletedProcess:
        path = self.file(name, code)
        environment = dict(os.environ, PYTHONPATH=HOOK_DIR)
        if tracked:
            environment.update(LOOPWRIGHT_RUN_DIR=self.run_.dir, LOOPWRIGHT_RUN_ID=self.run_.id)
        environment.update(env or {})
        return subprocess.run([*python, path, *arguments], cwd=self.base, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 2)

    def fine(self, code: str, *arguments: str, **kwargs) -> bytes:
        """Run a script that must end well and say nothing on stderr; what it printed."""
        result = self.script(code, *arguments, **kwargs)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout

    def records(self, kind: str) -> list[list]:
        return self.run_.records(kind)

    def metrics(self) -> list[tuple]:
        return [(record[2], record[3]) for record in self.records("metric")]

    def params(self) -> dict:
        merged = {}
        for record in self.records("param"):
            merged.update(record[3])
        return merged

    def notes(self) -> list[str]:
        return [record[3] for record in self.records("note")]
