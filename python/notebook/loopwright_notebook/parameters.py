"""Parameters by papermill's conventions: the cell `parameters` has the defaults, one behind it sets what was asked for."""
from __future__ import annotations

import ast
import json
import keyword
import math
from typing import Any

from .document import is_without_ids, tags_of
from .refusal import Refusal

PARAMETERS, INJECTED = "parameters", "injected-parameters"
HIDDEN = "***"
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def defaults_of(source: str) -> dict[str, Any]:
    """The literals that a cell assigns, by name; `...` stands for what is no literal."""
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        statements = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError):
        return {}
    defaults: dict[str, Any] = {}
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else (
            [statement.target] if isinstance(statement, ast.AnnAssign) else [])
        for target in targets:
            if isinstance(target, ast.Name) and statement.value is not None:
                defaults[target.id] = _literal(statement)
    return defaults


def _literal(statement: Any) -> Any:
    try:
        value = ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ...
    annotation = getattr(statement, "annotation", None)
    # `rate: float = 1` is a number with a fraction.
    is_float = isinstance(annotation, ast.Name) and annotation.id == "float"
    return float(value) if is_float and isinstance(value, int) and not isinstance(value, bool) else value


def converted(name: str, text: str, default: Any) -> Any:
    """A value of the default's type. @raises Refusal if the text has none"""
    if default is ... or default is None:
        return _guessed(text)
    if isinstance(default, str):
        return text
    try:
        return _as(type(default), text)
    except (ValueError, SyntaxError):
        raise Refusal("The parameter %s is %s in the notebook (%s = %r), and %s is not. Give a value of that kind, or "
                      "change the default." % (name, _kind(default), name, default, json.dumps(text)))


def _as(kind: type, text: str) -> Any:
    if text == "None":
        return None
    if kind is bool:
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        raise ValueError(text)
    if kind is int:
        number = _guessed(text)  # 0.5 where the default is 1 is meant as it stands
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            return number
        raise ValueError(text)
    if kind is float:
        return float(text)
    value = _structure(text)
    if not isinstance(value, kind if kind is not tuple else (list, tuple)):
        raise ValueError(text)
    return list(value) if isinstance(value, tuple) else value


def _structure(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return json.loads(text)  # its `true` and `null` are no Python


def _guessed(text: str) -> Any:
    """What papermill's command line makes of a value that nothing is known of."""
    if text in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _kind(default: Any) -> str:
    names = {bool: "True or False", int: "a number", float: "a number", list: "a list", tuple: "a list",
             dict: "a dictionary"}
    return names.get(type(default), "of the type %s" % type(default).__name__)


def as_source(value: Any) -> str:
    """A value as papermill writes it into the cell."""
    if isinstance(value, str):
        return '"%s"' % value.encode("unicode_escape").decode("ascii").replace('"', '\\"') if not value.isascii() else (
            _quoted(value))
    if isinstance(value, float) and not math.isfinite(value):
        return "float('%s')" % ("nan" if math.isnan(value) else "inf" if value > 0 else "-inf")
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (as_source(key), as_source(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(as_source, value))
    return repr(value)


def _quoted(text: str) -> str:
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace(
        "\t", "\\t")


class Injection:
    """What is put into a notebook. `shown` is what may be written down of it."""

    def __init__(self, document: dict[str, Any], given: dict[str, str], is_secret: Any) -> None:
        cells = document["cells"]
        place = _tagged(cells, PARAMETERS)
        defaults = defaults_of(cells[place]["source"]) if place is not None else {}
        self.has_cell = place is not None
        self.unknown = [name for name in given if name not in defaults]
        values = {name: converted(_variable(name), text, defaults.get(name, ...)) for name, text in given.items()}
        hidden = [name for name, text in given.items() if is_secret(name, text)]
        self.values = {name: HIDDEN if name in hidden else value for name, value in values.items()}
        self._secrets = sorted({form for name in hidden for form in _forms(values[name], given[name])},
                               key=len, reverse=True)
        self.source = _assignments(values)
        self.cell = {"cell_type": "code", "execution_count": None, "metadata": {"tags": [INJECTED]}, "outputs": [],
                     "source": _assignments(self.values)}
        injected = _tagged(cells, INJECTED)
        if injected is not None:
            old = cells[injected].get("id")
            cells[injected] = self.cell
            self.index = injected
        else:
            old = None
            self.index = 0 if place is None else place + 1
            cells.insert(self.index, self.cell)
        if not is_without_ids(document):
            self.cell["id"] = old or _free_id(cells)

    def adopt(self, document: Any) -> None:
        """The document has become another object with the same content."""
        self.cell = document["cells"][self.index]

    def masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


def _assignments(values: dict[str, Any]) -> str:
    return "# Parameters\n" + "".join("%s = %s\n" % (name, as_source(value)) for name, value in values.items())


def _variable(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise Refusal("%s can't be a parameter of a notebook: it is no name of a variable. Use letters, digits and "
                      "underscores." % json.dumps(name))
    return name


def _forms(value: Any, text: str) -> list[str]:
    """The texts by which a secret could be seen. A very short one would be found everywhere."""
    return [form for form in (text, str(value), as_source(value).strip('"')) if len(form) > 2]


def _tagged(cells: list[dict[str, Any]], tag: str) -> int | None:
    return next((index for index, cell in enumerate(cells) if tag in tags_of(cell)), None)


def _free_id(cells: list[dict[str, Any]]) -> str:
    taken = {cell.get("id") for cell in cells}
    number = 0
    while "injected-parameters%s" % (number or "") in taken:
        number += 1
    return "injected-parameters%s" % (number or "")
