"""Names that only a cell that is deleted, or a source that is replaced, has defined: they are in memory alone."""
from __future__ import annotations

from findings import Finding, Subject, key_of, number, range_of
from names import Use
from origins import cells_by_key
from reading import Cell

NAME = "deleted-cell"


def check(subject: Subject) -> list[Finding]:
    return [_finding(subject, cell, use, key) for cell, use, key in _lost(subject)]


def lost_names(subject: Subject) -> set[str]:
    """For a rule that would say the same in other words."""
    return {use.name for _, use, _ in _lost(subject)}


def _lost(subject: Subject) -> list[tuple[Cell, Use, str]]:
    """Each use that finds its name in memory alone, with the cell that had defined it."""
    memory: dict[str, str] = {}
    for executed in subject.executions or []:
        names = subject.names(executed.source)
        for name in names.binds if executed.key is not None else ():
            memory[name] = executed.key or ""
        for name in names.drops:
            memory.pop(name, None)
    if not memory:
        return []
    everywhere: set[str] = set()
    for cell in subject.cells:
        names = subject.names(cell.source)
        if names.is_opaque:
            return []
        everywhere |= names.binds
    found = []
    told: set[str] = set()
    for cell in subject.cells:
        names = subject.names(cell.source)
        for use in [*names.uses.values(), *names.late.values()]:
            if use.name in memory and use.name not in everywhere and use.name not in told:
                told.add(use.name)
                found.append((cell, use, memory[use.name]))
    return found


def _finding(subject: Subject, cell: Cell, use: Use, key: str) -> Finding:
    definer = cells_by_key(subject).get(key)
    if definer is None:
        text = "`%s` comes from a cell that is deleted and is only in memory. Define it again." % use.name
    elif key == key_of(cell):
        text = "`%s` was defined by an earlier version of this cell and is only in memory. Define it again." % use.name
    else:
        text = ("`%s` was defined by an earlier version of %s and is only in memory. Define it again."
                % (use.name, number(definer)))
    return Finding(NAME, text, cell.id, cell.index, range_of(cell.source, use.node))
