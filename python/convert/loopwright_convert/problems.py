"""Why there is no ONNX model, in words for the user."""
from __future__ import annotations


class Refused(Exception):
    """It can't be: what happened, why, and what to do."""


class Missing(Exception):
    """Packages that are not installed in this environment, by the names with which pip installs them."""

    def __init__(self, packages: list[str], needed_for: str):
        super().__init__("%s: needs %s" % (needed_for, ", ".join(packages)))
        self.packages = packages
        self.needed_for = needed_for


def need(modules: dict[str, str], needed_for: str) -> None:
    """Imports nothing. `modules`: what is imported, and the name with which pip installs it."""
    import importlib.util

    def is_there(module: str) -> bool:
        try:
            return importlib.util.find_spec(module) is not None
        except (ImportError, ValueError):
            return False

    lacking = [package for module, package in modules.items() if not is_there(module)]
    if lacking:
        raise Missing(lacking, needed_for)


def first_line(error: BaseException) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return (lines or [""])[0].strip()[:300]


def told(error: BaseException) -> str:
    """`ValueError: what it says`, in one line."""
    return ("%s: %s" % (type(error).__name__, first_line(error))).rstrip(": ")
