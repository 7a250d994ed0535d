"""What the tests of notebooks share: documents, and the program that runs them in an interpreter that has a kernel."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from support import HOOK_DIR, ROOT, Run, RunnerTest, until

PYTHON = os.environ.get("LOOPWRIGHT_CAPTURE_PYTHON")
NOTEBOOK_DIR = os.path.join(ROOT, "python", "notebook")
KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
# Kernels come up slowly on a machine that has much else to do.
SECONDS = 120.0

sys.path += [NOTEBOOK_DIR, os.path.join(ROOT, "python", "common")]


def code(source: str, *tags: str, **more: object) -> dict:
    return {"cell_type": "code", "metadata": {"tags": list(tags)} if tags else {}, "source": source, "outputs": [],
            "execution_count": None, **more}


def markdown(source: str, **more: object) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def document(*cells: dict | str, minor: int = 5, **metadata: object) -> dict:
    whole = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    if minor >= 5:
        whole = [{"id": "c%d" % index, **cell} for index, cell in enumerate(whole)]
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": {**KERNEL, **metadata}, "cells": whole}


class Ran:
    """How a notebook went."""

    def __init__(self, code: int, stdout: str, stderr: str, run: Run) -> None:
        self.code, self.stdout, self.stderr, self.run = code, stdout, stderr, run

    @property
    def executed(self) -> dict:
        folder = Path(self.run.path("artifacts"), "notebook")
        (path,) = folder.glob("*.ipynb")
        return json.loads(path.read_text(encoding="utf-8"))

    def records(self, kind: str) -> list[list]:
        return self.run.records(kind)

    @property
    def facts(self) -> dict:
        return self._facts("notebook")

    @property
    def reason(self) -> str | None:
        """Why it failed, as the program said."""
        return self._facts("outcome").get("reason")

    def _facts(self, section: str) -> dict:
        merged: dict = {}
        for record in self.records("facts"):
            if record[2] == section:
                merged.update(record[3])
        return merged

    @property
    def notes(self) -> list[str]:
        return [record[3] for record in self.records("note")]

    @property
    def executions(self) -> list[dict]:
        """As they were told of in the end."""
        found: dict[int, dict] = {}
        for record in self.records("execution"):
            found.setdefault(record[2]["n"], {}).update(record[2])
        return [found[ordinal] for ordinal in sorted(found)]

    def outputs(self, ordinal: int) -> list[dict]:
        found: dict[int, dict] = {}
        for record in self.records("output"):
            if record[2]["n"] == ordinal:
                found[record[2]["i"]] = record[2]
        return [found[index] for index in sorted(found)]


class KernelTest(RunnerTest):
    """Runs notebooks as the runner does, but for the runner."""

    def setUp(self) -> None:
        super().setUp()
        self.project = os.path.join(self.base, "project")
        os.makedirs(self.project)

    def write(self, content: dict | str | bytes, name: str = "a.ipynb") -> str:
        path = os.path.join(self.project, name)
        data = json.dumps(content) if isinstance(content, dict) else content
        Path(path).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    def begin(self, path: str, params: dict | None = None, hidden: list | None = None, python: str | None = None,
              **options: object) -> tuple[subprocess.Popen, Run]:
        python = python or PYTHON or sys.executable
        asked = {"timeLimitS": None, "cellTimeLimitS": None, "kernel": None, **options}
        run = Run(self.base, [python, NOTEBOOK_DIR, path], kind="notebook", notebook=asked, hidden_params=hidden or [])
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOOPWRIGHT_")}
        environment.update(
            LOOPWRIGHT_RUN_DIR=run.dir, LOOPWRIGHT_RUN_ID=run.id, LOOPWRIGHT_HOOK_DIR=HOOK_DIR,
            LOOPWRIGHT_PARAMS=json.dumps(params or {}), LOOPWRIGHT_CAPTURE="code,data,figures",
            LOOPWRIGHT_ROOT=self.project, OMP_NUM_THREADS="1", MPLCONFIGDIR=os.path.join(self.base, "mpl"))
        environment.pop("PYTHONPATH", None)
        # As the runner starts it: a shell gives what it starts in the background an ignored SIGINT.
        process = subprocess.Popen(run.spec["argv"], cwd=self.base, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        self._processes.append(process)
        return process, run

    def end(self, process: subprocess.Popen, run: Run) -> Ran:
        stdout, stderr = process.communicate(timeout=SECONDS)
        return Ran(process.returncode, stdout.decode(), stderr.decode(), run)

    def execute(self, content: dict | str | bytes, params: dict | None = None, name: str = "a.ipynb",
                **more: object) -> Ran:
        return self.end(*self.begin(self.write(content, name), params, **more))

    def kernel_of(self, run: Run) -> int:
        def pid() -> int:
            try:
                return int(Path(run.path("main.pid")).read_text())
            except (OSError, ValueError):
                return 0
        return until(pid, "the kernel", SECONDS)


needs_kernel = unittest.skipUnless(PYTHON, "LOOPWRIGHT_CAPTURE_PYTHON names no Python with a kernel")
