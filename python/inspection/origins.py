"""Goes through what was executed, in time, and says where each name that a cell used had its value from."""
from __future__ import annotations

from dataclasses import dataclass

from findings import Subject, key_of
from names import Names, Use
from reading import Cell


@dataclass
class Origin:
    """What a cell's last execution saw under a name."""

    use: Use
    # The cell that had bound it last, and those that had changed its object in place since.
    bound_by: str
    bound_as_import: bool
    changed_by: list[str]
    # The cell had been executed before, and what it binds itself is what it used.
    is_own_result: bool


@dataclass
class _Value:
    key: str
    is_import: bool
    changed_by: list[str]


def last_sources(subject: Subject) -> dict[str, str]:
    """The source of each cell when it was executed last."""
    return {executed.key: executed.source for executed in subject.executions or [] if executed.key is not None}


def origins(subject: Subject) -> dict[str, list[Origin]]:
    """By cell, for its last execution."""
    values: dict[str, _Value] = {}
    found: dict[str, list[Origin]] = {}
    for executed in subject.executions or []:
        names = subject.names(executed.source)
        key = executed.key
        if names.is_unreadable:
            values.clear()
            continue
        if key is not None:
            found[key] = _origins_of(names, key, values)
        for name in names.binds:
            if key is None:
                values.pop(name, None)  # whose it is nobody knows
            else:
                values[name] = _Value(key, name in names.imports, [])
        for name in names.changes - names.binds:
            if name in values and key is not None:
                values[name].changed_by.append(key)
        for name in names.drops:
            values.pop(name, None)
        if names.is_opaque:
            values.clear()
    return found


def _origins_of(names: Names, key: str, values: dict[str, _Value]) -> list[Origin]:
    return [
        Origin(use, value.key, value.is_import, list(value.changed_by), value.key == key)
        for name, use in names.uses.items()
        for value in [values.get(name)]
        if value is not None
    ]


def cells_by_key(subject: Subject) -> dict[str, Cell]:
    return {key_of(cell): cell for cell in subject.cells}


def use_in(subject: Subject, cell: Cell, origin: Origin) -> Use | None:
    """The same use in the cell as it stands now, where it still stands there."""
    return subject.names(cell.source).uses.get(origin.use.name)
