"""Runs a command once for each combination of values, each as a run of its own below this one.

    python -I -S -X utf8 <this folder> COMMAND…

It is the command of a run whose spec.json has a `sweep` (docs/run-folder.md), which it finds by LOOPWRIGHT_RUN_DIR.
`{key}` in a word of COMMAND stands for a value. Ends with 1 if a run has failed, else as it was ended itself.
"""
from __future__ import annotations

import json
import os
import signal
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_PARTS = os.path.dirname(_FOLDER)
# Behind our own: the names of our modules are ours.
sys.path[:0] = [_FOLDER, os.path.join(_PARTS, "observer"), os.path.join(_PARTS, "runner"),
                os.path.join(_PARTS, "common")]

import journal  # noqa: E402
import spec as spec_file  # noqa: E402
import sweep  # noqa: E402
from plan import Template, placeholders  # noqa: E402

WRONG_USE = 2


def main() -> int:
    run_dir = os.environ.get("LOOPWRIGHT_RUN_DIR")
    if not run_dir or len(sys.argv) < 2:
        print("loopwright: a sweep is started by `loopwright run --sweep key=1,2 FILE`.", file=sys.stderr)
        return WRONG_USE
    with open(os.path.join(run_dir, "spec.json"), encoding="utf-8", errors="surrogateescape") as file:
        document = json.load(file)
    argv = sys.argv[1:]
    params = json.loads(os.environ.get("LOOPWRIGHT_PARAMS") or "{}")
    log = journal.Journal(run_dir, role="sweep")
    _warn_of_what_goes_nowhere(document, argv, log)
    own = sweep.Sweep(document["sweep"], Template(run_dir, document, argv, params), _environment(), log)
    number = own.run()
    if number:
        sys.stderr.flush()
        # As a program ends that does not know the signal: whoever waits for us sees that it was one.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    return own.exit_code


def _environment() -> dict[str, str]:
    """What the runner gave us, without what it told about our own run."""
    environment = {os.fsdecode(name): os.fsdecode(value) for name, value in _inherited().items()}
    for name in ("RUN_ID", "RUN_DIR", "PARAMS", "CAPTURE", "MODEL_LIMIT", "ROOT", "HOOK_DIR", "OUTER_RANK"):
        environment.pop("LOOPWRIGHT_" + name, None)
    return environment


def _inherited() -> dict:
    # Windows has no environment of bytes, and no locale that Python would have changed.
    return os.environ if os.name == "nt" else spec_file.inherited_environment()


def _warn_of_what_goes_nowhere(document: dict, argv: list[str], log: journal.Journal) -> None:
    """A script that is not given a value runs six times the same, and its runs say that they differ."""
    if document["kind"] == "notebook":
        return  # its driver puts the values into its parameters
    left = [key for key in document["sweep"]["over"] if key not in placeholders(argv)]
    if not left or _asks_for_params(document):
        return
    text = ("%s %s not among the arguments: only a script that asks for loopwright.params() gets it. "
            "Write {%s} where its value belongs, such as --%s {%s}." % (
                ", ".join(left), "is" if len(left) == 1 else "are", left[0], left[0], left[0]))
    log.note(text)
    print("loopwright: %s" % text, file=sys.stderr)


def _asks_for_params(document: dict) -> bool:
    if document["kind"] != "script":
        return False  # what it will load is not known
    try:
        with open(os.path.join(document["cwd"], document["source"]), "rb") as file:
            text = file.read(1 << 20)
    except OSError:
        return False
    return b"loopwright" in text or b"LOOPWRIGHT_PARAMS" in text


if __name__ == "__main__":
    sys.exit(main())
