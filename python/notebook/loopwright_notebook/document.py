"""The notebook as a document: read from the user's file, which is never written, and written to the run's artifacts."""
from __future__ import annotations

import copy
import json
import os
from typing import Any

from .refusal import Refusal

_NEWEST_MINOR = 5


def read(path: str) -> dict[str, Any]:
    """The document of an `.ipynb` in nbformat 4, texts in one piece. @raises Refusal"""
    name = os.path.basename(path)
    text = _text(path, name)
    if not text.strip():
        raise Refusal("%s is empty. Open it in an editor for notebooks and save it, or restore it." % name)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise Refusal("%s is no valid JSON (%s). A notebook in the middle of a merge looks so; restore it with "
                      "your version control, or repair that place." % (name, error))
    except RecursionError:
        raise Refusal("%s is no notebook: its JSON is nested too deeply." % name)
    return checked(document, name)


def _text(path: str, name: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("%s is not UTF-8 (%s), which every notebook is. Save it again from an editor for "
                      "notebooks." % (name, error))
    except OSError as error:
        raise Refusal("%s can't be read: %s." % (name, error.strerror or error))


def checked(document: Any, name: str) -> dict[str, Any]:
    """The same document, in the form that the rest relies on. @raises Refusal"""
    if not isinstance(document, dict) or "nbformat" not in document:
        raise Refusal("%s is no notebook: it is JSON without the field `nbformat`." % name)
    version = document["nbformat"]
    if version in (1, 2, 3):
        raise Refusal("%s has the old form nbformat %s. Save a copy in the form of today: "
                      "jupyter nbconvert --to notebook --output NEW %s" % (name, version, name))
    if version != 4:
        raise Refusal("%s has the form nbformat %r, which is not known here: nbformat 4 is. Save it in that form with "
                      "the program that made it, or get a newer Loopwright." % (name, version))
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise Refusal("%s is no notebook: its `cells` are missing." % name)
    metadata = document.setdefault("metadata", {})
    if not isinstance(metadata, dict):
        raise Refusal("%s is damaged: its `metadata` is no object." % name)
    for index, cell in enumerate(cells):
        _check_cell(cell, index, name)
    if not isinstance(document.get("nbformat_minor"), int):
        document["nbformat_minor"] = _NEWEST_MINOR
    return document


def _check_cell(cell: Any, index: int, name: str) -> None:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        raise Refusal("%s is damaged: cell %d (counted from 1) says no `cell_type`." % (name, index + 1))
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Refusal("%s is damaged: cell %d (counted from 1) has no text as its `source`." % (name, index + 1))
    cell["source"] = source
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = {}
    if cell["cell_type"] == "code":
        cell.setdefault("outputs", [])
        cell.setdefault("execution_count", None)


def tags_of(cell: dict[str, Any]) -> list[str]:
    tags = cell["metadata"].get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def language_of(document: dict[str, Any]) -> str | None:
    """As the notebook says itself, in lower case; None where it does not."""
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        facts = document["metadata"].get(section)
        if isinstance(facts, dict) and isinstance(facts.get(key), str) and facts[key]:
            return facts[key].lower()
    return None


def kernel_of(document: dict[str, Any]) -> str | None:
    """The name of the kernelspec that the notebook was last used with."""
    facts = document["metadata"].get("kernelspec")
    name = facts.get("name") if isinstance(facts, dict) else None
    return name if isinstance(name, str) and name else None


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
    text = nbformat.v4.writes(nbformat.from_dict(copy.copy(document)))
    if not text.endswith("\n"):
        text += "\n"
    data = text.encode("utf-8", "backslashreplace")
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    beside = os.path.join(folder, ".loopwright-" + name)
    with open(beside, "wb") as file:
        file.write(data)
    os.replace(beside, path)
    return len(data)
