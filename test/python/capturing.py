"""What the tests of captured libraries share: scripts in an interpreter that has those libraries."""
from __future__ import annotations

import json
import os
import re
import unittest

from support import HookTest

PYTHON = os.environ.get("LOOPWRIGHT_CAPTURE_PYTHON")
KINDS = "code,data,environment,libraries,models,figures"
# One thread for linear algebra: several test processes share the cores.
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "Agg"}


def without_times(output: bytes) -> str:
    """What a script wrote, but for the times that estimators print: those differ from run to run."""
    return re.sub(r"\b\d+\.\d+ ?(s|min|m)\b", "<time>", output.decode())


@unittest.skipUnless(PYTHON, "LOOPWRIGHT_CAPTURE_PYTHON names no Python with the libraries")
class CaptureTest(HookTest):
    def captured(self, code: str, *options: str, kinds: str = KINDS, env: dict | None = None, **kwargs):
        """Run a script with the libraries that must end well; what it printed."""
        result = self.attempt(code, *options, kinds=kinds, env=env, **kwargs)
        self.assertEqual((result.returncode, result.stderr.decode()), (0, ""), result.stdout)
        return result.stdout.decode()

    def attempt(self, code: str, *options: str, kinds: str = KINDS, env: dict | None = None, **kwargs):
        # Importing these libraries alone takes half a minute on a machine that has much else to do.
        return self.script(code, python=(PYTHON, *options), env={**QUIET, "LOOPWRIGHT_CAPTURE": kinds, **(env or {})},
                           seconds=180.0, **kwargs)

    def same_without(self, code: str, *options: str, **kwargs) -> str:
        """Run a script tracked and not: exit code, output and errors must be the same. What it printed."""
        tracked = self.attempt(code, *options, **kwargs)
        plain = self.attempt(code, *options, tracked=False, **kwargs)
        self.assertEqual((tracked.returncode, without_times(tracked.stdout), without_times(tracked.stderr)),
                         (plain.returncode, without_times(plain.stdout), without_times(plain.stderr)))
        return tracked.stdout.decode()

    def stored(self) -> set[str]:
        root = self.run_.path("artifacts")
        return {os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
                for folder, _, names in os.walk(root) for name in names}

    def announced(self, kind: str | None = None) -> set[str]:
        """Paths in `artifact` records."""
        return {record[2]["path"] for record in self.records("artifact") if kind in (None, record[2]["kind"])}

    def document(self, path: str) -> dict:
        with open(os.path.join(self.run_.path("artifacts"), path), encoding="utf-8") as file:
            return json.load(file)

    def facts(self, section: str) -> dict:
        merged: dict = {}
        for record in self.records("facts"):
            if record[2] == section:
                merged.update(record[3])
        return merged

    def children(self) -> list[dict]:
        return [record[2] for record in self.records("child")]

    def metric(self, key: str) -> list[tuple]:
        return [(step, values[key]) for step, values in self.metrics() if key in values]

    def models(self) -> set[str]:
        return {path.split("/")[1] for path in self.announced("model")}
