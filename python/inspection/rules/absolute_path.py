"""Paths that exist on one machine only. With the path from the notebook's own folder, where the file is near it."""
from __future__ import annotations

import ast
import os
import re
from typing import Iterator

from findings import Finding, Subject, range_of
from reading import Cell

NAME = "absolute-path"

_MAX_LENGTH = 1_000
# Where people and clusters keep their own files. A path elsewhere may be the route of a web service, unless it exists.
_OWN = frozenset("""
    home Users root mnt media Volumes data content kaggle dbfs workspace workspaces scratch srv gpfs lustre nfs""".split())
# The same on every machine of its kind.
_SYSTEM = frozenset("bin boot dev etc lib lib64 proc run sbin sys tmp usr var".split())
_POSIX = re.compile(r"^/([^/\s<>{}\"'|][^/<>{}\"'|\n]*)/[^/\n<>{}\"'|]")
_HOME = re.compile(r"^~[\w.-]*[/\\][^\s]")
_WINDOWS = re.compile(r"^(?:[A-Za-z]:[\\/][^\\/\s:*?\"<>|]|\\\\[\w.$-]+\\[\w.$-])")
_ONE_LITERAL = re.compile(r"^([rRuU]?)(['\"])([^'\"]*)\2$")


def check(subject: Subject) -> list[Finding]:
    folder = subject.notebook.folder
    top = _top_of(folder) if folder else None
    found = []
    for cell in subject.cells:
        for node, text, is_whole in _texts(subject, cell):
            relative = _relative(text, folder, top) if folder and top and is_whole else None
            if relative is None and not _is_own(text):
                continue
            replacement = _literal(cell.source, node, relative) if relative else None
            shown = text if len(text) <= 60 else text[:57] + "…"
            way_out = ("Use `%s`, from the notebook's folder." % relative if relative
                       else "Use a path from the notebook's folder, or a parameter.")
            found.append(Finding(NAME, "`%s` exists on this machine only. %s" % (shown, way_out), cell.id, cell.index,
                                 range_of(cell.source, node), replacement))
    return found


def _texts(subject: Subject, cell: Cell) -> Iterator[tuple[ast.expr, str, bool]]:
    """Literal texts that are used for something, and the beginnings of f-strings."""
    nodes = subject.nodes(cell.source)
    # A text on its own is a comment.
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
            first = node.values[0] if node.values else None
            is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if is_text and len(node.values) > 1 and id(node) not in skipped:
                yield node, first.value + "x", False
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node, node.value, True


def _is_own(text: str) -> bool:
    if len(text) > _MAX_LENGTH or "\n" in text:
        return False
    if _HOME.match(text) or _WINDOWS.match(text):
        return True
    found = _POSIX.match(text)
    if found is None or found.group(1) in _SYSTEM:
        return False
    return found.group(1) in _OWN or os.path.exists(text)


def _relative(text: str, folder: str, top: str) -> str | None:
    # Another machine's share is not asked for: that could take long, and would tell it who asks.
    is_candidate = text.startswith(("/", "~")) and not text.startswith("//") or re.match(r"[A-Za-z]:[\\/]", text)
    if not is_candidate or len(text) > _MAX_LENGTH or "\0" in text:
        return None
    path = os.path.expanduser(text)
    if not os.path.isabs(path) or not os.path.exists(path):
        return None
    real = os.path.realpath(path)
    try:
        if os.path.commonpath([real, os.path.realpath(top)]) != os.path.realpath(top):
            return None
    except ValueError:
        return None  # on another drive
    return os.path.relpath(real, os.path.realpath(folder)).replace(os.sep, "/")


def _top_of(folder: str) -> str:
    """The repository's folder, else the notebook's own."""
    at = folder
    while True:
        if os.path.exists(os.path.join(at, ".git")):
            return at
        above = os.path.dirname(at)
        if os.path.dirname(above) == above:
            return folder  # nobody means the whole disk
        at = above


def _literal(source: str, node: ast.expr, relative: str) -> str | None:
    """The same kind of literal with another text; None where it is put together from several."""
    found = _ONE_LITERAL.match(ast.get_source_segment(source, node) or "")
    if found is None or re.search(r"[\\'\"\n]", relative):
        return None
    return "%s%s%s" % (found.group(2), relative, found.group(2))
