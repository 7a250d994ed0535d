"""Calls in a notebook, by the name under which they are known, and the texts that they are given."""
from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Iterator

from findings import Subject
from reading import Cell


@dataclass
class Call:
    cell: Cell
    node: ast.Call
    # As written: `pd.read_csv`; what is in front of an expression's attribute is left out (`.from_pretrained`).
    name: str

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    def has(self, *keywords: str) -> bool:
        """Whether one of the keywords is given, or may be in a `**dict`."""
        return any(keyword.arg is None or keyword.arg in keywords for keyword in self.node.keywords)

    def argument(self, position: int, *keywords: str) -> ast.expr | None:
        for keyword in self.node.keywords:
            if keyword.arg in keywords:
                return keyword.value
        arguments = self.node.args
        if len(arguments) <= position or any(isinstance(one, ast.Starred) for one in arguments[:position + 1]):
            return None
        return arguments[position]


def calls(subject: Subject) -> Iterator[Call]:
    for cell in subject.cells:
        for node in subject.nodes(cell.source):
            if isinstance(node, ast.Call):
                yield Call(cell, node, dotted(node.func))


def dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))


def constants(subject: Subject) -> dict[str, str]:
    """Texts that are given a name once and never another: `URL = "https://…"`."""
    times: dict[str, int] = {}
    found: dict[str, str] = {}
    for cell in subject.cells:
        tree = subject.code(cell.source).tree
        if tree is None:
            continue
        for node in subject.nodes(cell.source):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                times[node.id] = times.get(node.id, 0) + 1
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                value = text_of(statement.value, found)
                if value is not None:
                    found[statement.targets[0].id] = value
    return {name: value for name, value in found.items() if times[name] == 1}


def text_of(node: ast.expr | None, named: dict[str, str]) -> str | None:
    """A literal text, or the beginning of one that is put together; what follows is left out."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return named.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return text_of(node.values[0], named) if node.values else None
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value, named)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left, named)
    return None
