"""One run of a sweep while it goes on: its runner, what it prints, how it ended."""
from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time

import state

RUNNER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner")

FINISHED, FAILED, STOPPED = "finished", "failed", "stopped"

_LONGEST_LINE = 1 << 16
# A keeper whose runner was killed needs no longer to be looked at than every so often.
_LOOK_SECONDS = 0.1
# What a process that the script has left behind prints is waited for so long.
_LAST_WORDS_SECONDS = 1.0


class Child:
    """Started by its making. `ended` gets this object when it is over, from another thread."""

    def __init__(self, folder: str, values: dict[str, str], position: str, environment: dict[str, str],
                 is_prefixed: bool, ended: queue.SimpleQueue) -> None:
        self.folder = folder
        self.values = values
        self.position = position
        self._ended = ended
        output = subprocess.PIPE if is_prefixed else None
        # Nobody answers the same question six times: a script of a sweep has no input. That also leaves the terminal as
        # it is, and Ctrl+C reaches the sweep.
        self._runner = subprocess.Popen(
            [sys.executable, "-I", "-S", RUNNER, folder], stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT if is_prefixed else None, env=environment)
        self._printer = None
        if is_prefixed:
            self._printer = threading.Thread(target=self._print, daemon=True)
            self._printer.start()
        threading.Thread(target=self._wait, daemon=True).start()

    @property
    def run_id(self) -> str:
        return os.path.basename(self.folder)

    @property
    def is_asked_to_end(self) -> bool:
        fields = state.read(self.folder)
        return fields is not None and fields["stop_requested"]

    def send(self, number: int) -> None:
        """To its runner, which passes it on."""
        try:
            self._runner.send_signal(number)
        except OSError:
            return  # it has just ended

    def kill(self) -> None:
        """The script itself: its runner is left to record it."""
        fields = state.read(self.folder)
        if fields is not None and state.is_alive(fields["child"], fields["boot_id"]):
            try:
                os.kill(fields["child"]["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
            except OSError:
                return  # it has just ended

    def outcome(self) -> tuple[str, dict | None]:
        """How it ended, and what its runner has recorded of it."""
        fields = state.read(self.folder)
        if fields is None or fields["state"] == state.FAILED_TO_START:
            return FAILED, fields
        if fields["state"] != state.EXITED or fields["stop_requested"] or fields["signal"] in (
                "SIGINT", "SIGTERM", "SIGKILL", "SIGHUP", "SIGQUIT"):
            return STOPPED, fields
        return (FINISHED if fields["exit_code"] == 0 else FAILED), fields

    def _wait(self) -> None:
        self._runner.wait()
        # Where the runner was killed, the keeper goes on, and so does the script.
        while True:
            fields = state.read(self.folder)
            if fields is None or fields["state"] in state.ENDED or not any(
                    state.is_alive(fields[who], fields["boot_id"]) for who in ("keeper", "child")):
                break
            time.sleep(_LOOK_SECONDS)
        if self._printer is not None:
            self._printer.join(_LAST_WORDS_SECONDS)
        self._ended.put(self)

    def _print(self) -> None:
        prefix = ("%s " % self.position).encode()
        with self._runner.stdout as output:
            while True:
                line = output.readline(_LONGEST_LINE)
                if not line:
                    return
                try:
                    # One write: lines of others come before or behind it.
                    os.write(1, prefix + line.rstrip(b"\r\n") + b"\n")
                except OSError:
                    pass  # the reader has gone; the run's own log has it, and the run goes on
