"""Files that are new or different after a run: whoever wrote them, on every system."""
from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator

from folders import Walk
from kinds import is_data

MAX_FILES = 50_000
_MAX_FOLDERS = 20_000
_SLICE = 200
# The kernel's clock for files runs a tick behind.
_TICK_NS = 20_000_000


class Scan:
    """Of what was there before, only a number for each file is kept: path, times, size and inode in one."""

    def __init__(self, root: str, since_ns: int) -> None:
        self._root = root
        self._since_ns = since_ns - _TICK_NS
        self._before = array("q")
        self.was_cut = False
        self.file_count = 0

    def look_before(self) -> Iterator[None]:
        """In slices, so that other work can go on between them. The script may run already: what has changed since
        its start is left out, and so is found to be different afterwards."""
        for files in self._slices():
            for path, status in files:
                if self._is_older(status) or os.name == "nt":
                    self._before.append(_mark(path, status))
            yield
        self._before = array("q", sorted(self._before))

    def changed(self) -> Iterator[str]:
        was_cut_before = self.was_cut
        self.file_count = 0
        for files in self._slices():
            self.file_count += len(files)
            for path, status in files:
                mark = _mark(path, status)
                index = bisect_left(self._before, mark)
                is_known = index < len(self._before) and self._before[index] == mark
                # Where the first look was cut, what it did not come to is no output for that reason alone.
                if not is_known and not (was_cut_before and self._is_older(status)):
                    yield path

    def _is_older(self, status: os.stat_result) -> bool:
        return max(status.st_mtime_ns, status.st_ctime_ns) < self._since_ns

    def _slices(self) -> Iterator[list]:
        """Data files with their status: some of one folder at a time, and none of an empty one."""
        walk = Walk(self._root, _MAX_FOLDERS)
        count = 0
        for _folder, entries in walk:
            for start in range(0, len(entries) or 1, _SLICE):
                files = _with_status(entries[start:start + _SLICE])
                if count + len(files) > MAX_FILES:
                    self.was_cut = True
                    yield files[:MAX_FILES - count]
                    return
                count += len(files)
                yield files
        self.was_cut = self.was_cut or walk.was_cut


def _with_status(entries: list) -> list[tuple[str, os.stat_result]]:
    found = []
    for entry in entries:
        try:
            if is_data(entry.name) and entry.is_file():
                # Not the entry's own: on Windows that has neither inode nor the last word about its times.
                found.append((entry.path, os.stat(entry.path)))
        except OSError:
            continue  # gone, or a link in a circle
    return found


def _mark(path: str, status: os.stat_result) -> int:
    return hash((path, status.st_mtime_ns, status.st_size, status.st_ino))
