"""Data and models from the net that may be others tomorrow: nothing in the address or the call names a version."""
from __future__ import annotations

import ast
import re
from typing import Iterator

from calls import Call, calls, constants, text_of
from findings import Finding, Subject, line_range, range_of
from magics import Magic
from reading import Cell

NAME = "unpinned-download"

_URL = re.compile(r"(?:https?|ftp)://[^\s'\"<>|;]+")
_LOCAL = re.compile(r"^\w+://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)")
# A commit, a digest, a version, an archive's record.
_VERSION = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{32,64}(?![0-9a-f])|/v?\d+\.\d+(?:\.\d+)*(?:[/.@_-]|$)|@v?\d|[?&](?:version|rev|sha\w*|v)=|"
    r"/(?:zenodo\.org/records?|record)/\d+|doi\.org/|/arxiv\.org/|/refs/tags/|/releases/download/|/raw/v\d|/tags?/")
_READERS = re.compile(
    r"^(?:(?:pd|pandas|pl|polars|dd|gpd|geopandas|cudf|dask\.dataframe)\.(?:read|scan)_\w+|"
    r"(?:requests|httpx)\.get|(?:urllib\.request\.|request\.|)(?:urlopen|urlretrieve)|wget\.download|np\.loadtxt|"
    r"np\.genfromtxt|(?:tf\.)?keras\.utils\.get_file|(?:torch\.hub\.|hub\.)?(?:load_state_dict_from_url|download_url_to_file)|"
    r"(?:imageio|iio)\.\w*imread|io\.imread|gdown\.download|pooch\.retrieve|fsspec\.open)$")
_DIGESTS = ("known_hash", "hash_prefix", "file_hash", "sha256", "checksum", "hash")
# What has its own registry, where it is pinned, and what to add.
_REGISTRIES: tuple[tuple[re.Pattern, tuple[str, ...], str], ...] = (
    (re.compile(r"^(?:datasets\.)?load_dataset$"), ("revision", "data_files"), "revision"),
    (re.compile(r"\.?from_pretrained$"), ("revision", "local_files_only"), "revision"),
    (re.compile(r"^(?:huggingface_hub\.)?(?:hf_hub_download|snapshot_download)$"), ("revision",), "revision"),
    (re.compile(r"^(?:(?:sklearn\.)?datasets\.)?fetch_openml$"), ("version", "data_id"), "version"),
)
_HUB = re.compile(r"^torch\.hub\.load$")
_KAGGLE = re.compile(r"^kagglehub\.(?:dataset|model)_download$")
_SHELL_DOWNLOAD = re.compile(r"(?:^|[\s;&|(])(?:wget|curl|aria2c)\s")
_CLONE = re.compile(r"(?:^|[\s;&|(])git\s+clone\s")


def check(subject: Subject) -> list[Finding]:
    named = constants(subject)
    seaborn = _imports_of(subject, "seaborn")
    found = []
    for call in calls(subject):
        text = _problem(call, named, seaborn)
        if text is not None:
            found.append(Finding(NAME, text, call.cell.id, call.cell.index, range_of(call.cell.source, call.node)))
    for cell in subject.cells:
        for magic in subject.code(cell.source).magics:
            for text in _shell_problems(magic):
                found.append(_at_magic(cell, magic, text))
    return found


def _problem(call: Call, named: dict[str, str], seaborn: set[str]) -> str | None:
    first = text_of(call.argument(0, "filepath_or_buffer", "url", "path", "io", "source", "uri", "origin", "fname"), named)
    if first is not None and _READERS.match(call.name):
        if call.last == "get_file":
            first = text_of(call.argument(1, "origin"), named)
        return None if first is None or call.has(*_DIGESTS) else _address_problem(first)
    what = text_of(call.argument(0, "path", "pretrained_model_name_or_path", "repo_id", "name", "repo_or_dir", "handle"),
                   named)
    if what is None:
        return None
    if _HUB.match(call.name):
        pinned = ":" in what or text_of(call.argument(9, "source"), named) == "local"
        return None if pinned else "`%s` is loaded as it is today. Name a tag: `%s:v1.0`." % (what, what)
    if _KAGGLE.match(call.name):
        return None if "/versions/" in what else ("`%s` is loaded as it is today. Name a version: `%s/versions/1`."
                                                  % (what, what))
    for pattern, pins, missing in _REGISTRIES:
        if pattern.search(call.name) and not call.has(*pins) and not _is_local(what):
            if call.last == "load_dataset" and (call.name.split(".")[0] in seaborn or "load_dataset" in seaborn):
                return None  # comes with a small cache of its own, and by name alone
            return "`%s` is loaded as it is today. Name a `%s` to get the same again." % (what, missing)
    return None


def _is_local(what: str) -> bool:
    return what.startswith((".", "/", "~")) or "\\" in what or what.endswith(("/", ".py", ".json", ".csv", ".parquet"))


def _address_problem(text: str) -> str | None:
    found = _URL.match(text)
    if found is None or _LOCAL.match(text) or _VERSION.search(text):
        return None
    shown = text if len(text) <= 70 else text[:67] + "…"
    return "`%s` may be another file tomorrow. Keep a copy beside the notebook, or name a version in the address." % shown


def _shell_problems(magic: Magic) -> Iterator[str]:
    texts = [magic.arguments] if magic.name in ("!", "sx", "system") else []
    if magic.name in ("bash", "sh", "script"):
        texts = magic.body.splitlines()
    for text in texts:
        if _SHELL_DOWNLOAD.search(text) or _CLONE.search(text) and not re.search(r"\s(?:-b|--branch)[\s=]", text):
            for found in _URL.finditer(text):
                problem = _address_problem(found.group())
                if problem is not None:
                    yield problem


def _at_magic(cell: Cell, magic: Magic, text: str) -> Finding:
    line = re.split(r"\r\n|\r|\n", cell.source)[magic.line]
    return Finding(NAME, text, cell.id, cell.index, line_range(magic.line, line, magic.column, magic.column + magic.length))


def _imports_of(subject: Subject, module: str) -> set[str]:
    """The names under which a module, or things out of it, are known."""
    found = {module}
    for cell in subject.cells:
        for node in subject.nodes(cell.source):
            if isinstance(node, ast.Import):
                found.update(one.asname or one.name for one in node.names if one.name.split(".")[0] == module)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == module:
                found.update(one.asname or one.name for one in node.names)
    return found
