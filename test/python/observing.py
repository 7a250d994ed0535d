"""Runs with an observer, for its tests."""
from __future__ import annotations

import os
import shutil
import sys
import unittest

from support import RUNNER_DIR, Run, RunnerTest, is_running, until

LIBRARIES = os.environ.get("LOOPWRIGHT_CAPTURE_PYTHON")
needs_libraries = unittest.skipUnless(LIBRARIES, "LOOPWRIGHT_CAPTURE_PYTHON names no interpreter with the libraries")
on_linux = unittest.skipUnless(sys.platform.startswith("linux"), "inotify and /proc are Linux's")
ALL = ("system", "data", "environment", "models")

# It gives way to everything else, so that on a busy machine its work after the script takes its time.
PATIENT_SECONDS = 240.0

# For a shell of the run, for its observer is as slow as the machine is busy.
_OBSERVER = ("/proc/$(sed -n 's/.*\"observer\": *{\"pid\": *\\([0-9]*\\).*/\\1/p' "
             "\"$LOOPWRIGHT_RUN_DIR/runner.json\")")
# Waits, once the observer watches, until it has looked at what has happened so far: it sleeps after each look, from
# which the listing wakes it.
LOOKED = ("naps() { sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' %s/status; }; until=$(($(naps) + 4)); "
          "while [ $(naps) -lt $until ]; do ls > /dev/null; sleep 0.05; done; " % _OBSERVER)
# Waits until the observer watches all folders: from the first on it has one of inotify's, and it looks after the last.
WATCHED = "until grep -qs ^inotify %s/fdinfo/*; do sleep 0.02; done; %s" % (_OBSERVER, LOOKED)


class ObserverTest(RunnerTest):
    """Runs lie beside their project, as a store does that is kept elsewhere."""

    def setUp(self) -> None:
        super().setUp()
        self.root = os.path.join(self.base, "project")
        os.mkdir(self.root)

    def observed(self, argv: list, kinds=ALL, **changes: object) -> Run:
        changes.setdefault("root", self.root)
        changes.setdefault("cwd", self.root)
        return self.make(argv, capture={"kinds": list(kinds)}, **changes)

    def observed_python(self, code: str, *arguments: str, kinds=ALL, python: str = sys.executable,
                        **changes: object) -> Run:
        script = self.file("project/script-%d.py" % len(self.runs), code)
        return self.observed([python, script, *arguments], kinds, interpreter=python, **changes)

    def project_file(self, name: str, content: str | bytes = "a,b\n1,2\n") -> str:
        return self.file(os.path.join("project", name), content)

    def complete(self, run: Run, code: int | None = 0) -> Run:
        """Run it to its end, and until the observer has done its work."""
        got, _, err = self.finish(run)
        if code is not None:
            self.assertEqual((got, err), (code, b""))
        self.observer_ended(run)
        return run

    def observer_of(self, run: Run) -> int:
        return until(lambda: (run.state or {}).get("observer"), "the observer")["pid"]

    def observer_ended(self, run: Run, seconds: float = PATIENT_SECONDS) -> None:
        pid = self.observer_of(run)
        until(lambda: not is_running(pid), "the end of the observer", seconds)

    def files(self, run: Run, mode: str) -> dict[str, set[str]]:
        """Paths below the project, or else absolute, with the ways in which each was seen by the observer."""
        found: dict[str, set[str]] = {}
        for _, _, file in run.records("file"):
            if file["via"] in ("inotify", "inotify?", "scan") and mode in file["mode"]:
                path = file["path"]
                if path.startswith(self.root + "/"):
                    path = path[len(self.root) + 1:]
                found.setdefault(path, set()).add(file["via"])
        return found

    def facts(self, run: Run, section: str) -> dict:
        merged: dict = {}
        for record in run.records("facts"):
            if record[2] == section:
                merged.update(record[3])
        return merged

    def done(self, run: Run) -> dict:
        return {record[2]: record[3] for record in run.records("done")}

    def python_parts(self) -> str:
        """A copy of the Python parts that a test may add to."""
        copy = os.path.join(self.base, "python")
        shutil.copytree(os.path.dirname(RUNNER_DIR), copy, ignore=shutil.ignore_patterns("__pycache__"))
        return copy
