"""What a person sees in the terminal while a notebook runs."""
from __future__ import annotations

import sys
from typing import Any, TextIO

_MAX_RESULT = 4000


class Console:
    """A terminal that is gone is no reason to stop: the records have everything."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0
        self._is_at_start = True

    def begin(self, number: int, source: str) -> None:
        self._number = number
        self.line("[%d/%d] %s" % (number, self._total, _first_line(source)))

    def end(self, seconds: float) -> None:
        if seconds >= 1:
            self.line("[%d/%d] %s" % (self._number, self._total, duration(seconds)))

    def stream(self, name: str, text: str) -> None:
        self._write(sys.stderr if name == "stderr" else sys.stdout, text)

    def output(self, output: dict[str, Any]) -> None:
        """A result or a picture, by its plain text."""
        data = output.get("data") or {}
        plain = data.get("text/plain")
        if plain is not None:
            text = "".join(plain) if isinstance(plain, list) else str(plain)
            self.line(text if len(text) <= _MAX_RESULT else text[:_MAX_RESULT] + " […]")

    def line(self, text: str, to: TextIO | None = None) -> None:
        self._write(to or sys.stdout, ("" if self._is_at_start else "\n") + text + "\n")

    def error(self, text: str) -> None:
        self.line(text, sys.stderr)

    def _write(self, stream: TextIO, text: str) -> None:
        if not text:
            return
        self._is_at_start = text.endswith("\n")
        try:
            stream.write(text)
            stream.flush()
        except (OSError, ValueError):
            pass  # closed: nobody looks any more


def _first_line(source: str) -> str:
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    # A comment says most where it stands first, but an empty one or a magic of the cell says little.
    line = next((line for line in lines if line.strip("#% -=")), lines[0] if lines else "")
    return line if len(line) <= 100 else line[:99] + "…"


def duration(seconds: float) -> str:
    if seconds < 60:
        return "%.1f s" % seconds
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return "%d min %02d s" % (minutes, rest) if minutes < 60 else "%d h %02d min" % divmod(minutes, 60)
