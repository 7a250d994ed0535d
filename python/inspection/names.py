"""Which names a cell uses and which it binds, as `ast` shows it: nothing is imported or executed.

Conservative in one direction: a name counts as bound wherever it could be. What it can't see (`exec`, star imports,
`%run`) makes a cell opaque.
"""
from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, field

from magics import Code
from scopes import Scope, bound_in

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_HARMLESS_OF_IPYTHON = frozenset(("system", "getoutput", "set_next_input", "showtraceback", "set_custom_exc"))
_HARMLESS_MAGIC_CALLS = frozenset(("matplotlib", "config", "load_ext", "reload_ext", "autoreload", "system", "sx",
                                   "pip", "conda", "time", "cd"))
_SEES_ALL_NAMES = frozenset(("exec", "execfile", "globals", "locals"))
_CAUGHT = frozenset(("NameError", "Exception", "BaseException", "UnboundLocalError"))
# Before 3.12 what is inside an f-string says a wrong place.
_KNOWS_PLACES_IN_FSTRINGS = sys.version_info >= (3, 12)


@dataclass
class Use:
    """A name that comes from outside the cell, at its first use."""

    name: str
    node: ast.expr
    # A later part of the same loop might have bound it.
    is_soft: bool = False


@dataclass
class Names:
    uses: dict[str, Use] = field(default_factory=dict)
    # Within functions: looked up when those are called.
    late: dict[str, Use] = field(default_factory=dict)
    binds: set[str] = field(default_factory=set)
    # Bound on every path through the cell.
    certain: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    # Deleted with `del`, on every path.
    drops: set[str] = field(default_factory=set)
    # Their objects are changed in place: `df["a"] = 1`.
    changes: set[str] = field(default_factory=set)
    is_opaque: bool = False
    # Nobody knows what it does when it is executed; `binds` has every word of it.
    is_unreadable: bool = False


