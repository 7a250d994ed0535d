"""Modules of our other programs, loaded by their place: their names are too common to be left on the path."""
from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import Any

_PYTHON = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INSPECTION = os.path.join(_PYTHON, "inspection")


def inspection(name: str) -> Any:
    """A module of `python/inspection`, which reads notebooks and executes nothing."""
    sys.path.insert(0, INSPECTION)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(INSPECTION)


def secrets() -> Any:
    """The hook's words for secrets. Its package would be taken for the hook itself, which is for the kernel alone."""
    path = os.path.join(_PYTHON, "hook", "loopwright", "_secrets.py")
    spec = importlib.util.spec_from_file_location("loopwright_secrets", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
