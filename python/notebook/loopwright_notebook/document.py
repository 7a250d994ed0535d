"""The notebook as a document: read from the user's file, which is never written, and written to the run's artifacts."""
from __future__ import annotations

import json
import os
from typing import Any

from . import parts
from .refusal import Refusal

# A notebook that is run may be larger than one that an editor asks about: its old outputs are not looked at.
_MAX_BYTES = 1 << 30
_NEWEST_MINOR = 5
_FOR_PERCENT = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def read(path: str) -> tuple[Any, dict[str, Any]]:
    """What the notebook says of itself, and its document in nbformat 4 with texts in one piece.

    Raises:
        Refusal: with the cause and the way out
    """
    reading = parts.inspection("reading")
    try:
        notebook = reading.read(path, _MAX_BYTES)
    except reading.Unreadable as error:
        raise Refusal(str(error))
    if notebook.format == reading.PERCENT:
        return notebook, _from_cells(notebook)
    try:
        with open(path, encoding="utf-8-sig") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        raise Refusal("%s was changed while it was read (%s). Try again." % (os.path.basename(path), error))
    return notebook, _completed(document)


def _from_cells(notebook: Any) -> dict[str, Any]:
    """Without ids, which a script has none of."""
    cells: list[dict[str, Any]] = []
    for cell in notebook.cells:
        one: dict[str, Any] = {"cell_type": cell.kind, "metadata": {"tags": cell.tags} if cell.tags else {},
                               "source": cell.source}
        if cell.kind == "code":
            one.update(outputs=[], execution_count=None)
        cells.append(one)
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": dict(_FOR_PERCENT), "cells": cells}


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """The same, with what the rest relies on in its place. Its reader has seen that it is a notebook."""
    if not isinstance(document.get("metadata"), dict):
        document["metadata"] = {}
    if not isinstance(document.get("nbformat_minor"), int):
        document["nbformat_minor"] = _NEWEST_MINOR
    for cell in document["cells"]:
        source = cell.get("source", "")
        cell["source"] = "".join(line for line in source if isinstance(line, str)) if isinstance(source, list) else source
        if cell.get("cell_type") not in ("code", "markdown"):
            cell["cell_type"] = "raw"
        if not isinstance(cell.get("metadata"), dict):
            cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return document


def tags_of(cell: dict[str, Any]) -> list[str]:
    tags = cell["metadata"].get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def is_executed(cell: dict[str, Any]) -> bool:
    """As nbclient decides it."""
    return cell["cell_type"] == "code" and bool(cell["source"].strip()) and "skip-execution" not in tags_of(cell)


def is_without_ids(document: dict[str, Any]) -> bool:
    """Before nbformat 4.5 cells have no ids, and are not valid with one."""
    return document["nbformat_minor"] < 5


def file_name(name: str) -> str:
    """A name for the executed notebook that every file system and terminal can show."""
    safe = "".join("_" if char in '/\\' or not char.isprintable() else char for char in name)
    while len(safe.encode("utf-8", "replace")) > 200:
        safe = safe[:-1]
    return (safe.strip(". ") or "notebook") + ".ipynb"


def write(document: Any, path: str) -> int:
    """Write it as Jupyter does, beside its place, and rename it. @returns the size in bytes"""
    import nbformat

    # Not through `nbformat.write`, which checks the whole against its schema each time.
    text = nbformat.v4.writes(document)
    if not text.endswith("\n"):
        text += "\n"
    data = text.encode("utf-8", "backslashreplace")
    write_beside(path, data)
    return len(data)


def write_beside(path: str, data: bytes) -> None:
    """Write a file beside its place, and rename it: what was there stays as long as this is not whole."""
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    beside = os.path.join(folder, ".loopwright-" + name)
    try:
        with open(beside, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        try:
            os.unlink(beside)  # a full disk needs the room
        except OSError:
            pass  # it was not even made
        raise
