"""Answers one request: reads the notebook, asks every rule."""
from __future__ import annotations

from findings import Executed, Finding, Subject, key_of
from parameters import parameters_of
from reading import CODE, IPYNB, MARKDOWN, RAW, Cell, Notebook, Unreadable, read
from rules import RULES


def inspect(request: dict) -> dict:
    """The fields of an Inspection.

    Raises:
        Unreadable: with the reason, for people
    """
    notebook, executions = _subject_of(request)
    return {
        "format": notebook.format,
        "language": notebook.language,
        "kernel": notebook.kernel,
        "codeCells": len(notebook.code_cells),
        "parameters": parameters_of(notebook),
        "findings": findings_of(notebook, executions) if notebook.is_python else [],
    }


def findings_of(notebook: Notebook, executions: list[Executed] | None) -> list[Finding]:
    """By cell, and within a cell by line."""
    subject = Subject(notebook, executions)
    found = [finding for rule in RULES for finding in rule.check(subject)]
    return sorted(found, key=lambda finding: (
        -1 if finding.cellIndex is None else finding.cellIndex,
        finding.range.startLine if finding.range else -1,
        finding.range.startColumn if finding.range else -1,
    ))


def _subject_of(request: dict) -> tuple[Notebook, list[Executed] | None]:
    path = request.get("path")
    if isinstance(path, str):
        notebook = read(path)
        return notebook, _saved(notebook)
    cells, executions = request.get("cells"), request.get("executions")
    if not isinstance(cells, list) or not isinstance(request.get("language"), str):
        raise Unreadable("bad_request", "The request names neither a `path` nor `cells` and their `language`.")
    folder = request.get("folder")
    notebook = Notebook(
        format=IPYNB,
        language=request["language"],
        kernel=None,
        cells=[_cell(cell, index) for index, cell in enumerate(cells)],
        folder=folder if isinstance(folder, str) else None,
    )
    if not isinstance(executions, list):
        return notebook, None
    return notebook, [Executed(_string(item, "cellId"), _string(item, "source") or "") for item in executions]


def _cell(cell: object, index: int) -> Cell:
    kind, tags = _string(cell, "kind"), cell.get("tags") if isinstance(cell, dict) else None
    return Cell(
        id=_string(cell, "id"),
        index=index,
        kind=kind if kind in (CODE, MARKDOWN) else RAW,
        source=_string(cell, "source") or "",
        tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
    )


def _string(item: object, name: str) -> str | None:
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) else None


def _saved(notebook: Notebook) -> list[Executed] | None:
    """What the saved numbers say was executed, each cell's last time; None where they can't be of one kernel."""
    counted = [cell for cell in notebook.code_cells if cell.count is not None]
    counts = [cell.count for cell in counted]
    if not counted or len(set(counts)) < len(counts):
        return None
    return [Executed(key_of(cell), cell.source, cell.count) for cell in sorted(counted, key=lambda cell: cell.count or 0)]
