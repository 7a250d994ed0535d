"""The hook's bytecode, kept for the next run.

Where `PYTHONDONTWRITEBYTECODE` is set, as it is in most containers, every process of every run would compile the hook
again, which costs more than all the rest that the hook does at the start.
"""
from __future__ import annotations

import importlib.util
import os


def keep_bytecode(hook_dir: str) -> None:
    """Compile what this version of Python has no bytecode of, or that of another state of the source."""
    try:
        for folder in (hook_dir, os.path.join(hook_dir, "loopwright")):
            for name in sorted(os.listdir(folder)):
                if name.endswith(".py"):
                    _keep(os.path.join(folder, name))
    except OSError:
        pass  # a folder that can't be written to: processes go on compiling for themselves


def _keep(source: str) -> None:
    state = os.stat(source)
    if _is_of(state, importlib.util.cache_from_source(source)):
        return
    import py_compile  # only the first run needs it

    # Written beside and renamed, so a process that starts meanwhile reads a whole file or none.
    py_compile.compile(source, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)


def _is_of(state: os.stat_result, bytecode: str) -> bool:
    """Whether bytecode was made by this Python from the source in this state: its first 16 bytes say so."""
    try:
        with open(bytecode, "rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        return False
    expected = importlib.util.MAGIC_NUMBER + bytes(4)
    for number in (int(state.st_mtime), state.st_size):
        expected += (number & 0xFFFFFFFF).to_bytes(4, "little")
    return head == expected
