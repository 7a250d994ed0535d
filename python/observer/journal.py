"""A journal of a run, written as docs/run-folder.md says: one write for each record, so that a kill tears at most one."""
from __future__ import annotations

import json
import os
import sys
import time
import zlib
from collections.abc import Iterator

import state

MAGIC = b"LWJRNL1\n"


def now_ms() -> int:
    return int(time.time() * 1000)


class Journal:
    """Made with its first record. A disk that refuses a record ends the journal: nothing may follow a torn one."""

    def __init__(self, run_dir: str, role: str = "observer") -> None:
        self._folder = os.path.join(run_dir, "journals")
        self._role = role
        self._descriptor = -1
        self.is_broken = False

    def append(self, *record: object) -> None:
        if self.is_broken:
            return
        try:
            if self._descriptor < 0:
                self._open()
            self._write(_encode(record))
        except OSError:
            self.is_broken = True  # whoever reads the run sees the torn end; there is nobody else to tell

    def facts(self, section: str, facts: dict) -> None:
        if facts:
            self.append("facts", now_ms(), section, facts)

    def note(self, text: str) -> None:
        self.append("note", now_ms(), "warning", text)

    def done(self, work: str, reason: str | None) -> None:
        self.append("done", now_ms(), work, reason)

    def _open(self) -> None:
        process = state.identity(os.getpid())
        name = "%d-%s-%s.lwj" % (process["pid"], process["start"] or "0", os.urandom(4).hex())
        os.makedirs(self._folder, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(os.path.join(self._folder, name), flags, 0o666)
        # Not the arguments: those of a program of ours may hold what the run must not keep.
        facts = dict(process, ppid=os.getppid(), main=False, python="%d.%d.%d" % sys.version_info[:3],
                     executable=sys.executable or "", argv=sys.argv[:1], role=self._role)
        self._write(MAGIC + _encode(("open", now_ms(), facts)))

    def _write(self, data: bytes) -> None:
        if os.write(self._descriptor, data) != len(data):
            raise OSError("the record was cut short")


def _encode(record: tuple) -> bytes:
    payload = json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii")
    return len(payload).to_bytes(4, "little") + zlib.crc32(payload).to_bytes(4, "little") + payload


def first_records(run_dir: str) -> list[list]:
    """The `open` record of every journal of the run."""
    return [record for path in _paths(run_dir) for record in _read(path, b'["open"', only_first=True)]


def facts_of(run_dir: str, section: str) -> Iterator[dict]:
    """What all journals of the run say about a section, in the order of each."""
    for path in _paths(run_dir):
        for record in _read(path, b'["facts"', only_first=False):
            if len(record) == 4 and record[2] == section and isinstance(record[3], dict):
                yield record[3]


def metrics_of(run_dir: str) -> dict[str, float]:
    """The last value of each metric; of several processes that log the same, the latest."""
    times: dict[str, float] = {}
    values: dict[str, float] = {}
    for path in _paths(run_dir):
        for record in _read(path, b'["metric"', only_first=False):
            if len(record) == 4 and isinstance(record[3], dict):
                for key, value in record[3].items():
                    if isinstance(value, (int, float, str)) and record[1] >= times.get(key, float("-inf")):
                        times[key], values[key] = record[1], float(value)  # "NaN" and "Infinity", too
    return values


def _paths(run_dir: str) -> list[str]:
    folder = os.path.join(run_dir, "journals")
    try:
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".lwj"))
    except OSError:
        return []


def _read(path: str, beginning: bytes, only_first: bool) -> Iterator[list]:
    """The records that begin so; a journal may hold millions of others, which are passed over as bytes."""
    try:
        with open(path, "rb", buffering=1 << 20) as file:
            if file.read(len(MAGIC)) != MAGIC:
                return
            while True:
                header = file.read(8)
                length = int.from_bytes(header[:4], "little")
                payload = file.read(length)
                if len(header) < 8 or len(payload) < length or not length:
                    return
                if payload.startswith(beginning) and zlib.crc32(payload) == int.from_bytes(header[4:], "little"):
                    yield json.loads(payload)
                if only_first:
                    return
    except (OSError, ValueError):
        return  # gone, or no JSON under a right checksum: its writer's affair
