"""Parameters and findings of the notebook, found by another process while the kernel comes up."""
from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time

from journal_writer import Journal

from .parts import INSPECTION

_POLL_SECONDS = 0.1


class Inspecting:
    def __init__(self, path: str, journal: Journal) -> None:
        self._journal = journal
        # A file, not a pipe: nobody has to read while it writes, and no event loop has to know of processes.
        self._answer = tempfile.TemporaryFile()
        self._process = subprocess.Popen([sys.executable, "-I", "-S", INSPECTION], stdin=subprocess.PIPE,
                                         stdout=self._answer, stderr=subprocess.DEVNULL)
        self._process.stdin.write(json.dumps({"path": path}).encode("ascii"))
        self._process.stdin.close()
        self._task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        while self._process.poll() is None:
            await asyncio.sleep(_POLL_SECONDS)
        self._tell()

    def _tell(self) -> None:
        self._answer.seek(0)
        try:
            found = json.loads(self._answer.read())
            self._journal.facts("notebook", {"parameters": found["parameters"], "findings": found["findings"]})
        except (ValueError, KeyError):
            self._journal.note("The notebook could not be inspected (exit code %d)." % self._process.returncode)

    async def finish(self, seconds: float) -> None:
        """Wait so long for what it still has to say."""
        until = time.monotonic() + seconds
        while not self._task.done() and time.monotonic() < until:
            await asyncio.sleep(_POLL_SECONDS / 5)
        if not self._task.done():
            self._task.cancel()
            self._process.kill()
            self._process.wait()
            self._journal.note("The notebook was not inspected: it took too long.")
        self._answer.close()
