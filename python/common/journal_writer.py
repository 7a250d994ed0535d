"""A journal of a run, written as docs/run-folder.md says: one write for each record, so that a kill tears at most one.

For programs of ours. The hook has a writer of its own, which lives in the user's processes by stricter rules.
"""
from __future__ import annotations

import errno
import json
import os
import sys
import time
import zlib

MAGIC = b"LWJRNL1\n"


def now_ms() -> int:
    return int(time.time() * 1000)


class Journal:
    """Made with its first record. What a full disk refuses is taken back, so that what comes when it has room follows
    whole records; what is missing is counted and told then."""

    def __init__(self, run_dir: str, role: str = "observer") -> None:
        self._folder = os.path.join(run_dir, "journals")
        self._role = role
        self._descriptor = -1
        self._lost = 0
        self._why = ""
        self._is_torn = False

    def append(self, *record: object) -> bool:
        """@returns whether it was written"""
        if self._is_torn:
            return False
        try:
            if self._descriptor < 0:
                self._open()
            # Together: a disk that is full may still have room for the short note alone.
            self._write((self._lost_note() if self._lost else b"") + _encode(record))
            self._lost = 0
            return True
        except OSError as error:
            self._lost += 1
            self._why = error.strerror or str(error)
            return False

    def _lost_note(self) -> bytes:
        what = "1 record" if self._lost == 1 else "%d records" % self._lost
        return _encode(("note", now_ms(), "warning", "%s of the %s could not be written: %s." % (
            what, self._role, self._why)))

    def facts(self, section: str, facts: dict) -> None:
        if facts:
            self.append("facts", now_ms(), section, facts)

    def note(self, text: str, level: str = "warning") -> None:
        self.append("note", now_ms(), level, text)

    def done(self, work: str, reason: str | None) -> None:
        self.append("done", now_ms(), work, reason)

    def _open(self) -> None:
        pid = os.getpid()
        start = process_start(pid)
        name = "%d-%s-%s.lwj" % (pid, start or "0", os.urandom(4).hex())
        os.makedirs(self._folder, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(os.path.join(self._folder, name), flags, 0o666)
        # Not the arguments: those of a program of ours may hold what the run must not keep.
        facts = {"pid": pid, "start": start, "ppid": os.getppid(), "main": False,
                 "python": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable or "", "argv": sys.argv[:1],
                 "role": self._role}
        try:
            self._write(MAGIC + _encode(("open", now_ms(), facts)))
        except OSError:
            os.close(self._descriptor)
            self._descriptor = -1
            os.unlink(os.path.join(self._folder, name))
            raise

    def _write(self, data: bytes) -> None:
        written = os.write(self._descriptor, data)
        if written == len(data):
            return
        try:
            # Nobody has read it: a reader waits for the rest of a record that is incomplete.
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
        except OSError:
            self._is_torn = True  # nothing may follow a torn record; whoever reads the run sees its end
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def process_start(pid: int) -> str:
    """Field 22 of /proc/<pid>/stat, which tells two processes with the same pid apart; "" where there is none."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            stat = file.read()
        return stat[stat.rindex(b")") + 2:].split()[19].decode("ascii")
    except (OSError, ValueError, IndexError):
        return ""


def _encode(record: tuple) -> bytes:
    payload = json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii")
    return len(payload).to_bytes(4, "little") + zlib.crc32(payload).to_bytes(4, "little") + payload
