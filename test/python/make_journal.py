"""Writes real journals for the tests of other readers: `python make_journal.py OUT_DIR`.

    all-kinds.lwj   every kind of record, written by the real API
    torn.lwj        the same, cut in the middle of its last record
    corrupt.lwj     the same, with one byte changed in the middle
    empty.lwj       nothing but the magic
    expected.json   {name: {"records": […], "left_bytes": n}}, as a reader must find them

`read_journal` in support.py is the reader; the records themselves carry the time and process of the moment.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile

from support import HOOK_DIR, read_journal

SCRIPT = """
import argparse, loopwright as lw
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--layers", type=int, nargs="+", default=[64, 32])
parser.add_argument("--password", default="hunter2")
parser.parse_args([])
lw.log(loss=0.5, step=1)
lw.log({"val/loss": 0.25, 'k\\u00e9y "\\U0001f600" \\udcff': 1}, step=2)
lw.log(a=float("nan"), b=float("inf"), c=float("-inf"), d=1e-320, e=-0.0, f=2**53)
lw.log(loss=0.4)
lw.log(last=1.0, step=2**63 - 1)
lw.log(first=1.0, step=-2**63)
lw.param("depth", 8)
lw.param(text="line one\\nline two")
lw.tag(stage="baseline")
lw.log(word="no number")
with open("model.bin", "wb") as file:
    file.write(bytes(range(256)))
lw.artifact("model.bin", "models/model.bin")
lw.artifact(".", "folder")
class Figure:
    def savefig(self, path):
        open(path, "w").write("picture")
lw.figure(Figure(), "roc")
"""


def main(target: str) -> None:
    os.makedirs(target, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        run_dir = os.path.join(work, "run")
        cwd = os.path.join(work, "cwd")
        os.mkdir(run_dir)
        os.mkdir(cwd)
        env = dict(os.environ, PYTHONPATH=HOOK_DIR, LOOPWRIGHT_RUN_DIR=run_dir, LOOPWRIGHT_RUN_ID="0" * 32)
        subprocess.run([sys.executable, "-c", SCRIPT], cwd=cwd, env=env, stderr=subprocess.DEVNULL, check=True)
        name, = os.listdir(os.path.join(run_dir, "journals"))
        whole = os.path.join(target, "all-kinds.lwj")
        shutil.copyfile(os.path.join(run_dir, "journals", name), whole)
    with open(whole, "rb") as file:
        data = file.read()
    middle = len(data) // 2
    variants = {
        "torn.lwj": data[:-7],
        "corrupt.lwj": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:],
        "empty.lwj": data[:8],
    }
    for name, content in variants.items():
        with open(os.path.join(target, name), "wb") as file:
            file.write(content)
    expected = {}
    for name in ["all-kinds.lwj", *variants]:
        records, left = read_journal(os.path.join(target, name))
        expected[name] = {"records": records, "left_bytes": left}
    with open(os.path.join(target, "expected.json"), "w", encoding="ascii") as file:
        json.dump(expected, file, indent=1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
