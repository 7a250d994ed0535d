"""Variables from nowhere: run from the top, nothing defines them before they are used."""
from __future__ import annotations

from findings import Finding, Subject, number, range_of
from given import is_given
from names import Use
from reading import IPYNB, Cell
from rules import deleted_cell

NAME = "undefined-name"

# Cells that are meant to fail, or not to be run.
_EXPECTED_TO_FAIL = frozenset(("raises-exception", "skip-execution"))


def check(subject: Subject) -> list[Finding]:
    defined = deleted_cell.lost_names(subject)
    if subject.notebook.format != IPYNB:
        defined.add("__file__")  # not there in a kernel
    found: list[Finding] = []
    late: list[tuple[Cell, Use]] = []
    for cell in subject.cells:
        names = subject.names(cell.source)
        if names.is_opaque:
            return found  # from here on any name may be there, and functions may have been meant to see it
        if not _EXPECTED_TO_FAIL & set(cell.tags):
            for use in names.uses.values():
                if use.name in defined or use.is_soft or is_given(use.name):
                    continue
                found.append(_finding(subject, cell, use))
                defined.add(use.name)  # once is enough
            late.extend((cell, use) for use in names.late.values())
        defined |= names.binds
        defined -= names.drops
    everywhere = {name for cell in subject.cells for name in subject.names(cell.source).binds}
    for cell, use in late:
        if use.name not in everywhere | defined and not is_given(use.name):
            found.append(_finding(subject, cell, use))
            defined.add(use.name)
    return found


def _finding(subject: Subject, cell: Cell, use: Use) -> Finding:
    later = next((other for other in subject.cells
                  if other.index > cell.index and use.name in subject.names(other.source).binds), None)
    dropped = next((other for other in reversed(subject.cells)
                    if other.index < cell.index and use.name in subject.names(other.source).drops), None)
    if dropped is not None:
        text = "`%s` is deleted in %s above. Define it again before it is used." % (use.name, number(dropped))
    elif later is not None:
        text = "`%s` is defined only in %s below. Move that above." % (use.name, number(later))
    else:
        text = "`%s` is defined nowhere in this notebook. Define or import it above." % use.name
    return Finding(NAME, text, cell.id, cell.index, range_of(cell.source, use.node))
