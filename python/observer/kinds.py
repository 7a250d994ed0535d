"""Which files below a run's root are its data, and which folders are not looked into.

Data is whatever is neither code nor configuration (the snapshot of the code has those) nor left there by tools.
"""
from __future__ import annotations

import os

_NOT_DATA = frozenset((
    # code
    ".py", ".pyi", ".pyx", ".pxd", ".pyc", ".pyo", ".ipynb", ".so", ".pyd", ".dll", ".dylib", ".a", ".o", ".c", ".h",
    ".cc", ".cpp", ".cxx", ".hpp", ".cu", ".cuh", ".rs", ".go", ".java", ".jar", ".scala", ".jl", ".r", ".rmd", ".js",
    ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".css", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".sql",
    # configuration and documents about the project
    ".toml", ".cfg", ".ini", ".conf", ".lock", ".yaml", ".yml", ".md", ".rst", ".env",
    # what tools leave behind
    ".log", ".pid", ".tmp", ".swp", ".swo", ".bak", ".part", ".crdownload", ".db-wal", ".db-shm", ".db-journal",
    ".dvc",
))
_NOT_DATA_NAMES = frozenset((
    "makefile", "dockerfile", "license", "licence", "pipfile", "requirements.txt", "package.json", "package-lock.json",
    "tsconfig.json", "jenkinsfile", "procfile",
))
_SKIPPED_FOLDERS = frozenset((
    "node_modules", "__pycache__", "site-packages", "dist-packages", "venv", "env", "virtualenv", "mlruns", "wandb",
    "lightning_logs",
))
# A folder with one of these is an environment, whatever it is called.
ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")


def is_data(name: str) -> bool:
    """By the file's name alone. Hidden files are somebody's tools'."""
    if name.startswith(".") or name.endswith("~") or name.startswith("#"):
        return False
    lower = name.lower()
    return os.path.splitext(lower)[1] not in _NOT_DATA and lower not in _NOT_DATA_NAMES


def is_code(name: str) -> bool:
    """What imports open by the thousand: not looked at any further."""
    return name.endswith((".py", ".pyc", ".so"))


def is_skipped_folder(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED_FOLDERS or name.endswith((".egg-info", ".dist-info"))
