"""spec.json: what was asked for. Read once, checked once, turned into the bytes that `execve` takes."""
from __future__ import annotations

import json
import os

import tracking

# The whole command line where it holds secrets; deleted as soon as it is read.
HANDED_OVER = "handed-over.json"


class SpecError(Exception):
    """spec.json is missing or cannot be used; the text says which and why."""


class Spec:
    """The part of spec.json that starting a process needs. Strings keep Python's surrogateescape form."""

    def __init__(self, document: dict) -> None:
        self.run_id: str = _field(document, "run_id", str)
        self.argv: list[str] = _field(document, "argv", list)
        self.has_hidden: bool = any(
            _field(document, name, list, []) for name in ("hidden", "hidden_params", "hidden_env"))
        # A program of ours that starts what is to be tracked: that gets the hook, not the program.
        self.is_driven: bool = _field(document, "kind", str, "") == "notebook" or document.get("sweep") is not None
        self.cwd: str = _field(document, "cwd", str)
        self.params: dict[str, str] = _field(document, "params", dict, {})
        self.env: dict[str, str] = _field(document, "env", dict, {})
        self.hook_dir: str = _field(document, "hook_dir", str, "")
        self.interpreter: str | None = _field(document, "interpreter", str, None)
        self.root: str | None = _field(document, "root", str, None)
        self.capture: list[str] = _field(_field(document, "capture", dict, {}), "kinds", list, [])
        self.capture_options: dict = _field(document, "capture", dict, {})
        self.model_limit_bytes: int | None = _field(self.capture_options, "modelLimitBytes", int, None)
        self.socket: str | None = _field(document, "socket", str, None)
        self.token: str | None = _field(document, "token", str, None)
        self.tracking: str | None = _field(document, "tracking", str, None)
        self.experiment: str = _field(document, "experiment", str, "")
        if not self.argv or not all(isinstance(word, str) for word in self.argv):
            raise SpecError("spec.json: `argv` must be a list of strings with at least one of them")
        for name, value in self.env.items():
            if not isinstance(value, str) or not name or "=" in name:
                raise SpecError("spec.json: `env` holds %r, which no environment can hold" % name)


def _field(document: dict, name: str, kind: type, *default: object):
    value = document.get(name)
    if value is None and default:
        return default[0]
    if not isinstance(value, kind):
        raise SpecError("spec.json: `%s` is missing or no %s" % (name, kind.__name__))
    return value


def load(run_dir: str) -> Spec:
    path = os.path.join(run_dir, "spec.json")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            document = json.load(file)
    except OSError as error:
        raise SpecError("%s cannot be read: %s. Was this run folder made by Loopwright?" % (path, error.strerror))
    except ValueError as error:
        raise SpecError("%s is not valid JSON: %s" % (path, error))
    if not isinstance(document, dict):
        raise SpecError("%s does not hold an object" % path)
    return Spec(document)


def load_to_start(run_dir: str) -> Spec:
    """As `load`, with the values that spec.json hides in their places: those are handed over in a file, once."""
    spec = load(run_dir)
    if not spec.has_hidden:
        return spec
    path = os.path.join(run_dir, HANDED_OVER)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            whole = json.load(file)
        os.unlink(path)
    except (OSError, ValueError):
        raise SpecError("the hidden values of this command line are not there any more. Start it anew with them.")
    if not isinstance(whole, dict):
        raise SpecError("%s does not hold an object" % path)
    spec.argv, spec.params, spec.env = (
        _field(whole, "argv", list), _field(whole, "params", dict), _field(whole, "env", dict))
    return spec


def to_bytes(text: str) -> bytes:
    """The bytes behind a string of spec.json, whatever the locale of this process."""
    return text.encode("utf-8", "surrogateescape")


def inherited_environment() -> dict[bytes, bytes]:
    """The environment this process was started with.

    In the C locale CPython itself sets LC_CTYPE (PEP 538, also under -I). The script must not see that, or it would
    behave otherwise than without us; the kernel still has the original.
    """
    environment = dict(os.environb)
    if b"LC_CTYPE" in environment:
        try:
            with open("/proc/self/environ", "rb") as file:
                original = file.read().split(b"\0")
        except OSError:
            return environment
        if not any(entry.startswith(b"LC_CTYPE=") for entry in original):
            del environment[b"LC_CTYPE"]
    return environment


# What launchers of distributed jobs call a process's number; the hook's `_ranks.py` has the same.
_RANKS = (b"RANK", b"OMPI_COMM_WORLD_RANK", b"PMI_RANK", b"SLURM_PROCID")


def child_environment(base: dict[bytes, bytes], spec: Spec, run_dir: str) -> dict[bytes, bytes]:
    """The user's environment, what was asked for, and what the hook needs to find the run."""
    environment = dict(base)
    environment.update((to_bytes(name), to_bytes(value)) for name, value in spec.env.items())
    environment[b"LOOPWRIGHT_RUN_ID"] = to_bytes(spec.run_id)
    environment[b"LOOPWRIGHT_RUN_DIR"] = os.fsencode(os.path.abspath(run_dir))
    environment[b"LOOPWRIGHT_PARAMS"] = json.dumps(spec.params).encode("ascii")
    environment[b"LOOPWRIGHT_CAPTURE"] = ",".join(map(str, spec.capture)).encode("ascii", "replace")
    if spec.model_limit_bytes is not None:
        environment[b"LOOPWRIGHT_MODEL_LIMIT"] = b"%d" % spec.model_limit_bytes
    # So that the hook can tell the ranks of a job inside the run from a run that is one rank of a job around it.
    outer = [name for name in _RANKS if name in base]
    environment.pop(b"LOOPWRIGHT_OUTER_RANK", None)
    if outer:
        environment[b"LOOPWRIGHT_OUTER_RANK"] = b",".join(outer)
    if spec.root:
        environment[b"LOOPWRIGHT_ROOT"] = to_bytes(spec.root)
    environment.update(tracking.environment(environment, spec))
    environment.pop(b"LOOPWRIGHT_HOOK_DIR", None)
    if spec.hook_dir and spec.is_driven:
        environment[b"LOOPWRIGHT_HOOK_DIR"] = to_bytes(spec.hook_dir)
    elif spec.hook_dir:
        path = [to_bytes(spec.hook_dir)]
        if environment.get(b"PYTHONPATH"):  # an empty one counts as none: a trailing separator would mean the cwd
            path.append(environment[b"PYTHONPATH"])
        environment[b"PYTHONPATH"] = os.pathsep.encode().join(path)
    return environment
