"""The work `models`: fitted models are converted in the script's interpreter, by a program that keeps its own journal."""
from __future__ import annotations

import os

import helpers
from helpers import Helper
from journal import Journal

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "models", "convert.py")
_LIMIT_SECONDS = 600.0


class ModelsWork:
    def __init__(self, journal: Journal, run_dir: str, spec, environment: dict[str, str]) -> None:
        self._journal = journal
        self._run_dir = run_dir
        self._spec = spec
        self._environment = environment
        self._helper: Helper | None = None

    def start(self) -> None:
        if not self._has_models() or not os.path.exists(_PROGRAM):
            self._journal.done("models", None)
            return
        interpreter = helpers.find_interpreter(self._spec.interpreter, self._run_dir, self._environment)
        if interpreter is None:
            self._journal.done("models", "The script's interpreter was not found; the models are kept as they are.")
            return
        environment = helpers.environment_without_hook(self._environment, self._spec.hook_dir)
        try:
            self._helper = Helper([interpreter, _PROGRAM, self._run_dir], environment, self._spec.cwd,
                                  _LIMIT_SECONDS)
        except OSError as error:
            self._journal.done("models", "%s could not be started: %s." % (interpreter, error.strerror))

    @property
    def is_under_way(self) -> bool:
        return self._helper is not None

    def poll(self) -> None:
        if self._helper is None or not self._helper.has_ended():
            return
        failure = self._helper.failure()
        if failure is not None:  # it did not come to saying so itself
            self._journal.done("models", "The models could not be converted: %s." % failure)
        self._helper = None

    def _has_models(self) -> bool:
        try:
            return bool(os.listdir(os.path.join(self._run_dir, "artifacts", "models")))
        except OSError:
            return False
