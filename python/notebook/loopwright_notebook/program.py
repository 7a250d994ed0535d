"""From the words of the command line to an exit code: 0 done, 1 a cell failed, 2 the notebook can't be run."""
from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
import traceback

from journal_writer import Journal

from . import document
from .options import Options
from .refusal import Refusal

NEEDED = ("nbclient", "ipykernel")


def main(words: list[str]) -> int:
    if len(words) != 1:
        print("usage: notebook FILE", file=sys.stderr)
        return 2
    journal = None
    try:
        options = Options(words[0])
        journal = Journal(options.run_dir, role="notebook")
        _check_packages()
        return _finish(_run(options, journal))
    except Refusal as refusal:
        return _tell(str(refusal), journal, 2)
    except Exception as error:  # nothing that is foreseen: told as a whole, to the user and in the run
        traceback.print_exc()
        return _tell("The program that runs notebooks failed: %s: %s" % (type(error).__name__, error), journal, 1)


def _tell(reason: str, journal: Journal | None, code: int) -> int:
    print("loopwright: %s" % reason, file=sys.stderr)
    if journal is not None:
        journal.facts("outcome", {"reason": reason})
    return code


def _run(options: Options, journal: Journal) -> int:
    notebook, content = document.read(options.path)
    from .driver import Driver

    if os.name == "nt":
        # The sockets of the kernel's messages need a loop that can watch them.
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    return asyncio.run(Driver(options, notebook, content, journal).run())


def _check_packages() -> None:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Refusal("%s %s not installed in %s. Install: %s -m pip install %s" % (
            " and ".join(missing), "is" if len(missing) == 1 else "are", sys.executable, sys.executable,
            " ".join(missing)))


def _finish(code: int) -> int:
    """A negative code is a signal that asked for the end: ended by it, as a script would be, for whoever waits."""
    if code >= 0:
        return code
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    return 128 - code
