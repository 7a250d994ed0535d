"""What the tests of inspection share: small notebooks, and what is found in them."""
from __future__ import annotations

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INSPECTION_DIR = os.path.join(ROOT, "python", "inspection")
sys.dont_write_bytecode = True
sys.path.insert(0, INSPECTION_DIR)

from inspecting import answer  # noqa: E402


def ask(request: object) -> tuple[int, dict]:
    """The exit code and the document of the real program, called as it is called."""
    text = request if isinstance(request, bytes) else json.dumps(request).encode()
    done = subprocess.run([sys.executable, "-I", "-S", INSPECTION_DIR], input=text, capture_output=True, timeout=30)
    if done.stderr:
        raise AssertionError(done.stderr.decode())
    return done.returncode, json.loads(done.stdout)


def inspect(*sources: str, executions: list | None = None, folder: str | None = None, tags: dict | None = None) -> dict:
    """Of code cells that an editor holds, with the ids `c0`, `c1` and so on. In this process, which is much sooner."""
    return json.loads(json.dumps(answer({
        "language": "python",
        "folder": folder,
        "cells": [{"id": "c%d" % at, "kind": "code", "source": source, "tags": (tags or {}).get(at, [])}
                  for at, source in enumerate(sources)],
        "executions": None if executions is None else [{"cellId": key, "source": text} for key, text in executions],
    })))


def found(*sources: str, rule: str, **more: object) -> list[tuple[int, str]]:
    """The cells that a rule names, each with what stands in the range, or ''."""
    findings = [one for one in inspect(*sources, **more)["findings"] if one["rule"] == rule]
    return [(one["cellIndex"], stretch(sources[one["cellIndex"]], one["range"])) for one in findings]


def messages(*sources: str, rule: str, **more: object) -> list[str]:
    return [one["message"] for one in inspect(*sources, **more)["findings"] if one["rule"] == rule]


def stretch(source: str, where: dict | None) -> str:
    """The text of a range within one line, cut as an editor cuts: in units of UTF-16."""
    if where is None:
        return ""
    line = source.splitlines()[where["startLine"]].encode("utf-16-le")
    end = where["endColumn"] if where["endLine"] == where["startLine"] else len(line)
    return line[2 * where["startColumn"]:2 * end].decode("utf-16-le")


def notebook(*cells: dict | str, **changes: object) -> dict:
    """The document of an `.ipynb`; a text stands for a code cell."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {"cell_type": "code", "id": "c%d" % at, "metadata": {}, "outputs": [], "execution_count": None,
             **({"source": cell} if isinstance(cell, str) else cell)}
            for at, cell in enumerate(cells)
        ],
        **changes,
    }
