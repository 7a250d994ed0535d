"""Scopes of Python: which names belong to a function, a class, a comprehension."""
from __future__ import annotations

import ast


class Scope:
    def __init__(self, kind: str, names: set[str], from_module: set[str] | None = None) -> None:
        # `function`, `class` or `comprehension`
        self.kind = kind
        self.names = names
        self.from_module = from_module or set()


def bound_in(statements: list) -> tuple[set[str], set[str]]:
    """The names that statements bind in their own scope, and those that they declare to be of another one."""
    bound: set[str] = set()
    from_module: set[str] = set()
    nonlocals: set[str] = set()
    rest: list = list(statements)
    while rest:
        node = rest.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            # Only `:=` reaches out of a comprehension.
            bound.update(part.target.id for part in ast.walk(node)
                         if isinstance(part, ast.NamedExpr) and isinstance(part.target, ast.Name))
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Global):
            from_module.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            nonlocals.update(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        else:
            # Patterns of `match`, which older versions of Python don't know.
            for part in ("name", "rest"):
                value = getattr(node, part, None)
                if isinstance(value, str) and type(node).__name__.startswith("Match"):
                    bound.add(value)
        rest.extend(ast.iter_child_nodes(node))
    return bound - nonlocals, from_module
