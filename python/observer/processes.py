"""The processes of a script, as Linux's /proc shows them: who they are, what they use, which files they have open."""
from __future__ import annotations

import os

from state import identity, stat_fields

HAS_PROC = os.path.exists("/proc/self/stat")
_HAS_CHILDREN = os.path.exists("/proc/self/task/%d/children" % os.getpid())
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_JOBS_SECONDS = 0.05
_JOBS_LINGER_SECONDS = 1.0
_MANY_MAPS = 4 << 20


class Usage:
    """Totals since the start, over all processes of the script and those of their children that have ended."""

    __slots__ = ("cpu_seconds", "memory_bytes", "processes", "threads", "disk_read", "disk_written", "read", "written")

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        self.memory_bytes = self.processes = self.threads = 0
        self.disk_read = self.disk_written = 0  # what came from and went to disks
        self.read = self.written = 0  # what system calls asked for, also from the page cache


class Tree:
    """The script's process and all below it. One that was seen once stays, also when its parent has ended."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._known: dict[int, str] = {root: _start(root)}
        self._group = _group(root)
        self._has_own_group = self._group == root

    def pids(self) -> list[int]:
        found = set()
        waiting = [pid for pid, start in self._known.items() if _start(pid) == start and start]
        parents = None if _HAS_CHILDREN else _children_by_parent()
        while waiting:
            pid = waiting.pop()
            if pid in found:
                continue
            found.add(pid)
            waiting.extend(_children(pid) if parents is None else parents.get(pid, ()))
        self._known = {pid: self._known.get(pid) or _start(pid) for pid in found}
        return sorted(found)

    def has_ended(self) -> bool:
        return not _is_running(self._root)

    def leftovers(self) -> list[int]:
        """What still runs in the script's process group after its end."""
        if self._has_own_group:
            return [pid for pid in _all_pids() if _group(pid) == self._group and _is_running(pid)]
        return [pid for pid in self.pids() if pid != self._root and _group(pid) == self._group and _is_running(pid)]

    def usage(self) -> Usage:
        total = Usage()
        for pid in self.pids():
            fields = stat_fields(pid)
            if len(fields) < 22 or fields[0] in "ZX":
                continue
            total.processes += 1
            # With the times of the children that it has waited for.
            total.cpu_seconds += sum(map(int, fields[11:15])) / _TICKS
            total.threads += int(fields[17])
            total.memory_bytes += int(fields[21]) * _PAGE
            _add_io(total, pid)
        return total

    def transferred(self) -> tuple[int, int]:
        """Bytes that system calls of the script have read and written; cheaper than all of `usage`."""
        total = Usage()
        for pid in self.pids():
            _add_io(total, pid)
        return total.read, total.written

    def open_files(self, prefixes: tuple) -> dict[str, int]:
        """Real paths of the regular files that the script has open or mapped now, with the flags of `open`."""
        found: dict[str, int] = {}
        for pid in self.pids():
            for path in _mapped(pid):
                if path.startswith(prefixes):
                    found.setdefault(path, os.O_RDONLY)
            folder = "/proc/%d/fd" % pid
            try:
                numbers = os.listdir(folder)
            except OSError:
                continue  # it has ended, or runs as somebody else
            for number in numbers:
                path = _link(folder + "/" + number)
                if path.startswith(prefixes):
                    found[path] = found.get(path, 0) | _flags(pid, number)
        return found


class EngineJobs:
    """Whether a job of the store's engine runs, or has a moment ago: it hashes the same files that the script reads."""

    def __init__(self, store: str) -> None:
        self._store = os.path.join(os.path.realpath(store), "")
        self._looked_at = self._seen_at = float("-inf")

    def may_read(self, now: float) -> bool:
        if now - self._looked_at > _JOBS_SECONDS:
            self._looked_at = now
            if any(_is_job(pid) and self._is_of_this_store(pid) for pid in _all_pids()):
                self._seen_at = now
        return now - self._seen_at < _JOBS_LINGER_SECONDS

    def _is_of_this_store(self, pid: int) -> bool:
        """By its parent, the engine, which has the store's database open."""
        fields = stat_fields(pid)
        folder = "/proc/%s/fd" % fields[1] if len(fields) > 1 else "/nothing"
        try:
            numbers = os.listdir(folder)
        except OSError:
            return True  # one of the two has just ended: nothing is known, so nothing is claimed
        return any(_link(folder + "/" + number).startswith(self._store) for number in numbers)


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""  # closed in the meantime


def _is_job(pid: int) -> bool:
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            words = file.read(4096).split(b"\0")
    except OSError:
        return False
    return len(words) > 1 and any(os.path.basename(word) == b"job.js" for word in words[:4])


def _start(pid: int) -> str:
    return identity(pid)["start"]


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except (OSError, AttributeError):
        return -1  # ended, or a system without process groups


def _is_running(pid: int) -> bool:
    fields = stat_fields(pid)
    return bool(fields) and fields[0] not in "ZX"


def _all_pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir("/proc/%d/task" % pid)
    except OSError:
        return found
    for thread in threads:
        try:
            with open("/proc/%d/task/%s/children" % (pid, thread), "rb") as file:
                found.extend(map(int, file.read().split()))
        except OSError:
            pass  # the thread has ended
    return found


def _children_by_parent() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for pid in _all_pids():
        fields = stat_fields(pid)
        if len(fields) > 1:
            found.setdefault(int(fields[1]), []).append(pid)
    return found


def _add_io(total: Usage, pid: int) -> None:
    try:
        with open("/proc/%d/io" % pid, "rb") as file:
            values = dict(line.split(b": ") for line in file.read().splitlines())
    except (OSError, ValueError):
        return  # ended, or not ours to see
    total.read += int(values.get(b"rchar", 0))
    total.written += int(values.get(b"wchar", 0))
    total.disk_read += int(values.get(b"read_bytes", 0))
    total.disk_written += int(values.get(b"write_bytes", 0))


def _flags(pid: int, number: str) -> int:
    try:
        with open("/proc/%d/fdinfo/%s" % (pid, number), "rb") as file:
            for line in file:
                if line.startswith(b"flags:"):
                    return int(line.split()[1], 8)
    except (OSError, ValueError):
        pass  # closed in the meantime; whoever opens a file can at least read
    return os.O_RDONLY


def _mapped(pid: int) -> set[str]:
    try:
        with open("/proc/%d/maps" % pid, "rb") as file:
            text = file.read(_MANY_MAPS)
    except OSError:
        return set()
    found = set()
    for line in text.splitlines():
        start = line.find(b"/")
        if start > 0:
            found.add(os.fsdecode(line[start:]))
    return found
