"""What is asked for: the run's spec.json and the environment that the runner gives."""
from __future__ import annotations

import json
import os

from .refusal import Refusal


class Options:
    def __init__(self, file: str) -> None:
        self.path = os.path.abspath(file)
        self.run_dir = os.environ.get("LOOPWRIGHT_RUN_DIR", "")
        if not self.run_dir:
            raise Refusal("This program is a part of Loopwright. Start it with: loopwright run %s" % file)
        self.hook_dir = os.environ.get("LOOPWRIGHT_HOOK_DIR", "")
        self.parameters = _parameters()
        spec = _spec(self.run_dir)
        notebook = spec.get("notebook") or {}
        self.hidden = frozenset(spec.get("hidden_params") or ())
        self.time_limit_s: float | None = notebook.get("timeLimitS")
        self.cell_time_limit_s: float | None = notebook.get("cellTimeLimitS")
        self.kernel: str | None = notebook.get("kernel")

    @property
    def name(self) -> str:
        return os.path.splitext(os.path.basename(self.path))[0]

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)


def _parameters() -> dict[str, str]:
    # From the environment, where they are whole; spec.json hides what looks like a secret.
    given = json.loads(os.environ.get("LOOPWRIGHT_PARAMS") or "{}")
    return {str(name): str(value) for name, value in given.items()}


def _spec(run_dir: str) -> dict:
    try:
        with open(os.path.join(run_dir, "spec.json"), encoding="utf-8", errors="surrogateescape") as file:
            spec = json.load(file)
    except (OSError, ValueError) as error:
        raise Refusal("What this run was asked for can't be read: %s" % error)
    return spec if isinstance(spec, dict) else {}
