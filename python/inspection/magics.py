"""Turns IPython's own syntax (`%x`, `%%x`, `!x`, `x?`) into Python of the same lines and columns, for `ast` to read."""
from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

# Their arguments are Python, and for cell magics the lines below are.
_PYTHON = frozenset("time timeit prun memit mprun lprun capture debug mypy wandb skip".split())
# What is known to bind no name. Any other might.
_HARMLESS = frozenset("""
    alias alias_magic autoawait automagic autoreload autosave bookmark cat cd cls colors conda config connect_info cp
    dhist dirs doctest_mode ed edit env file gui hist history html javascript js killbgscripts latex ldir less lf lk ll
    load_ext logoff logon logstart logstate logstop ls lsmagic lx magic mamba man markdown matplotlib micromamba mkdir
    more mv notebook page pastebin pdb pdef pdoc perl pfile pinfo pinfo2 pip popd pprint precision psearch psource
    pushd pwd pycat qtconsole quickref rehashx reload_ext reset rm rmdir ruby save script set_env sh bash cmd
    subshell svg sx system tb tensorboard unalias unload_ext uv watermark who who_ls whos writefile xmode
    !""".split()) | _PYTHON
_INSTALLERS = "pip|conda|mamba|micromamba|uv"

_CELL_MAGIC = re.compile(r"^%%(\S+)[ \t]*(.*)$")
_LINE_MAGIC = re.compile(r"^%([A-Za-z_]\w*(?:\.\w+)*)(?:[ \t]+(.*))?$")
_SHELL = re.compile(r"^!!?(.*)$")
_HELP = re.compile(r"^(\?{1,2}[\w.*%]+|%{0,2}[\w.*\[\]'\"()]+\?{1,2});?\s*$")
_BARE = re.compile(r"^(%s)[ \t]+([a-z-].*)$" % _INSTALLERS)
_ASSIGNED = re.compile(r"^([A-Za-z_][\w.,\s*()\[\]'\"]*?=[ \t]*)(%[A-Za-z_]\w*|!)(.*)$")
_BOUND_BY_OPTION = re.compile(r"--(?:out|err|proc)[ =]+([A-Za-z_]\w*)")
_COMMENTED = re.compile(r"^#[ \t]?(%{1,2}[A-Za-z_]|!\s*[A-Za-z{./])")


@dataclass
class Magic:
    # Without `%`; `!` for a command of the shell.
    name: str
    arguments: str
    # From 0.
    line: int
    column: int
    length: int
    # The lines below a cell magic, where they are no Python.
    body: str = ""

    @property
    def command(self) -> str | None:
        """The command line that a shell or an installer gets."""
        if self.name == "!":
            return self.arguments
        return "%s %s" % (self.name, self.arguments) if re.fullmatch(_INSTALLERS, self.name) else None


@dataclass
class Code:
    """A cell's source as Python sees it."""

    source: str
    # None: it can't be read, by this Python at least.
    tree: ast.Module | None
    magics: list[Magic] = field(default_factory=list)
    # Names that magics bind.
    bound: set[str] = field(default_factory=set)
    # Nobody can say what it binds.
    is_opaque: bool = False


def without_comment(lines: list[str]) -> list[str]:
    """Magics in a script stand behind a `#`, as jupytext and VS Code write them."""
    return [re.sub(r"^#[ \t]?", "", line) if _COMMENTED.match(line) else line for line in lines]


def code_of(source: str) -> Code:
    tree = _parse(source)
    if tree is not None:
        return Code(source, tree)
    lines = re.split(r"\r\n|\r|\n", source)
    code = Code(source, None)
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if lines and lines[first].startswith("%%") and not _cell_magic(lines, first, code):
        code.tree = ast.Module(body=[], type_ignores=[])
        return code
    _line_magics(lines, code)
    code.tree = _parse("\n".join(lines))
    return code


