"""Looks at a run from beside it: `python -I -S <this file> RUN_DIR`, started by the runner with the script's environment.

It writes a journal of its own (docs/run-folder.md) and ends by itself. Whatever becomes of it, the run goes on.
"""
from __future__ import annotations

import os
import sys

# Only what the watches need is imported before they stand: the script is on its way to opening its first file.
_FOLDER = os.path.dirname(os.path.abspath(__file__))
_RUNNER, _COMMON = (os.path.join(os.path.dirname(_FOLDER), name) for name in ("runner", "common"))
_NICENESS = 10


def _leave_the_caller() -> None:
    if hasattr(os, "setsid"):
        try:
            os.setsid()
        except OSError:
            pass  # the runner has seen to it already
    os.chdir(os.path.abspath(os.sep))  # a folder that somebody wants to unmount must not be ours
    if hasattr(os, "nice"):
        # Not SCHED_IDLE: it must look while a script that keeps all cores busy has a file open.
        os.nice(_NICENESS)


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: observer RUN_DIR", file=sys.stderr)
        return 2
    run_dir = os.path.abspath(sys.argv[1])
    _leave_the_caller()
    sys.path[:0] = [_FOLDER, _RUNNER, _COMMON]  # -I leaves out the program's own
    kinds = os.environ.get("LOOPWRIGHT_CAPTURE", "").split(",")
    root = os.environ.get("LOOPWRIGHT_ROOT")
    files = None
    if "data" in kinds and root and os.path.isdir(root):
        from files import Files

        files = Files(os.path.realpath(root), os.path.dirname(os.path.dirname(run_dir)))
    from observer import Observer

    return Observer(run_dir, files).run()


if __name__ == "__main__":
    sys.exit(main())
