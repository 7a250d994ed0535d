"""What a rule says about a cell, and what all rules are given."""
from __future__ import annotations

import re
from dataclasses import dataclass

from magics import Code, code_of
from reading import Cell, Notebook


@dataclass
class Range:
    """Lines from 0; columns from 0 as editors count them, in units of UTF-16."""

    startLine: int
    startColumn: int
    endLine: int
    endColumn: int


@dataclass
class Finding:
    rule: str
    message: str
    cellId: str | None
    cellIndex: int | None
    range: Range | None = None
    replacement: str | None = None


@dataclass
class Executed:
    """A cell that was executed, with its source at that time."""

    key: str | None
    source: str
    # Where nobody watched, the saved number stands for the last time only.
    count: int | None = None


class Subject:
    """A notebook with what was executed of it. Each source is read once."""

    def __init__(self, notebook: Notebook, executions: list[Executed] | None) -> None:
        self.notebook = notebook
        self.cells = notebook.code_cells
        self.executions = executions
        self._codes: dict[str, Code] = {}

    def code(self, source: str) -> Code:
        if source not in self._codes:
            self._codes[source] = code_of(source)
        return self._codes[source]


def key_of(cell: Cell) -> str:
    """What tells cells apart; older notebooks have no ids."""
    return cell.id or "#%d" % cell.index


def number(cell: Cell) -> str:
    """How a message names a cell."""
    return "cell %d" % (cell.index + 1)


def range_of(source: str, node: object) -> Range:
    """Where a node of `ast` stands, whose columns are bytes of UTF-8."""
    lines = re.split(r"\r\n|\r|\n", source)
    start, end = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    return Range(start, _column(lines[start], node.col_offset), end, _column(lines[end], node.end_col_offset or 0))


def _column(line: str, bytes_before: int) -> int:
    if line.isascii():
        return bytes_before
    before = line.encode("utf-8", "surrogatepass")[:bytes_before].decode("utf-8", "surrogatepass")
    return utf16(before)


def utf16(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def line_range(line: int, text: str, start: int, end: int) -> Range:
    """A stretch of one line, given in characters."""
    return Range(line, utf16(text[:start]), line, utf16(text[:end]))
