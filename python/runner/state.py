"""runner.json: one page of a file that says what became of the run.

The page is written before the script starts and only overwritten afterwards, so recording the end of a run needs
no free space. One process writes it at any time: first the relay, then, from its own start on, the keeper.
"""
from __future__ import annotations

import json
import os
import time

SLOT_BYTES = 4096
FILE_NAME = "runner.json"

STARTING = "starting"
RUNNING = "running"
EXITED = "exited"
FAILED_TO_START = "failed_to_start"
ENDED = (EXITED, FAILED_TO_START)


def now_ms() -> int:
    return int(time.time() * 1000)


def boot_id() -> str:
    """The id of the running kernel's boot, or "" where the system has none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def stat_fields(pid: int) -> list[str]:
    """Fields 3, 4, … of /proc/<pid>/stat; the name before them may hold blanks and parentheses."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            text = file.read().decode("ascii", "replace")
    except OSError:
        return []
    return text[text.rfind(")") + 2:].split()


def identity(pid: int) -> dict:
    """A pid together with its start time: the pair is never used twice between two boots."""
    fields = stat_fields(pid)
    return {"pid": pid, "start": fields[19] if len(fields) > 19 else ""}


def is_alive(process: dict | None, recorded_boot_id: str) -> bool:
    """Whether exactly this process still runs; one that is dead but not yet reaped does not."""
    if not process or recorded_boot_id != boot_id():
        return False
    if process["start"]:
        fields = stat_fields(process["pid"])
        return len(fields) > 19 and fields[19] == process["start"] and fields[0] not in "ZX"
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it exists and belongs to somebody else
    return True


def initial_fields(tty: bool) -> dict:
    return {
        "state": STARTING,
        "keeper": None,
        "runner": identity(os.getpid()),
        "child": None,
        "observer": None,
        "boot_id": boot_id(),
        "started_ms": None,
        "ended_ms": None,
        "exit_code": None,
        "signal": None,
        "stop_requested": False,
        "tty": tty,
        "error": None,
        "output_lost": None,
        "socket_error": None,
        "observer_error": None,
        "hook": "unknown",
    }


def encode(fields: dict) -> bytes:
    """Exactly one slot. Texts that would not fit are shortened: the facts matter more than their wording."""
    limit = SLOT_BYTES
    while True:
        shortened = {k: v[:limit] if isinstance(v, str) else v for k, v in fields.items()}
        page = json.dumps(shortened).encode("ascii")
        if len(page) <= SLOT_BYTES:
            return page.ljust(SLOT_BYTES)
        limit //= 2


def read(run_dir: str) -> dict | None:
    """What is recorded for the run, or None where nothing readable is."""
    path = os.path.join(run_dir, FILE_NAME)
    for _attempt in range(3):  # a read may fall into the middle of an overwrite
        try:
            with open(path, "rb") as file:
                return json.loads(file.read(SLOT_BYTES))
        except ValueError:
            time.sleep(0.01)
        except OSError:
            return None
    return None


class StateFile:
    """The open slot. It is never closed while the run lasts, so nothing can take it away."""

    def __init__(self, descriptor: int, fields: dict) -> None:
        self.descriptor = descriptor
        self.fields = fields

    @classmethod
    def create(cls, run_dir: str, fields: dict) -> StateFile:
        """Claim the run: a second runner in the same folder fails with FileExistsError."""
        path = os.path.join(run_dir, FILE_NAME)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o666)
        try:
            state = cls(descriptor, fields)
            state._write()
            os.fsync(descriptor)
        except OSError:
            os.close(descriptor)
            os.unlink(path)
            raise
        return state

    def update(self, durable: bool = False, **changes: object) -> None:
        unknown = set(changes) - set(self.fields)
        if unknown:
            raise ValueError("no such fields in runner.json: %s" % ", ".join(sorted(unknown)))
        self.fields.update(changes)
        self._write()
        if durable:
            os.fsync(self.descriptor)

    def _write(self) -> None:
        page = encode(self.fields)
        if hasattr(os, "pwrite"):
            written = os.pwrite(self.descriptor, page, 0)
        else:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            written = os.write(self.descriptor, page)
        if written != SLOT_BYTES:
            raise OSError("only %d of %d bytes of %s were written" % (written, SLOT_BYTES, FILE_NAME))
