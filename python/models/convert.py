"""Converts the models that a run has kept to ONNX: `<python of the run> convert.py RUN_DIR`.

Runs after the script has ended, in the script's interpreter, because that has the libraries the models were pickled
with. Each model gets a process of its own with limits of time and memory, so that one that never ends, or takes the
process down, costs that model only. What comes of it is told in a journal of the run: `model.onnx` as an artifact,
facts under `models/<name>/onnx`, and last `done` for the work `models`.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HOOK = os.path.join(os.path.dirname(HERE), "hook")
SECONDS = 120
MEMORY_BYTES = 4 << 30


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not os.path.isdir(arguments[0]):
        sys.stderr.write("usage: python convert.py RUN_DIR\n")
        return 2
    run_dir = os.path.abspath(arguments[0])
    journal = _journal_of(run_dir)
    reason = None
    try:
        for name in models_of(run_dir):
            _convert(run_dir, name, journal)
    except Exception as error:  # whatever it is, the run must not wait for this work for ever
        reason = "%s: %s" % (type(error).__name__, error)
    journal.append('["done",%d,"models",%s]' % (journal.now(), journal.json_text(reason)))
    return 0 if reason is None else 1


def models_of(run_dir: str) -> list[str]:
    folder = os.path.join(run_dir, "artifacts", "models")
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    return [name for name in names if os.path.isfile(os.path.join(folder, name, "model.joblib"))]


def _journal_of(run_dir: str):
    """The hook's own journal, without the hook."""
    sys.path.append(HOOK)
    from loopwright import _hook, _journal

    _hook.run_dir = run_dir
    return _journal


def _convert(run_dir: str, name: str, journal) -> None:
    folder = os.path.join(run_dir, "artifacts", "models", name)
    began = time.perf_counter()
    fact = _in_a_process(folder)
    fact["seconds"] = time.perf_counter() - began
    temporary = os.path.join(folder, ".loopwright-model.onnx")
    if os.path.isfile(temporary):
        if fact["state"] == "converted":
            os.replace(temporary, os.path.join(folder, "model.onnx"))
            record = {"path": "models/%s/model.onnx" % name, "size": fact["bytes"], "kind": "model"}
            journal.append('["artifact",%d,%s]' % (journal.now(), journal.json_text(record)))
        else:
            os.unlink(temporary)
    journal.append('["facts",%d,"models",%s]' % (journal.now(), journal.json_text({"models/%s/onnx" % name: fact})))


def _in_a_process(folder: str) -> dict:
    """What became of one model: {"state": "converted", "unsupported" or "failed", "reason", …}."""
    command = [sys.executable, os.path.join(HERE, "to_onnx.py"), folder, str(MEMORY_BYTES)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=SECONDS, env=_environment(), cwd=folder)
    except subprocess.TimeoutExpired:
        return {"state": "failed", "reason": "it took longer than %d seconds" % SECONDS}
    try:
        return json.loads(done.stdout.decode("utf-8", "replace").splitlines()[-1])
    except (IndexError, ValueError):
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["nothing was said"]
        return {"state": "failed", "reason": "its process ended with %d: %s" % (done.returncode, last[0][:500])}


def _environment() -> dict[str, str]:
    """The environment without the hook: this is no part of what the script did."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LOOPWRIGHT_")}
    path = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep)
            if entry and os.path.realpath(entry) != os.path.realpath(HOOK)]
    environment["PYTHONPATH"] = os.pathsep.join(path)
    if not path:
        del environment["PYTHONPATH"]
    environment.update(OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore")
    return environment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
