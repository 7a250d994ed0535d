"""Runs a notebook whole: `python <this folder> FILE`, started by the runner with the user's Python.

What is asked for stands in the run's spec.json and in the environment that the runner gives (docs/run-folder.md).
"""
from __future__ import annotations

import os
import sys


def main() -> int:
    folder = os.path.dirname(os.path.abspath(__file__))
    # Last, and by names that nobody else has: what stands first could answer for a library's modules.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != folder]
    sys.path += [folder, os.path.join(os.path.dirname(folder), "common")]
    from loopwright_notebook import program

    return program.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
