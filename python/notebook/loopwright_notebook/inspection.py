"""Parameters and findings of the notebook, found by another process while the kernel comes up."""
from __future__ import annotations

import asyncio
import json
import sys

from journal_writer import Journal

from .parts import INSPECTION

_PATIENCE_SECONDS = 30


class Inspecting:
    def __init__(self, path: str, journal: Journal) -> None:
        self._journal = journal
        self._task = asyncio.ensure_future(self._inspect(path))

    async def _inspect(self, path: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", INSPECTION, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL)
        try:
            answer, _ = await process.communicate(json.dumps({"path": path}).encode("ascii"))
        except asyncio.CancelledError:
            process.kill()
            raise
        if process.returncode == 0:
            found = json.loads(answer)
            self._journal.facts("notebook", {"parameters": found["parameters"], "findings": found["findings"]})

    async def finish(self) -> None:
        try:
            await asyncio.wait_for(self._task, _PATIENCE_SECONDS)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # whatever went wrong in there: the run is none the worse for it
            self._journal.note("The notebook could not be inspected (%s: %s)." % (type(error).__name__, error))
