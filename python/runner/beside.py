"""Starting the observer: the process that looks at a run from beside it. A run without one is still a run."""
from __future__ import annotations

import os
import signal
import sys

from spec import Spec

# What is captured with the observer's help; without any of these there is nothing for it to do.
OBSERVED = frozenset(("system", "data", "environment", "models"))

# The file, not its folder: to run a folder, Python first loads modules that are not needed otherwise.
_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "observer", "__main__.py")


def command(run_dir: str) -> list[str]:
    # File names are bytes; with UTF-8 mode they are in spec.json what they are here, whatever the locale.
    return [sys.executable, "-I", "-S", "-X", "utf8", _PROGRAM, run_dir]


def is_wanted(spec: Spec) -> bool:
    return not OBSERVED.isdisjoint(spec.capture)


def start_observer(run_dir: str, environment: dict[bytes, bytes]) -> int:
    """Start it in a session of its own; its pid. Call where no descriptor of the caller is open any more.

    It gets the script's environment, because it later asks the script's interpreter for its packages.
    """
    words = [os.fsencode(word) for word in command(run_dir)]
    # The caller of the run may have had some ignored, and we ignore others: neither is to be inherited.
    options = {"setsigmask": (), "setsigdef": (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM,
                                               signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE)}
    try:
        return os.posix_spawn(words[0], words, environment, setsid=True, **options)
    except NotImplementedError:  # a system where only the new process itself can do so: it does
        return os.posix_spawn(words[0], words, environment, **options)
