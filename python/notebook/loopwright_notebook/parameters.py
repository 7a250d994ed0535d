"""Parameters by papermill's conventions: the cell `parameters` has the defaults, one behind it sets what was asked for."""
from __future__ import annotations

import ast
import json
import keyword
import math
from typing import Any

from . import parts
from .document import is_without_ids, tags_of
from .refusal import Refusal

PARAMETERS, INJECTED = "parameters", "injected-parameters"
HIDDEN = "***"
_KINDS = {"bool": "True or False", "int": "a number", "float": "a number", "list": "a list", "dict": "a dictionary"}
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def converted(name: str, text: str, kind: str, default: str) -> Any:
    """A value of the kind that the default has. @raises Refusal if the text has none"""
    try:
        return _as(kind, text)
    except (ValueError, SyntaxError):
        raise Refusal("The parameter %s is %s in the notebook (%s = %s), and %s is not. Give a value of that kind, or "
                      "change the default." % (name, _KINDS[kind], name, default, json.dumps(text)))


def _as(kind: str, text: str) -> Any:
    if kind == "str":
        return text
    if kind not in _KINDS or text == "None":
        return _guessed(text)
    if kind == "bool":
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        raise ValueError(text)
    if kind == "float":
        return float(text)
    # An integer by its default may be given a fraction: 0.5 where 1 stands is meant as it is.
    value = _guessed(text) if kind == "int" else _structure(text)
    if not isinstance(value, {"int": (int, float), "list": (list, tuple), "dict": dict}[kind]) or value is True or (
            value is False):
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


def as_source(value: Any) -> str:
    """A value as papermill writes it into the cell."""
    if isinstance(value, str):
        return '"%s"' % value.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    if isinstance(value, float) and not math.isfinite(value):
        return "float('%s')" % ("nan" if math.isnan(value) else "inf" if value > 0 else "-inf")
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (as_source(key), as_source(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(as_source, value))
    return repr(value)


class Injection:
    """What is put into a notebook. `shown` is what may be written down of it."""

    def __init__(self, document: dict[str, Any], given: dict[str, str], is_secret: Any) -> None:
        cells = document["cells"]
        place = _tagged(cells, PARAMETERS)
        parse = parts.inspection("parameters").parse
        defaults = {} if place is None else {one.name: one for one in parse(cells[place]["source"])}
        self.has_cell = place is not None
        self.unknown = [name for name in given if name not in defaults]
        values = {name: _value(_variable(name), text, defaults.get(name)) for name, text in given.items()}
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

    def masked(self, content: Any) -> Any:
        """The same, with `***` for each secret in its texts."""
        if isinstance(content, str):
            for secret in self._secrets:
                content = content.replace(secret, HIDDEN)
            return content
        if isinstance(content, dict):
            return {key: self.masked(item) for key, item in content.items()}
        return [self.masked(item) for item in content] if isinstance(content, list) else content


def _value(name: str, text: str, default: Any) -> Any:
    return _guessed(text) if default is None else converted(name, text, default.type, default.default)


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
