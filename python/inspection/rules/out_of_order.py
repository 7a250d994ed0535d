"""Cells executed in another order than they stand, where that made a difference: one used what a later one had set."""
from __future__ import annotations

from findings import Finding, Subject, key_of, number, range_of
from origins import Origin, cells_by_key, origins, use_in
from reading import Cell

NAME = "out-of-order"


def check(subject: Subject) -> list[Finding]:
    cells = cells_by_key(subject)
    counts = {executed.key: executed.count for executed in subject.executions or [] if executed.key is not None}
    found = []
    for key, seen in origins(subject).items():
        cell = cells.get(key)
        if cell is None:
            continue
        for origin in seen:
            text = _difference(subject, cell, cells, origin, counts)
            if text is None:
                continue
            use = use_in(subject, cell, origin)
            found.append(Finding(NAME, text, cell.id, cell.index, range_of(cell.source, use.node) if use else None))
    return found


def _difference(subject: Subject, cell: Cell, cells: dict[str, Cell], origin: Origin,
                counts: dict[str, int | None]) -> str | None:
    name = origin.use.name
    expected = _nearest_above(subject, cell, name)
    if origin.is_own_result:
        # Once more with what it made itself: `total = total + 1`.
        if origin.bound_as_import or expected is None:
            return None
        return "This cell was run again on its own result `%s`. Run all cells from the top." % name
    for key in [origin.bound_by, *origin.changed_by]:
        setter = cells.get(key)
        if setter is None or setter.index <= cell.index:
            continue
        if key == origin.bound_by and (origin.bound_as_import or _was_there(expected, cell, counts)):
            continue
        return ("This cell used `%s` as %s below had left it. Move that above, or run all cells from the top."
                % (name, number(setter)))
    return _skipped(subject, cell, cells.get(origin.bound_by), expected, origin)


def _nearest_above(subject: Subject, cell: Cell, name: str) -> Cell | None:
    """The cell whose value this one would get from the top."""
    return next((other for other in reversed(subject.cells)
                 if other.index < cell.index and name in subject.names(other.source).certain), None)


def _was_there(expected: Cell | None, cell: Cell, counts: dict[str, int | None]) -> bool:
    """Saved numbers tell a cell's last time only: one above that was run again later may have been first, too."""
    mine, its = counts.get(key_of(cell)), counts.get(key_of(expected)) if expected else None
    return mine is not None and its is not None and its > mine


def _skipped(subject: Subject, cell: Cell, setter: Cell | None, expected: Cell | None, origin: Origin) -> str | None:
    """A cell in between that would have set the name was not executed before."""
    if setter is None or expected is None or setter.index >= expected.index or origin.bound_as_import:
        return None
    if any(executed.count is not None for executed in subject.executions or []):
        return None
    if origin.use.name in subject.names(expected.source).imports:
        return None
    return ("This cell used `%s` as %s had left it, before %s was run. Run all cells from the top."
            % (origin.use.name, number(setter), number(expected)))
