"""Walking the folders that belong to a run: breadth first, within bounds, each folder once."""
from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator

from kinds import ENVIRONMENT_MARKS, is_skipped_folder


class Walk:
    """Yields (path, entries of its files). `was_cut` tells whether a bound has ended it."""

    def __init__(self, root: str, max_folders: int) -> None:
        self._root = root
        self._max_folders = max_folders
        self._seen: set[tuple[int, int]] = set()
        self.was_cut = False

    def __iter__(self) -> Iterator[tuple[str, list]]:
        waiting = deque([self._root])
        while waiting:
            folder = waiting.popleft()
            if not self._is_first_visit(folder):
                continue
            if len(self._seen) > self._max_folders:
                self.was_cut = True
                return
            folders, files = self._list(folder)
            if folders is None:
                continue
            yield folder, files
            waiting.extend(folders)

    def _is_first_visit(self, folder: str) -> bool:
        """Links may lead in circles."""
        try:
            stat = os.stat(folder)
        except OSError:
            return False  # it has gone in the meantime
        key = (stat.st_dev, stat.st_ino if stat.st_ino else hash(folder))
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _list(self, folder: str) -> tuple[list | None, list]:
        folders, files = [], []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name in ENVIRONMENT_MARKS and folder != self._root:
                        return None, []
                    try:
                        is_folder = entry.is_dir()
                    except OSError:
                        continue  # a link in a circle
                    if not is_folder:
                        files.append(entry)
                    elif not is_skipped_folder(entry.name) and (
                            not entry.is_symlink() or self._may_follow(entry.path)):
                        folders.append(entry.path)
        except OSError:
            pass  # closed to us: what is known of it so far has to do
        return folders, files

    def _may_follow(self, link: str) -> bool:
        """A link to data elsewhere is followed; one to a folder that holds the root, or half the machine, is not."""
        target = os.path.realpath(link)
        return not is_too_wide(target, self._root)


def is_too_wide(folder: str, root: str) -> bool:
    """Whether a folder is no data set but the place where everything lies."""
    if folder in ("/", "/proc", "/sys", "/dev", "/tmp", "/var/tmp", "/home", "/usr", "/etc", os.path.expanduser("~")):
        return True
    if folder.startswith(("/proc/", "/sys/", "/dev/")):
        return True
    return (root + os.sep).startswith(folder.rstrip(os.sep) + os.sep)
