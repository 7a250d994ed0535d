"""Programs that the observer has run in the script's interpreter and environment, without the hook and out of its way."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time

import journal
from surroundings import without_hook

# What would make a Python stop, talk or write where it was only asked something.
_UNWANTED = ("PYTHONINSPECT", "PYTHONWARNINGS", "PYTHONVERBOSE", "PYTHONPROFILEIMPORTTIME", "PYTHONSTARTUP",
             "PYTHONDEVMODE", "PYTHONTRACEMALLOC", "PYTHONDUMPREFS", "PYTHONBREAKPOINT")
_MAX_ANSWER = 32 << 20


def environment_without_hook(environment: dict[str, str], hook_dir: str) -> dict[str, str]:
    found = {name: value for name, value in environment.items()
             if name not in _UNWANTED and not name.startswith("LOOPWRIGHT_")}
    path = without_hook(found.pop("PYTHONPATH", ""), hook_dir)
    if path:
        found["PYTHONPATH"] = path
    found["PYTHONDONTWRITEBYTECODE"] = "1"
    return found


def find_interpreter(spec_interpreter: str | None, run_dir: str, environment: dict[str, str]) -> str | None:
    """The Python of the script: the one that was asked for, else the one that the hook saw (`uv run …`)."""
    main = next((record[2] for record in journal.first_records(run_dir) if record[2].get("main")), {})
    for candidate in (main.get("executable"), spec_interpreter):
        if isinstance(candidate, str) and candidate:
            found = shutil.which(candidate, path=environment.get("PATH"))
            if found:
                return found
    return None


class Helper:
    """One such program. Its answer goes to a file without a name, so that it never waits for us."""

    def __init__(self, argv: list[str], environment: dict[str, str], cwd: str, limit_seconds: float) -> None:
        """Raises OSError when it cannot be started."""
        self._answer = tempfile.TemporaryFile()
        self._errors = tempfile.TemporaryFile()
        self._limit = time.monotonic() + limit_seconds
        self._limit_seconds = limit_seconds
        self.was_too_slow = False
        self._process = subprocess.Popen(
            argv, env=environment, cwd=cwd if os.path.isdir(cwd) else "/", stdin=subprocess.DEVNULL,
            stdout=self._answer, stderr=self._errors, start_new_session=True)
        _make_idle(self._process.pid)

    def has_ended(self) -> bool:
        if self._process.poll() is not None:
            return True
        if time.monotonic() > self._limit:
            self.was_too_slow = True
            self.end()
            return True
        return False

    def end(self) -> None:
        """With whatever it has started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (OSError, AttributeError):
            self._process.kill()  # no process groups here, or it has just ended
        self._process.wait()

    def answer(self) -> bytes:
        self._answer.seek(0)
        return self._answer.read(_MAX_ANSWER)

    def failure(self) -> str | None:
        """Why it failed, in one line; None if it did not."""
        if self.was_too_slow:
            return "it took longer than %g s and was ended" % self._limit_seconds
        code = self._process.returncode
        if code == 0:
            return None
        if code < 0:
            return "it was ended by signal %d" % -code
        self._errors.seek(max(0, self._errors.seek(0, 2) - 4096))
        lines = [line for line in self._errors.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].strip()[:500] if lines else "it ended with exit code %d" % code


def _make_idle(pid: int) -> None:
    """It gets what nobody else wants."""
    try:
        if hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, pid, 19)
    except OSError:
        pass  # it has ended, or this system forbids it: it is only slower for others
