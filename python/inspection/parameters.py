"""The parameters of a notebook: what the cell with the tag `parameters` sets, read as papermill reads it."""
from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from magics import code_of
from reading import CODE, Cell, Notebook

TAG = "parameters"
INJECTED_TAG = "injected-parameters"

_TYPE_COMMENT = re.compile(r"^type:\s*(\S+)\s*(.*)$")


@dataclass
class Parameter:
    name: str
    # `int`, `float`, `str`, `bool`, `list`, `dict`, another annotation as it stands, or `any`.
    type: str
    # Source text of the default.
    default: str
    # The comment behind it.
    help: str


def parameters_cell(notebook: Notebook) -> Cell | None:
    return next((cell for cell in notebook.cells if cell.kind == CODE and TAG in cell.tags), None)


def parameters_of(notebook: Notebook) -> list[Parameter]:
    cell = parameters_cell(notebook) if notebook.is_python else None
    return parse(cell.source) if cell else []


def parse(source: str) -> list[Parameter]:
    """Assignments at the top level of a cell; one name that is assigned twice counts as said last."""
    tree = code_of(source).tree
    if tree is None:
        return []
    lines = re.split(r"\r\n|\r|\n", source)
    found: dict[str, Parameter] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, annotation = statement.targets[0], None
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, annotation = statement.target, statement.annotation
        else:
            continue
        if not isinstance(target, ast.Name) or statement.value is None:
            continue
        comment = _comment_behind(lines, statement)
        declared = _TYPE_COMMENT.match(comment)
        if annotation is not None:
            kind = _annotation(source, annotation)
        else:
            kind = declared.group(1) if declared else _type_of(statement.value)
        default = ast.get_source_segment(source, statement.value) or ""
        found[target.id] = Parameter(target.id, kind, default, declared.group(2) if declared else comment)
    return list(found.values())


def _comment_behind(lines: list[str], statement: ast.stmt) -> str:
    # Columns of `ast` are bytes of UTF-8.
    line = lines[(statement.end_lineno or statement.lineno) - 1].encode("utf-8", "surrogatepass")
    rest = line[statement.end_col_offset or 0:].decode("utf-8", "replace").strip()
    return rest[1:].strip() if rest.startswith("#") else ""


def _annotation(source: str, annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.strip() or "any"
    return ast.get_source_segment(source, annotation) or "any"


def _type_of(value: ast.expr) -> str:
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, (ast.USub, ast.UAdd)):
        return _type_of(value.operand)
    if isinstance(value, ast.Constant):
        name = type(value.value).__name__
        return name if name in ("int", "float", "str", "bool") else "any"
    if isinstance(value, ast.JoinedStr):
        return "str"
    if isinstance(value, (ast.List, ast.ListComp)):
        return "list"
    if isinstance(value, (ast.Dict, ast.DictComp)):
        return "dict"
    return "any"
