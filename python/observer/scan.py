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
        for index, (path, status) in enumerate(self._files()):
            if max(status.st_mtime_ns, status.st_ctime_ns) < self._since_ns or os.name == "nt":
                self._before.append(_mark(path, status))
            if index % _SLICE == 0:
                yield
        self._before = array("q", sorted(self._before))

    def changed(self) -> Iterator[str]:
        self.file_count = 0
        for path, status in self._files():
            self.file_count += 1
            mark = _mark(path, status)
            index = bisect_left(self._before, mark)
            if index == len(self._before) or self._before[index] != mark:
                # A folder behind the bound of the first look is no output; what changed since the start is.
                if not self.was_cut or max(status.st_mtime_ns, status.st_ctime_ns) >= self._since_ns:
                    yield path

    def _files(self) -> Iterator[tuple]:
        walk = Walk(self._root, _MAX_FOLDERS)
        count = 0
        for _folder, entries in walk:
            for entry in entries:
                if not is_data(entry.name):
                    continue
                try:
                    if not entry.is_file():
                        continue
                    status = entry.stat()
                except OSError:
                    continue  # gone, or a link in a circle
                count += 1
                if count > MAX_FILES:
                    self.was_cut = True
                    return
                yield entry.path, status
        self.was_cut = self.was_cut or walk.was_cut


def _mark(path: str, status: os.stat_result) -> int:
    return hash((path, status.st_mtime_ns, status.st_size, status.st_ino))
