"""The store's tracking server for a kernel that is captured: what its cells log by MLflow goes into the notebook's run."""
import importlib.util
import os
import sys
from types import SimpleNamespace


class Tracking:
    """What a run's processes are told in their environment, for as long as this one is part of the run."""

    def __init__(self, spec, parts):
        found = importlib.util.spec_from_file_location("_loopwright_tracking", os.path.join(parts, "runner", "tracking.py"))
        runner = importlib.util.module_from_spec(found)
        found.loader.exec_module(runner)
        names = ("tracking", "token", "run_id", "experiment")
        base = {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}
        added = runner.environment(base, SimpleNamespace(**{name: spec.get(name) for name in names}))
        self._added = {os.fsdecode(name): os.fsdecode(value) for name, value in added.items()}
        self._before = {name: os.environ.get(name) for name in self._added}
        os.environ.update(self._added)

    @property
    def is_ours(self):
        """Whether MLflow logs to the store now, unless its code names another server."""
        return "MLFLOW_TRACKING_URI" in self._added

    def clear(self):
        if _logs_now():
            return  # what is logged to an MLflow run that is open must find its server
        for name, value in self._added.items():
            if os.environ.get(name) != value:
                continue  # the user's by now
            if self._before[name] is None:
                del os.environ[name]
            else:
                os.environ[name] = self._before[name]


def _logs_now():
    try:
        return sys.modules["mlflow"].active_run() is not None
    except Exception:
        return False  # not imported, or another module of that name
