"""Why a notebook ends before its last cell, and who sees to it: a stop from outside, or a limit of time."""
from __future__ import annotations

import asyncio
import signal
from typing import Any

from .kernel import Kernel

# After an interrupt a cell has this long to end by itself; the runner ends us 10 s after it asked first.
_PATIENCE_SECONDS = 4.0


class Ending:
    """At most one reason: the first that came."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._task: asyncio.Task[None] | None = None
        self.signal: int | None = None
        self.limit: str | None = None  # `cell` or `notebook`
        self.is_forced = False
        self.stopped = asyncio.Event()

    @property
    def is_asked(self) -> bool:
        return self.stopped.is_set()

    def listen(self) -> None:
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None or signal.getsignal(number) is signal.SIG_IGN:
                continue
            try:
                loop.add_signal_handler(number, self._on_signal, number)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda got, _frame: loop.call_soon_threadsafe(self._on_signal, got))

    def _on_signal(self, number: int) -> None:
        if self.signal is not None:
            self._kernel.kill()  # whoever asks twice means it
            self.is_forced = True
            return
        self.signal = int(number)
        self._begin()

    def on_limit(self, which: str) -> None:
        if not self.is_asked:
            self.limit = which
            self._begin()

    def _begin(self) -> None:
        self.stopped.set()
        self._task = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        await self._kernel.interrupt()
        await asyncio.sleep(_PATIENCE_SECONDS)
        self.is_forced = True
        self._kernel.kill()

    def over(self) -> None:
        """The cell has ended: nothing needs to be forced any more."""
        if self._task is not None:
            self._task.cancel()

    def limited(self, seconds: float | None, which: str) -> Any:
        """A timer for so many seconds; None where there is no limit."""
        if seconds is None:
            return None
        return asyncio.get_running_loop().call_later(seconds, self.on_limit, which)
