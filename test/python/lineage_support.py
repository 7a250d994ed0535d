"""What the tests of lineage share: a script with capture switched on, and which files were recorded."""
from __future__ import annotations

import os
import sys
import unittest

from support import HookTest

CAPTURE_PYTHON = os.environ.get("LOOPWRIGHT_CAPTURE_PYTHON") or ""
NEEDS_LIBRARIES = unittest.skipUnless(CAPTURE_PYTHON, "LOOPWRIGHT_CAPTURE_PYTHON names no Python with the libraries")


class LineageTest(HookTest):
    def setUp(self) -> None:
        super().setUp()
        self.kinds = "data,code,environment"
        # The folder of the scripts must not be the store's: what is in there is never data.
        self.store, self.base = self.base, os.path.join(self.base, "work")
        os.mkdir(self.base)

    def script(self, code: str, *arguments: str, env: dict | None = None, **kwargs):
        environment = {"LOOPWRIGHT_CAPTURE": self.kinds, "LOOPWRIGHT_ROOT": self.base}
        environment.update(env or {})
        return super().script(code, *arguments, env=environment, **kwargs)

    def _clean(self) -> None:
        self.base = self.store
        super()._clean()

    def files(self) -> list[dict]:
        return [record[2] for record in self.records("file")]

    def seen(self, mode: str) -> list[str]:
        """Paths of one direction, those below the script's folder relative to it."""
        prefix = self.base + os.sep
        return sorted({file["path"][len(prefix):] if file["path"].startswith(prefix) else file["path"]
                       for file in self.files() if mode in file["mode"]})

    def via(self, name: str, mode: str) -> set[str]:
        path = os.path.join(self.base, name)
        return {file["via"] for file in self.files() if file["path"] == path and mode in file["mode"]}

    def facts(self, section: str) -> dict:
        merged = {}
        for record in self.records("facts"):
            if record[2] == section:
                merged.update(record[3])
        return merged

    def libraries(self, code: str, *arguments: str, **kwargs) -> bytes:
        """A script over the real libraries, every warning an error."""
        return self.fine(code, *arguments, python=(CAPTURE_PYTHON, "-W", "error"), **kwargs)


def same_without(test: LineageTest, code: str, python: str = sys.executable) -> bytes:
    """What a script prints must be the same with the hook and without."""
    with_hook = test.script(code, python=(python,))
    without = test.script(code, python=(python,), tracked=False, env={"PYTHONPATH": "", "LOOPWRIGHT_CAPTURE": ""})
    test.assertEqual((with_hook.returncode, with_hook.stdout, with_hook.stderr),
                     (without.returncode, without.stdout, without.stderr))
    return with_hook.stdout
