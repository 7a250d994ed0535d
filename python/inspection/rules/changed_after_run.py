"""Cells whose source is another one than was executed. Other comments or spaces are no change."""
from __future__ import annotations

import ast

from findings import Finding, Subject, key_of
from magics import Code
from origins import last_sources

NAME = "changed-after-run"


def check(subject: Subject) -> list[Finding]:
    executed = last_sources(subject)
    found = []
    for cell in subject.cells:
        source = executed.get(key_of(cell))
        if source is None or source == cell.source or _same(subject.code(source), subject.code(cell.source)):
            continue
        found.append(Finding(NAME, "This cell was changed after it ran; what it left in memory is of the old version. "
                                   "Run it again.", cell.id, cell.index))
    return found


def _same(before: Code, after: Code) -> bool:
    if before.tree is None or after.tree is None:
        return before.source.strip() == after.source.strip()
    try:
        return _said(before) == _said(after) and ast.dump(before.tree) == ast.dump(after.tree)
    except RecursionError:
        return False  # an expression of a thousand terms: the texts differ, and more is not known


def _said(code: Code) -> list[tuple[str, str, str]]:
    return [(magic.name, magic.arguments, magic.body) for magic in code.magics]
