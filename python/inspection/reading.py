"""Reads a notebook's cells: `.ipynb`, or a Python script whose cells begin with `# %%`. Nothing of it is executed."""
from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field

from magics import without_comment

# Far above what people write; what is larger is a mistake, or holds data that belongs into a file.
MAX_BYTES = 20_000_000
NOTEBOOK_SUFFIX = ".ipynb"

CODE, MARKDOWN, RAW = "code", "markdown", "raw"
IPYNB, PERCENT = "ipynb", "percent"


class Unreadable(Exception):
    """Why a notebook can't be read, with the way out. `code` is one that callers can branch on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Cell:
    # The cell's own (nbformat 4.5), or the editor's; None where there is none.
    id: str | None
    # From 0, all kinds of cells counted.
    index: int
    kind: str
    source: str
    tags: list[str] = field(default_factory=list)
    # The number in brackets, as saved.
    count: int | None = None


@dataclass
class Notebook:
    format: str
    # As the notebook names it; `python` where it says nothing.
    language: str
    # A kernelspec by name.
    kernel: str | None
    cells: list[Cell]
    # Relative paths in it are meant from here.
    folder: str | None = None

    @property
    def code_cells(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == CODE]

    @property
    def is_python(self) -> bool:
        return self.language.lower() in ("python", "ipython", "python3")


def read(path: str, limit: int = MAX_BYTES) -> Notebook:
    """The notebook in a file.

    Raises:
        Unreadable: with `not_found` or `bad_request`, and a sentence that says what to do
    """
    text = _text_of(path, limit)
    name = os.path.basename(path)
    folder = os.path.dirname(os.path.abspath(path))
    if path.lower().endswith(NOTEBOOK_SUFFIX):
        notebook = parse_ipynb(text, name)
    else:
        notebook = parse_percent(text, name)
    notebook.folder = folder
    return notebook


def parse_ipynb(text: str, name: str) -> Notebook:
    document = _json_of(text, name)
    major = document.get("nbformat")
    if not isinstance(major, int) or isinstance(major, bool):
        raise Unreadable("bad_request", "%s is JSON but no notebook: it does not say its `nbformat`. Open the file "
                                        "that Jupyter or VS Code has saved." % name)
    if major < 4:
        raise Unreadable("bad_request", "%s is in format %d of notebooks, which is older than 4. Convert it: "
                                        "jupyter nbconvert --to notebook --nbformat 4 %s" % (name, major, name))
    if major > 4:
        raise Unreadable("bad_request", "%s is in format %d of notebooks, which is newer than the 4 that is known "
                                        "here. Save it in format 4." % (name, major))
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("bad_request", "%s has no list of `cells`. Save it anew in Jupyter or VS Code." % name)
    metadata = _dict(document.get("metadata"))
    kernelspec = _dict(metadata.get("kernelspec"))
    kernel = _text(kernelspec.get("name"))
    language = (_text(_dict(metadata.get("language_info")).get("name")) or _text(kernelspec.get("language"))
                or _language_of(kernel))
    return Notebook(IPYNB, language, kernel, [_cell_of(cell, index, name) for index, cell in enumerate(cells)])


def _cell_of(cell: object, index: int, name: str) -> Cell:
    if not isinstance(cell, dict):
        raise Unreadable("bad_request", "Cell %d of %s is no cell but another kind of JSON. Save the notebook anew in "
                                        "Jupyter or VS Code." % (index + 1, name))
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        raise Unreadable("bad_request", "The source of cell %d of %s is no text. Save the notebook anew in Jupyter or "
                                        "VS Code." % (index + 1, name))
    kind = cell.get("cell_type")
    tags = _dict(cell.get("metadata")).get("tags")
    count = cell.get("execution_count")
    return Cell(
        id=_text(cell.get("id")),
        index=index,
        kind=kind if kind in (CODE, MARKDOWN) else RAW,
        source=source,
        tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        count=count if isinstance(count, int) and not isinstance(count, bool) else None,
    )


def _json_of(text: str, name: str) -> dict:
    if not text.strip():
        raise Unreadable("bad_request", "%s is empty. Add a cell to it in an editor and save it." % name)
    try:
        document = json.loads(text)
    except RecursionError:
        raise Unreadable("bad_request", "%s is no notebook: its JSON is nested too deeply." % name)
    except ValueError as error:
        if re.search(r"^<{7} ", text, re.MULTILINE):
            raise Unreadable("bad_request", "%s holds a merge conflict of git. Resolve it first, for example with "
                                            "git checkout --ours or --theirs." % name)
        if text.startswith("version https://git-lfs"):
            raise Unreadable("bad_request", "%s is only a pointer of git LFS. Get the file: git lfs pull" % name)
        raise Unreadable("bad_request", "%s is no valid JSON (%s). Restore an earlier version, or mend it in a text "
                                        "editor." % (name, error))
    if not isinstance(document, dict):
        raise Unreadable("bad_request", "%s is JSON but no notebook. Open the file that Jupyter or VS Code has saved."
                         % name)
    return document


def _language_of(kernel: str | None) -> str:
    """What a kernelspec's name says where nothing else does. Editors take a notebook that says nothing for Python."""
    name = (kernel or "").lower()
    for start, language in (("ir", "R"), ("julia", "julia"), ("bash", "bash"), (".net-csharp", "csharp"),
                            ("javascript", "javascript"), ("deno", "typescript"), ("scala", "scala")):
        if name == start or (len(start) > 2 and name.startswith(start)):
            return language
    return "python"


