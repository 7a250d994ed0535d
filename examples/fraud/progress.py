"""Progress for people: one line that fills up on a terminal, plain lines in a file or a pipe."""

from __future__ import annotations

import shutil
import sys
from typing import TextIO

BAR_WIDTH = 20


class Progress:
    """Shows how far a loop is, and one short text about it.

    >>> progress = Progress(total=2, unit="round", stream=sys.stdout)
    >>> progress.update(1, "loss 0.5")
    round 1/2  loss 0.5
    """

    def __init__(self, total: int, unit: str, stream: TextIO | None = None) -> None:
        self.total = total
        self.unit = unit
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        can_draw = "utf" in (getattr(self.stream, "encoding", None) or "").lower()
        self.full, self.empty = ("━", "─") if can_draw else ("#", "-")

    def update(self, done: int, text: str) -> None:
        line = f"{self.unit} {done}/{self.total}  {text}"
        if not self.live:
            print(line, file=self.stream, flush=True)
            return
        filled = round(BAR_WIDTH * done / self.total)
        line = f"{self.full * filled}{self.empty * (BAR_WIDTH - filled)}  {line}"
        width = shutil.get_terminal_size().columns - 1
        self.stream.write(f"\r{line[:width]}\x1b[K")  # back to the margin, write, clear what is left
        if done == self.total:
            self.stream.write("\n")
        self.stream.flush()
