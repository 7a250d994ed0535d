"""The part of the work `data` that the observer does: watching while the script runs, and comparing before and after."""
from __future__ import annotations

import sys
from collections.abc import Iterator

from watch import Watch

_SCAN = "scan"


class Files:
    """Made in two steps, because the watches must stand before anything else is looked at."""

    def __init__(self, root: str, store: str) -> None:
        self.watch: Watch | None = None
        self._root = root
        self._problem: str | None = None
        self._scan = None
        self._slices: Iterator[None] = iter(())
        self.is_scanning = False
        try:
            self.watch = Watch(root, store)
            self.watch.add_tree(root)
        except (OSError, AttributeError) as error:
            self._problem = str(error) if sys.platform.startswith("linux") else "Only Linux has inotify."

    def begin(self, journal, tree, started_ns: int, words: list[str], cwd: str) -> None:
        from reports import Reports
        from scan import Scan

        self._journal = journal
        self._reports = Reports(journal)
        self._scan = Scan(self._root, started_ns)
        self._slices = self._scan.look_before()
        self.is_scanning = True
        if self.watch is not None:
            self.watch.begin(tree, self._reports)
            self.watch.add_named(words, cwd)

    def scan_slice(self) -> None:
        self.is_scanning = next(self._slices, self) is None

    def finish(self, may_guess: bool, hook_is_up: bool, watch_goes_on: bool) -> None:
        """After the script: the last events, what has changed, and how all of it was observed."""
        if self.watch is not None:
            self.watch.take(is_last=not watch_goes_on, may_guess=may_guess)
        while self.is_scanning:
            self.scan_slice()
        for path in self._scan.changed():
            self._reports.tell(path, "w", _SCAN)
        self._reports.tell_folders()
        self._journal.facts("lineage", self._facts(hook_is_up))

    def _facts(self, hook_is_up: bool) -> dict:
        ways, missed = [], []
        if hook_is_up:
            ways += ["audit", "wrappers"]
        else:
            missed.append("Python did not load the hook: what was read from inside it was seen by inotify at most.")
        watched: dict = {"folders": 0}
        if self.watch is None:
            missed.append("Files read past Python's own functions, by libraries that are not wrapped and by other "
                          "programs: inotify could not be used (%s)." % self._problem)
            watched["problem"] = self._problem
        else:
            ways.append("inotify")
            watched["folders"] = self.watch.folder_count
            missed.append("Files outside the run's folder that other programs read, unless the command line names them.")
            if self.watch.problem:
                watched["problem"] = self.watch.problem
                missed.append("Folders beyond the first %d: the system gave no more watches (%s)."
                              % (self.watch.folder_count, self.watch.problem))
            elif self.watch.was_cut:
                watched["cut"] = True
                missed.append("Files read past Python in folders beyond the first %d." % self.watch.folder_count)
            if self.watch.has_overflown:
                watched["overflow"] = True
                missed.append("Some files read past Python: more was opened at once than the system remembers.")
        ways.append(_SCAN)
        scanned: dict = {"files": self._scan.file_count, "cut": self._scan.was_cut}
        if self._scan.was_cut:
            missed.append("Outputs written past Python, behind the first %d files." % self._scan.file_count)
        return {"ways": ways, "missed": missed, "inotify": watched, "scan": scanned}