# As jupytext and VS Code begin a cell: the marker alone, or a space and a title, a kind, metadata behind it.
_MARKER = re.compile(r"^#\s?%%(%*)(?:[ \t]+(.*?))?[ \t]*$")
_KIND = re.compile(r"\[(markdown|md|raw)\]")
_TAGS = re.compile(r"[\"']?tags[\"']?\s*[=:]\s*(\[[^\]]*\])")
_KERNEL = re.compile(r"^#\s+name:\s*(\S+)\s*$", re.MULTILINE)
_LANGUAGE = re.compile(r"^#\s+language:\s*(\S+)\s*$", re.MULTILINE)


def parse_percent(text: str, name: str) -> Notebook:
    # Lines end where Python ends them: a form feed or U+2028 is part of a line.
    lines = re.split(r"\r\n|\r|\n", text)
    header, start = _header(lines)
    cells: list[Cell] = []
    marker: re.Match | None = None
    begun = start
    has_marker = False
    for at in range(start, len(lines) + 1):
        found = _MARKER.match(lines[at]) if at < len(lines) else None
        if found is None and at < len(lines):
            continue
        body = lines[begun:at]
        if marker is not None or any(line.strip() for line in body):
            cells.append(_percent_cell(marker, body, len(cells)))
        if found is not None:
            has_marker, marker, begun = True, found, at + 1
    if not has_marker:
        raise Unreadable("bad_request", "%s has no cells. Begin each with a line `# %%%%`, or run the file as a script."
                         % name)
    kernel = _KERNEL.search(header)
    language = _LANGUAGE.search(header)
    return Notebook(PERCENT, language.group(1) if language else "python", kernel.group(1) if kernel else None, cells)


def _header(lines: list[str]) -> tuple[str, int]:
    """The header that jupytext writes above the first cell, and the line behind it."""
    start = 0
    while start < len(lines) and (not lines[start].strip() or lines[start].startswith(("#!", "# -*-", "# coding"))):
        start += 1
    if start < len(lines) and lines[start].rstrip() == "# ---":
        for at in range(start + 1, len(lines)):
            if lines[at].rstrip() == "# ---":
                return "\n".join(lines[start:at]), at + 1
            if not lines[at].startswith("#"):
                break
    return "", 0


def _percent_cell(marker: re.Match | None, body: list[str], index: int) -> Cell:
    options = (marker.group(2) or "") if marker else ""
    kind = _KIND.search(options)
    tags = _TAGS.search(options)
    while body and not body[-1].strip():
        body = body[:-1]
    if kind is None:
        return Cell(None, index, CODE, "\n".join(without_comment(body)), _tags_of(tags))
    source = _docstring(body)
    if source is None:
        source = "\n".join(re.sub(r"^# ?", "", line) for line in body)
    return Cell(None, index, RAW if kind.group(1) == "raw" else MARKDOWN, source, _tags_of(tags))


def _docstring(body: list[str]) -> str | None:
    text = "\n".join(body).strip()
    for quotes in ('"""', "'''"):
        if len(text) >= 6 and text.startswith(quotes) and text.endswith(quotes):
            return text[3:-3].strip("\n")
    return None


def _tags_of(found: re.Match | None) -> list[str]:
    if found is None:
        return []
    try:
        tags = json.loads(found.group(1).replace("'", '"'))
    except ValueError:
        return []  # not as jupytext writes them: then it is part of a title
    return [tag for tag in tags if isinstance(tag, str)]


def _text_of(path: str, limit: int) -> str:
    name = os.path.basename(path)
    try:
        # Asked before it is opened: to open a pipe could wait for ever.
        state = os.stat(path)
        if stat.S_ISDIR(state.st_mode):
            raise Unreadable("bad_request", "%s is a folder. Name a notebook in it." % path)
        if not stat.S_ISREG(state.st_mode):
            raise Unreadable("bad_request", "%s is no ordinary file. Name a notebook." % path)
        data = b""
        if state.st_size <= limit:
            with open(path, "rb") as file:
                data = file.read(limit + 1)
        if state.st_size > limit or len(data) > limit:
            raise Unreadable("bad_request", "%s has %.0f MB, and above %d MB a notebook is not looked at. Clear its "
                                            "outputs." % (name, state.st_size / 1e6, limit // 1_000_000))
    except FileNotFoundError:
        raise Unreadable("not_found", "%s was not found. Check the path." % path)
    except OSError as error:
        raise Unreadable("bad_request", "%s can't be read (%s). Check its permissions." % (path, error.strerror or error))
    except ValueError:
        raise Unreadable("bad_request", "The path %r is none that a file can have." % path)
    try:
        if path.lower().endswith(NOTEBOOK_SUFFIX):
            return data.decode("utf-8-sig")
        return _decode_source(data)
    except (UnicodeDecodeError, LookupError, SyntaxError):
        raise Unreadable("bad_request", "%s is not in UTF-8. Save it with that encoding." % name)


def _decode_source(data: bytes) -> str:
    """As Python reads a script: by its own declaration of an encoding, else as UTF-8."""
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