def _parse(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the user's code, such as an invalid escape
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _cell_magic(lines: list[str], first: int, code: Code) -> bool:
    """Takes the first line away. Returns whether what follows is Python."""
    found = _CELL_MAGIC.match(lines[first])
    name, arguments = (found.group(1), found.group(2)) if found else ("", "")
    is_python = name in _PYTHON
    body = "" if is_python else "\n".join(lines[first + 1:])
    code.magics.append(Magic(name, arguments, first, 0, len(lines[first]), body))
    code.bound.update(_BOUND_BY_OPTION.findall(arguments))
    if name == "capture":
        code.bound.update(re.findall(r"(?:^|\s)([A-Za-z_]\w*)", arguments))
    code.is_opaque = name not in _HARMLESS
    lines[first] = ""
    return is_python


def _line_magics(lines: list[str], code: Code) -> None:
    scanner = _Scanner()
    at = 0
    while at < len(lines):
        if not scanner.is_at_start:
            scanner.scan(lines[at])
            at += 1
            continue
        line = lines[at]
        stripped = line.lstrip()
        column = len(line) - len(stripped)
        # A magic goes on below a backslash, as Python does.
        last = at
        while stripped[:1] in ("%", "!") and lines[last].endswith("\\") and last + 1 < len(lines):
            last += 1
        whole = " ".join(part.rstrip("\\").strip() for part in lines[at:last + 1])
        replaced = _replaced(whole, stripped, at, column, code)
        if replaced is None:
            scanner.scan(line)
            at += 1
            continue
        lines[at] = line[:column] + replaced
        for below in range(at + 1, last + 1):
            lines[below] = ""
        at = last + 1


def _replaced(whole: str, line: str, at: int, column: int, code: Code) -> str | None:
    """Python in place of a line that is IPython's; None if it is none."""
    if line[:1] in ("%", "!", "?") or line.rstrip().rstrip(";").endswith("?"):
        if _HELP.match(line):
            return "pass"
        found = _LINE_MAGIC.match(whole)
        if found:
            name, arguments = found.group(1), found.group(2) or ""
            _note(Magic(name, arguments, at, column, len(line)), code)
            return _python_of(line) if name in _PYTHON else "pass"
        found = _SHELL.match(whole)
        if found:
            _note(Magic("!", found.group(1).strip(), at, column, len(line)), code)
            return "pass"
        return None
    found = _BARE.match(line)
    if found and _parse(line) is None:
        _note(Magic(found.group(1), found.group(2), at, column, len(line)), code)
        return "pass"
    found = _ASSIGNED.match(line)
    if found and _parse(line) is None:
        target, mark, rest = found.groups()
        name = "!" if mark == "!" else mark[1:]
        _note(Magic(name, rest.strip(), at, column + len(target), len(mark) + len(rest)), code)
        return target + "None"
    return None


def _note(magic: Magic, code: Code) -> None:
    code.magics.append(magic)
    code.is_opaque = code.is_opaque or magic.name not in _HARMLESS
    if magic.name == "capture":
        code.bound.add(magic.arguments.strip())


def _python_of(line: str) -> str:
    """`%timeit -n 5 f(x)` as `pass;         f(x)`: what it measures stays where it stands."""
    found = re.match(r"^%\w+((?:\s+-\w+(?:\s+\d+)?)*)\s+", line)
    if found:
        statement = line[found.end():]
        replaced = "pass;" + " " * (found.end() - len("pass;")) + statement
        if found.end() >= len("pass;") and _parse(replaced) is not None:
            return replaced
    return "pass"


class _Scanner:
    """Knows where a line begins a statement, and where it goes on inside a string or a bracket."""

    def __init__(self) -> None:
        self._depth = 0
        self._quotes = ""
        self._continues = False

    @property
    def is_at_start(self) -> bool:
        return self._depth == 0 and not self._quotes and not self._continues

    def scan(self, line: str) -> None:
        self._continues = False
        at = 0
        while at < len(line):
            character = line[at]
            if character == "\\":
                self._continues = at == len(line) - 1
                at += 2
            elif self._quotes:
                if line.startswith(self._quotes, at):
                    at += len(self._quotes)
                    self._quotes = ""
                else:
                    at += 1
            elif character == "#":
                break
            elif character in "\"'":
                self._quotes = character * 3 if line.startswith(character * 3, at) else character
                at += len(self._quotes)
            else:
                self._depth = max(0, self._depth + (character in "([{") - (character in ")]}"))
                at += 1
        if len(self._quotes) == 1 and not self._continues:
            self._quotes = ""  # a string that was never closed ends with its line
