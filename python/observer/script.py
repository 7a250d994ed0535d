"""Whether the script still runs, told as soon as the system tells it."""
from __future__ import annotations

import os
import select
import time

import state

_STARTING_SECONDS = 30.0
_POLL_SECONDS = 0.005
_IS_WINDOWS = os.name == "nt"


def wait_for_start(run_dir: str) -> dict | None:
    """runner.json once the script runs (or has run); None if it never did."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        fields = state.read(run_dir)
        if fields is None or fields["state"] == state.FAILED_TO_START:
            return None
        if fields["state"] != state.STARTING and fields["child"]:
            return fields
        time.sleep(_POLL_SECONDS)
    return None


class Script:
    def __init__(self, run_dir: str, fields: dict) -> None:
        self._run_dir = run_dir
        self._fields = fields
        self.pid: int = fields["child"]["pid"]
        self.started_ms: int = fields["started_ms"]
        self.descriptor = _process_descriptor(self.pid)

    def is_alive(self) -> bool:
        if self.descriptor >= 0:
            return not select.select([self.descriptor], [], [], 0)[0] and self._is_the_one()
        if _IS_WINDOWS:  # signal 0 would not ask there, but end it
            fields = state.read(self._run_dir)
            return fields is not None and fields["state"] == state.RUNNING
        return self._is_the_one()

    def _is_the_one(self) -> bool:
        return state.is_alive(self._fields["child"], self._fields["boot_id"])

    def ended_ms(self) -> int | None:
        """When the keeper says so; None where it has not come to it yet."""
        fields = state.read(self._run_dir)
        return fields["ended_ms"] if fields else None

    def hook_is_up(self) -> bool:
        return os.path.exists(os.path.join(self._run_dir, "main.pid"))


def _process_descriptor(pid: int) -> int:
    """Readable when the process has ended (Linux 5.3, Python 3.9); -1 where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1
