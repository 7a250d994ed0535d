"""Runs scikit-learn's own examples tracked and not, and compares: exit code and output must be the same.

    python sklearn_examples.py PYTHON SDIST HOOK_DIR COUNT

PYTHON has scikit-learn and matplotlib, SDIST is scikit-learn's source distribution. Examples that download data or
need more packages are left out; of the others COUNT are taken, evenly spread. Lines with durations differ by
themselves: a line may differ only if it also differs between two runs without tracking. Prints one JSON line for each
example, the last line sums up.
"""
from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tarfile
import tempfile

CPU_SECONDS = 60  # of processor time, so that the choice does not depend on what else the machine does
SECONDS = 300
_DURATION = re.compile(rb"\d+(\.\d+)?(e-?\d+)? ?(s|ms|sec|seconds?)\b")
_DOWNLOADS = re.compile(r"\bfetch_\w+|urlretrieve|urlopen|requests\.")
_MORE_PACKAGES = re.compile(r"^\s*(?:import|from) (?:plotly|seaborn|polars|skimage|lightgbm|xgboost|sympy|wget)", re.M)
_KINDS = "code,data,environment,libraries,models,figures"


def chosen(folder: str, count: int) -> list[str]:
    paths = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            if name.startswith("plot_") and name.endswith(".py"):
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                if not _DOWNLOADS.search(text) and not _MORE_PACKAGES.search(text):
                    paths.append(path)
    paths.sort()
    step = max(1.0, len(paths) / count)
    return [paths[int(index * step)] for index in range(min(count, len(paths)))]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))


def execute(python: str, script: str, hook: str | None, run_dir: str) -> tuple:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LOOPWRIGHT_", "PYTHON"))}
    environment.update(MPLBACKEND="Agg", OMP_NUM_THREADS="1", PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")
    if hook is not None:
        os.makedirs(os.path.join(run_dir, "artifacts"))
        environment.update(PYTHONPATH=hook, LOOPWRIGHT_RUN_DIR=run_dir, LOOPWRIGHT_RUN_ID="1" * 32,
                           LOOPWRIGHT_CAPTURE=_KINDS)
    try:
        done = subprocess.run([python, script], cwd=os.path.dirname(script), env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, preexec_fn=_limit)
    except subprocess.TimeoutExpired:
        return None, [], []
    if done.returncode == -signal.SIGXCPU:
        return None, [], []
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def differing(one: list, other: list) -> set:
    one, other = ([_DURATION.sub(b"", line) for line in lines] for lines in (one, other))
    lines = {index for index, pair in enumerate(zip(one, other)) if pair[0] != pair[1]}
    return lines | set(range(min(len(one), len(other)), max(len(one), len(other))))


def compare(python: str, script: str, hook: str, run_dir: str) -> dict:
    plain = execute(python, script, None, run_dir)
    if plain[0] is None:
        return {"verdict": "left out", "reason": "longer than %d s" % CPU_SECONDS}
    tracked = execute(python, script, hook, run_dir)
    models = os.path.join(run_dir, "artifacts", "models")
    found = {"exit": [plain[0], tracked[0]], "models": len(os.listdir(models)) if os.path.isdir(models) else 0}
    if tracked[0] is None:
        return {**found, "verdict": "left out", "reason": "longer than %d s when tracked" % CPU_SECONDS}
    lines = differing(plain[1], tracked[1])
    if lines:
        lines -= differing(plain[1], execute(python, script, None, run_dir)[1])
    if tracked[0] == plain[0] and not lines:
        return {**found, "verdict": "same", "errors": len(differing(plain[2], tracked[2]))}
    first = min(lines, default=0)
    return {**found, "verdict": "differs", "line": first, "plain": repr(plain[1][first:first + 1])[:300],
            "tracked": repr(tracked[1][first:first + 1])[:300], "stderr": repr(tracked[2][-3:])[:600]}


def main(python: str, sdist: str, hook: str, count: int) -> int:
    verdicts: dict = {}
    with tempfile.TemporaryDirectory(prefix="lw-examples-") as folder:
        with tarfile.open(sdist) as archive:
            members = [member for member in archive.getmembers() if "/examples/" in member.name and member.isfile()]
            archive.extractall(folder, members=members)
        (root,) = os.listdir(folder)
        for number, script in enumerate(chosen(os.path.join(folder, root, "examples"), count)):
            result = compare(python, script, hook, os.path.join(folder, "run-%d" % number))
            verdicts[result["verdict"]] = verdicts.get(result["verdict"], 0) + 1
            name = os.path.relpath(script, os.path.join(folder, root, "examples"))
            print(json.dumps({"example": name, **result}), flush=True)
    print(json.dumps({"sum": verdicts}))
    return 1 if verdicts.get("differs") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
