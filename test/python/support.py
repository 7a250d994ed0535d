"""What the tests share: making runs, running scripts with the hook, and reading what was recorded."""
from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNNER_DIR = os.path.join(ROOT, "python", "runner")
HOOK_DIR = os.path.join(ROOT, "python", "hook")
RUNNER = [sys.executable, "-I", "-S", RUNNER_DIR]
PATIENCE = 20.0

# Scripts that many tests run: one that waits for the file `go`, and one that waits to be interrupted.
WAITS = "import os, time\nprint('ready', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('done')"
RUNS_ON = "import time\ntry: print('ready', flush=True); time.sleep(60)\nexcept KeyboardInterrupt: print('interrupted')"

sys.path.insert(0, RUNNER_DIR)
sys.dont_write_bytecode = True


def rare(test):
    """A test that `npm run test:peers` has and `npm test` has not."""
    return test if os.environ.get("LOOPWRIGHT_RARE") == "1" else None


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


class HookTest(RunnerTest):
    """Runs scripts with the hook but without the runner, as any process of a tracked run is."""

    def setUp(self) -> None:
        super().setUp()
        self.run_ = Run(self.base, ["unused"])

    def script(self, code: str, *arguments: str, python: tuple = (sys.executable,), env: dict | None = None,
               tracked: bool = True, name: str = "script.py",
               seconds: float = PATIENCE * 2) -> subprocess.CompletedProcess:
        path = self.file(name, code)
        environment = dict(os.environ, PYTHONPATH=HOOK_DIR)
        if tracked:
            environment.update(LOOPWRIGHT_RUN_DIR=self.run_.dir, LOOPWRIGHT_RUN_ID=self.run_.id)
        environment.update(env or {})
        return subprocess.run([*python, path, *arguments], cwd=self.base, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)

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
