"""`file` records: each file once for each direction, and one for the folder where there are very many."""
from __future__ import annotations

import os
import stat

from journal import Journal, now_ms

# From here on one record of kind `folder` stands for the files of a folder.
MANY_FILES = 200
_MOST_COUNTED = 200_000


class Reports:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._told: set[int] = set()
        self._folders: dict[tuple[str, str, str], int] = {}

    def is_told(self, path: str, mode: str, via: str) -> bool:
        return hash((path, mode, via)) in self._told

    def tell(self, path: str, mode: str, via: str) -> None:
        """A file that is there now; one that has gone again was nothing to keep."""
        key = hash((path, mode, via))
        if key in self._told or len(self._told) > _MOST_COUNTED:
            return
        folder = (os.path.dirname(path), mode, via)
        count = self._folders.get(folder, 0)
        if count < MANY_FILES:
            try:
                status = os.stat(path)
            except (OSError, ValueError):
                return
            if not stat.S_ISREG(status.st_mode):
                return
            self._journal.append("file", now_ms(), {
                "path": path, "mode": mode, "via": via, "size": status.st_size, "mtime_ns": str(status.st_mtime_ns)})
        self._told.add(key)
        self._folders[folder] = count + 1

    def tell_folders(self) -> None:
        """Call at the end, when it is known how many there were."""
        for (folder, mode, via), count in self._folders.items():
            if count > MANY_FILES:
                self._journal.append("file", now_ms(), {
                    "path": folder, "mode": mode, "via": via, "kind": "folder", "files": count})
        self._folders.clear()