def names_of(code: Code) -> Names:
    if code.tree is None:
        return Names(binds=set(_IDENTIFIER.findall(code.source)), is_opaque=code.is_opaque, is_unreadable=True)
    reader = _Reader()
    try:
        reader.read(code.tree.body)
    except RecursionError:
        return Names(binds=set(_IDENTIFIER.findall(code.source)), is_opaque=True, is_unreadable=True)
    reader.names.binds |= code.bound
    reader.names.certain |= code.bound
    reader.names.is_opaque = reader.names.is_opaque or code.is_opaque
    return reader.names


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.names = Names()
        self._scopes: list[Scope] = []
        # How deep in branches and loops; there nothing is certain.
        self._branches = 0
        self._guards = 0
        self._looped: list[set[str]] = []
        self._fstrings: list[ast.expr] = []

    def read(self, statements: list) -> None:
        for statement in statements:
            self.visit(statement)

    # Names.

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id, node)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)
        else:
            self._delete(node)

    def _use(self, name: str, node: ast.expr) -> None:
        is_late = False
        for depth, scope in enumerate(reversed(self._scopes)):
            if scope.kind == "function":
                if name in scope.from_module:
                    is_late = True
                    break
                if name in scope.names:
                    return
                is_late = True
            elif name in scope.names and (scope.kind == "comprehension" or depth == 0):
                return
        if self._guards or name in self.names.binds and not is_late:
            return
        place = self._fstrings[0] if self._fstrings and not _KNOWS_PLACES_IN_FSTRINGS else node
        found = self.names.late if is_late else self.names.uses
        is_soft = not is_late and any(name in names for names in self._looped)
        found.setdefault(name, Use(name, place, is_soft))

    def _bind(self, name: str, is_import: bool = False) -> None:
        scope = next((scope for scope in reversed(self._scopes) if scope.kind != "comprehension"), None)
        if scope is not None and name not in scope.from_module:
            scope.names.add(name)
            return
        self.names.binds.add(name)
        self.names.drops.discard(name)
        if scope is None and self._branches == 0:
            self.names.certain.add(name)
        if is_import:
            self.names.imports.add(name)
        else:
            self.names.imports.discard(name)

    def _delete(self, node: ast.Name) -> None:
        if self._scopes:
            return
        self._use(node.id, node)
        if self._branches == 0:
            self.names.binds.discard(node.id)
            self.names.certain.discard(node.id)
            self.names.drops.add(node.id)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Has no names; said because the base class looks for what has been out of use for long."""

    # Statements whose parts are not executed in the order of their fields, or not always.

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._target(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self._target(node.target)
        self._annotation(node.annotation)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._use(node.target.id, node.target)
        self.visit(node.value)
        self._target(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._target(node.target)

    def _target(self, target: ast.expr) -> None:
        base = target
        while isinstance(base, (ast.Subscript, ast.Attribute)):
            base = base.value
        if base is not target and isinstance(base, ast.Name) and not self._scopes:
            self.names.changes.add(base.id)
        self.visit(target)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branch(node.body)
        self._branch(node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self._loop(node.body, lambda: self.visit(node.test))
        self._branch(node.orelse)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self._loop(node.body, lambda: self._target(node.target))
        self._branch(node.orelse)

    visit_AsyncFor = visit_For

    def _loop(self, body: list, before) -> None:
        self._looped.append(bound_in(body)[0])
        self._branches += 1
        before()
        self.read(body)
        self._branches -= 1
        self._looped.pop()

    def _branch(self, statements: list) -> None:
        self._branches += 1
        self.read(statements)
        self._branches -= 1

    def visit_With(self, node: ast.With) -> None:
        guards = any("suppress" in ast.dump(item.context_expr) for item in node.items)
        for item in node.items:
            self.visit(item)
        self._guards += guards
        self._branches += guards
        self.read(node.body)
        self._guards -= guards
        self._branches -= guards

    visit_AsyncWith = visit_With

    def visit_Try(self, node) -> None:
        guards = any(_catches_name_error(handler) for handler in node.handlers)
        self._guards += guards
        self._branch(node.body)
        self._guards -= guards
        for handler in node.handlers:
            self._branches += 1
            self.visit(handler)
            self._branches -= 1
        self._branch(node.orelse)
        self.read(node.finalbody)

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self._bind(node.name)
        self.read(node.body)

    def visit_Match(self, node) -> None:
        self.visit(node.subject)
        self._branches += 1
        for case in node.cases:
            self.generic_visit(case)
        self._branches -= 1

    def visit_MatchAs(self, node) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node) -> None:
        if node.rest:
            self._bind(node.rest)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.split(".")[0], is_import=True)
            if alias.name in ("__main__", "builtins"):
                self.names.is_opaque = True  # the only use of either is to reach names from elsewhere

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.names.is_opaque = True
            else:
                self._bind(alias.asname or alias.name, is_import=True)

    # Scopes.

    def visit_FunctionDef(self, node) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._bind(node.name)
        self._function(node.args, node.body, getattr(node, "type_params", []), node.returns)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node.args, [ast.Expr(node.body)], [], None)

    def _function(self, arguments: ast.arguments, body: list, type_params: list, returns: ast.expr | None) -> None:
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                self.visit(default)
        every = [*getattr(arguments, "posonlyargs", []), *arguments.args, *arguments.kwonlyargs]
        every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
        bound, from_module = bound_in(body)
        bound |= {one.arg for one in every} | {one.name for one in type_params} | {"__class__"}
        self._inside(Scope("function", bound - from_module, from_module), lambda: (
            [self._annotation(one.annotation) for one in every], self._annotation(returns), self.read(body)))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(part)
        names = {"__module__", "__qualname__"} | {one.name for one in getattr(node, "type_params", [])}
        self._inside(Scope("class", names), lambda: self.read(node.body))
        self._bind(node.name)

    def visit_TypeAlias(self, node) -> None:
        self._bind(node.name.id)  # its value is looked up when somebody asks for it

    def _comprehension(self, node) -> None:
        first, *_ = node.generators
        self.visit(first.iter)

        def inside() -> None:
            for generator in node.generators:
                if generator is not first:
                    self.visit(generator.iter)
                for name in ast.walk(generator.target):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        self._scopes[-1].names.add(name.id)
                    elif isinstance(name, ast.Name):
                        self._use(name.id, name)
                for condition in generator.ifs:
                    self.visit(condition)
            for part in ("key", "value", "elt"):
                if hasattr(node, part):
                    self.visit(getattr(node, part))

        self._inside(Scope("comprehension", set()), inside)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _inside(self, scope: Scope, work) -> None:
        self._scopes.append(scope)
        # What is in a function is not executed with the loop or `try` around it.
        kept = self._guards, self._branches, self._looped
        if scope.kind == "function":
            self._looped = []
        work()
        self._guards, self._branches, self._looped = kept
        self._scopes.pop()

    def _annotation(self, annotation: ast.expr | None) -> None:
        """Executed by some versions of Python and not by others: looked up late, then."""
        if annotation is not None:
            self._inside(Scope("function", set()), lambda: self.visit(annotation))

    # What makes a cell opaque.

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if isinstance(called, ast.Name):
            sees_all = called.id in _SEES_ALL_NAMES or (called.id in ("vars", "dir") and not node.args)
            if sees_all and called.id not in self.names.binds:
                self.names.is_opaque = True
        elif isinstance(called, ast.Attribute) and _is_ipython(called.value):
            words = [word.value for word in node.args[:1] if isinstance(word, ast.Constant)]
            is_magic = called.attr in ("run_line_magic", "run_cell_magic", "magic")
            name = str(words[0]).split()[:1] if words else []
            if not (called.attr in _HARMLESS_OF_IPYTHON or is_magic and name and name[0] in _HARMLESS_MAGIC_CALLS):
                self.names.is_opaque = True
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in ("user_ns", "user_global_ns", "f_globals", "_getframe", "currentframe"):
            self.names.is_opaque = True
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._fstrings.append(node)
        self.generic_visit(node)
        self._fstrings.pop()


def _is_ipython(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(one, ast.Name) and one.id in _CAUGHT for one in caught)
