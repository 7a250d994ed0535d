"""The process: what is asked for, how far it has come, and what became of it."""
from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time

from .problems import Missing, Refused, told



class Talk:
    """Lines on the stdout that was there at first; what libraries print goes to stderr."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)

    def step(self, name: str) -> None:
        self._write({"step": name})

    def end(self, outcome: dict) -> None:
        self._write(outcome)

    def _write(self, message: dict) -> None:
        data = json.dumps(message).encode("ascii") + b"\n"
        while data:
            data = data[os.write(self._out, data):]


def _end_with_stdin() -> None:
    """Whoever asked is gone, or wants no answer any more."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    # With all that the model's code has started; a group of its own was made for it by whoever started it.
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _read_line() -> str:
    line = b""
    while not line.endswith(b"\n"):
        one = os.read(0, 1)
        if not one:
            return ""
        line += one
    return line.decode("utf-8")


def main() -> int:
    line = _read_line()
    if not line:
        return 2
    talk = Talk()
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    request = json.loads(line)
    # What the model's code was imported from when it was trained.
    sys.path[:0] = [folder for folder in request["search"] if folder not in sys.path]
    began = time.perf_counter()
    try:
        from .conversion import convert

        outcome = {"converted": convert(request, talk.step)}
        outcome["converted"]["seconds"] = time.perf_counter() - began
    except Missing as error:
        outcome = {"missing": {"packages": error.packages, "neededFor": error.needed_for}}
    except Refused as error:
        outcome = {"refused": str(error)}
    except MemoryError:
        outcome = {"refused": "There is not enough memory for it."}
    except SystemExit as error:
        outcome = {"refused": "The model's code ended Python (exit code %s)." % error.code}
    except BaseException as error:  # whatever the libraries throw, the user is told
        import traceback

        traceback.print_exc()
        outcome = {"refused": "It could not be converted: %s" % told(error)}
    talk.end(outcome)
    # Threads and exit handlers of libraries must not hold up what is done.
    sys.stderr.flush()
    os._exit(0)


