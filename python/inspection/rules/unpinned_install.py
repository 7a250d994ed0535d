"""Packages that a notebook installs in whatever version is the newest on that day."""
from __future__ import annotations

import ast
import re
import shlex

from calls import calls
from findings import Finding, Range, Subject, line_range, range_of
from magics import Magic
from reading import Cell

NAME = "unpinned-install"

_PIP = re.compile(r"(?:^|[\s;&|(])(?:uv\s+)?pip3?(?:\.exe)?\s+install\s+([^;&|]*)")
_CONDA = re.compile(r"(?:^|[\s;&|(])(?:conda|mamba|micromamba)\s+install\s+([^;&|]*)")
# Options whose next word is theirs.
_WITH_VALUE = frozenset("""
    -i --index-url --extra-index-url -f --find-links -t --target --prefix --root -c --constraint -r --requirement
    --platform --python-version --trusted-host --timeout --proxy --channel -n --name -p --python --src --cache-dir
    --log --upgrade-strategy --no-binary --only-binary --index --default-index""".split())
_FROM_FILE = frozenset(("-r", "--requirement", "-c", "--constraint", "--file"))
# They install; they are not what the results come from.
_TOOLS = frozenset(("pip", "setuptools", "wheel", "uv"))
_PACKAGE = re.compile(r"^([A-Za-z0-9][\w.-]*)(\[[^\]]*\])?\s*(.*)$")


def check(subject: Subject) -> list[Finding]:
    found = []
    for cell in subject.cells:
        for magic in subject.code(cell.source).magics:
            commands = [magic.command] if magic.command else []
            if magic.name in ("bash", "sh", "script"):
                commands = magic.body.splitlines()
            for command in commands:
                found.extend(_told(cell, _range(cell, magic), unpinned(command or "")))
    for call in calls(subject):
        first = call.argument(0, "args")
        if isinstance(first, ast.List):
            words = [part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "python"
                     for part in first.elts]
            if "pip" in words and "install" in words:
                found.extend(_told(call.cell, range_of(call.cell.source, call.node),
                                   unpinned(" ".join(map(shlex.quote, words)))))
        elif call.name == "os.system" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.extend(_told(call.cell, range_of(call.cell.source, call.node), unpinned(first.value)))
    return found


def unpinned(command: str) -> list[str]:
    """The packages that a command line installs without naming their version."""
    packages = []
    for pattern, is_conda in ((_PIP, False), (_CONDA, True)):
        for found in pattern.finditer(command):
            packages += _unpinned_in(_words(found.group(1)), is_conda)
    return packages


def _unpinned_in(words: list[str], is_conda: bool) -> list[str]:
    if any(word in _FROM_FILE and not (is_conda and word == "-c") or word.startswith("--requirement=") for word in words):
        return []  # the versions are in a file
    packages = []
    skips = False
    for word in words:
        if skips or word.startswith("-"):
            # `conda -c CHANNEL`, `pip -i URL`
            skips = not skips and (word in _WITH_VALUE or is_conda and word == "-c")
            continue
        if word.startswith((".", "/", "~", "$", "{", "%")) or "\\" in word or word.endswith((".whl", ".gz", ".zip")):
            continue
        if "://" in word or " @ " in word:
            if not re.search(r"@[\w.-]+(?:#.*)?$", word.partition("://")[2].partition("/")[2]):
                packages.append(word)
            continue
        package = _PACKAGE.match(word)
        if package is None or package.group(1).lower() in _TOOLS:
            continue
        version = package.group(3)
        exact = re.match(r"^={1,3}[^*]+$" if is_conda else r"^={2,3}[^*,]+$", version)
        if exact is None and "$" not in version and "{" not in version:
            packages.append(package.group(1))
    return packages


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()  # an odd quote: the shell would refuse it, too


def _told(cell: Cell, where: Range, packages: list[str]) -> list[Finding]:
    if not packages:
        return []
    names = ", ".join("`%s`" % package for package in packages[:3]) + (", …" if len(packages) > 3 else "")
    text = "%s %s installed in whatever version is the newest. Name one: `%s==…`." % (
        names, "is" if len(packages) == 1 else "are", packages[0])
    if "://" in packages[0]:
        text = "%s is installed as it is today. Name a commit: `…@COMMIT`." % names
    return [Finding(NAME, text, cell.id, cell.index, where)]


def _range(cell: Cell, magic: Magic) -> Range:
    line = re.split(r"\r\n|\r|\n", cell.source)[magic.line]
    return line_range(magic.line, line, magic.column, magic.column + magic.length)
