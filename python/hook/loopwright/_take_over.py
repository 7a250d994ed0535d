"""Turns `python train.py`, typed in a terminal that is tracked, into `loopwright run train.py`.

The shell's child replaces itself, so that it stays the shell's child: job control, pipes and the exit code are as
ever. Whatever is not clearly a script of the workspace, typed by the user, is let alone.

    LOOPWRIGHT_TERMINAL    the `loopwright` command, then the workspace's folders, one a line: store, tab, folder
"""
import os
import sys

VARIABLE = "LOOPWRIGHT_TERMINAL"

# Programs around the code, should they lie in the workspace.
_NEVER_MODULES = frozenset((
    "pip", "pytest", "unittest", "tox", "nox", "mypy", "ruff", "black", "flake8", "pylint", "pyright", "isort", "jupyter",
    "notebook", "ipykernel", "IPython", "debugpy", "pdb", "virtualenv", "venv", "build", "twine", "http", "ensurepip",
    "coverage", "doctest", "setup", "setuptools", "pre_commit", "pylsp", "jedi", "uv", "poetry", "hatch", "sphinx", "tests",
    "test", "conftest", "manage", "timeit", "cProfile", "profile", "site", "json", "compileall", "loopwright"))
# Folders of installed packages and tools, which may lie below the workspace.
_NEVER_FOLDERS = ("site-packages", "dist-packages", "node_modules", ".venv", ".tox", ".nox", ".git", ".loopwright")
_TAKES_VALUE = "WX"


def become_run():
    """Returns where this process is no script of the workspace."""
    shim, _, folders = os.environ[VARIABLE].partition("\n")
    words = _own_words()
    parsed = parse(words[1:]) if words else None
    if parsed is None or not os.access(shim, os.X_OK):
        return
    flags, target = parsed
    path = _module_file(target[1]) if target[0] == "-m" else target[0]
    stores = dict(reversed(line.split("\t")) for line in folders.split("\n"))
    folder = _workspace_of(path, stores) if path else None
    if folder is None:
        return
    command = [shim, "run", "--or-plain", "--store", stores[folder], "--python", sys.executable]
    if not os.isatty(2):
        command.append("--quiet")  # a file or pipe gets what the script writes and nothing else
    command.extend("--python-arg=" + flag for flag in flags)
    environment = _environment()
    _restore_signals()
    os.execve(shim, command + target, environment)


def _own_words():
    words = getattr(sys, "orig_argv", None)
    if words is None:
        with open("/proc/self/cmdline", "rb") as file:
            words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    return list(words)


def parse(words):
    """(the interpreter's own options, what it runs with its arguments); None for what is no script and no module."""
    flags = []
    at = 0
    while at < len(words):
        word = words[at]
        if not word.startswith("-"):
            return (flags, words[at:]) if is_script(word) else None
        if word == "-" or word.startswith("--"):
            return None  # a program on stdin, `--help`, or something that only newer versions know
        for index, letter in enumerate(word[1:], 2):
            if letter in "ciVh?":
                return None  # code, an interactive session, a question
            if letter == "m":
                rest = word[index:]
                module = ([rest] if rest else []) + words[at + 1:]
                if index > 2:
                    flags.append(word[:index - 1])
                return (flags, ["-m"] + module) if module and is_program(module[0]) else None
            if letter in _TAKES_VALUE:
                flags.append(word)
                if index == len(word):
                    if at + 1 == len(words):
                        return None
                    at += 1
                    flags.append(words[at])
                break
        else:
            flags.append(word)
        at += 1
    return None  # no script: an interactive session


def is_script(path):
    name = os.path.basename(path)
    stem, ending = os.path.splitext(name)
    return (ending == ".py" and not stem.startswith("test_") and not stem.endswith("_test")
            and stem not in ("setup", "conftest", "noxfile", "manage"))


def is_program(module):
    return module[:1] not in ("", ".") and module.split(".")[0] not in _NEVER_MODULES


def _module_file(module):
    """Where the module lies, looked up without importing its packages; None if that can't be told."""
    inside = os.path.join(*module.split("."))
    for folder in [os.getcwd()] + sys.path:
        for candidate in (inside + ".py", os.path.join(inside, "__main__.py")):
            path = os.path.join(folder, candidate)
            if os.path.isfile(path):
                return path
    return None


def _workspace_of(path, folders):
    """The deepest of the folders that the file lies in as a file of the user's."""
    real = os.path.realpath(path)
    if not os.path.isfile(real) or (sys.prefix != sys.base_prefix and real.startswith(sys.prefix + os.sep)):
        return None
    for folder in sorted(folders, key=len, reverse=True):
        root = os.path.realpath(folder)
        if real.startswith(root.rstrip(os.sep) + os.sep):
            parts = real[len(root):].split(os.sep)
            return None if any(part in _NEVER_FOLDERS for part in parts) else folder
    return None


def _environment():
    """What the shell gave to this process, without what the terminal has for tracking: a run brings its own."""
    environment = dict(os.environ)
    del environment[VARIABLE]
    hook = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = [entry for entry in environment.pop("PYTHONPATH", "").split(os.pathsep) if entry != hook]
    if any(path):
        environment["PYTHONPATH"] = os.pathsep.join(path)
    if "LC_CTYPE" in environment:
        try:
            with open("/proc/self/environ", "rb") as file:
                if not any(entry.startswith(b"LC_CTYPE=") for entry in file.read().split(b"\0")):
                    del environment["LC_CTYPE"]  # CPython's own doing in the C locale
        except OSError:
            pass  # not Linux
    return environment


def _restore_signals():
    """Python ignores these from its start, and what is ignored stays so in the program that follows."""
    import _signal

    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(_signal, name):
            _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
