"""What the script uses of the machine over time, as metrics whose step is the second since the start."""
from __future__ import annotations

import math
import os
import time

from journal import Journal, now_ms
from processes import Tree

_MB = 1e6


def interval(elapsed: float) -> float:
    """Seconds until the next sample: close together first, about 2,000 samples in two weeks, and few more later."""
    if elapsed < 600:
        return 1.0
    if elapsed < 3000:
        return 5.0
    if elapsed < 4 * 3600:
        return 30.0
    return elapsed / 100


class Metrics:
    def __init__(self, journal: Journal, tree: Tree) -> None:
        self._journal = journal
        self._tree = tree
        self._gpus = None
        self._start = time.monotonic()
        self._before_at = self._start
        self._before_cpu = self._tree.usage().cpu_seconds
        self._machine = _machine_times()
        self.due = self._start + 1.0

    def use(self, gpus) -> None:
        self._gpus = gpus

    def sample(self) -> None:
        now = time.monotonic()
        elapsed = now - self._start
        usage = self._tree.usage()
        passed = now - self._before_at
        if usage.processes and passed > 0:
            values = {
                # 100 is one core; a process that ended between two samples takes its share along.
                "system/cpu_percent": round(max(0.0, usage.cpu_seconds - self._before_cpu) / passed * 100, 1),
                "system/memory_mb": round(usage.memory_bytes / _MB, 1),
                "system/processes": usage.processes,
                "system/threads": usage.threads,
                "system/disk_read_mb": round(usage.disk_read / _MB, 3),
                "system/disk_write_mb": round(usage.disk_written / _MB, 3),
            }
            values.update(self._of_machine())
            if self._gpus is not None:
                values.update(self._gpus.values())
            self._journal.append("metric", now_ms(), round(elapsed), values)
        self._before_at = now
        self._before_cpu = usage.cpu_seconds
        # One that came late does not move those after it: two would be of the same second.
        pause = interval(elapsed)
        self.due += pause * max(1, math.ceil((now + pause / 2 - self.due) / pause))

    def _of_machine(self) -> dict[str, float]:
        values = {}
        times = _machine_times()
        total = times[1] - self._machine[1]
        if total > 0:
            values["system/machine_cpu_percent"] = round((1 - (times[0] - self._machine[0]) / total) * 100, 1)
        self._machine = times
        memory = memory_info()
        if "MemTotal" in memory and "MemAvailable" in memory:
            values["system/machine_memory_mb"] = round((memory["MemTotal"] - memory["MemAvailable"]) / _MB, 1)
        return values


def _machine_times() -> tuple[int, int]:
    """Idle and total time of all cores, in ticks."""
    try:
        with open("/proc/stat", "rb") as file:
            times = list(map(int, file.readline().split()[1:9]))
    except (OSError, ValueError):
        return 0, 0
    return sum(times[3:5]), sum(times)


def memory_info() -> dict[str, int]:
    """/proc/meminfo in bytes; empty where there is none."""
    found = {}
    try:
        with open("/proc/meminfo", "rb") as file:
            for line in file:
                name, _, value = line.decode("ascii", "replace").partition(":")
                found[name] = int(value.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        pass  # no Linux
    return found


def is_possible() -> bool:
    return os.path.exists("/proc/stat")
