"""Finds out what each way of observing sees of each library, and makes the table in docs/capture.md from it.

    LOOPWRIGHT_CAPTURE_PYTHON=… python3 test/python/lineage_table.py --write

Each row reads a file that was there before and writes another one, in a folder of its own. A cell holds the names of
those who saw it (`via` in the journal), a dash if nobody did.
"""
from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from support import HOOK_DIR, ROOT, Run

PAGE = os.path.join(ROOT, "docs", "capture.md")
BEGIN, END = "<!-- table: made by test/python/lineage_table.py -->\n", "<!-- end of table -->\n"

# (library, operation, code that reads, code that writes). `i` and `o` are the paths of input and output without
# extension; `df` is a pandas table. The writing code runs unobserved first, with `o` in the place of `i`.
ROWS = (
    ("Python", "`open`", "open(i + '.txt').read()", "open(o + '.txt', 'w').write('x')"),
    ("Python", "`pickle`", "import pickle; pickle.load(open(i + '.pkl', 'rb'))",
     "import pickle; pickle.dump([1], open(o + '.pkl', 'wb'))"),
    ("Python", "`mmap`", "import mmap; f = open(i + '.bin', 'rb'); mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)[:]",
     "import mmap; f = open(o + '.bin', 'wb+'); f.truncate(9); f.flush(); m = mmap.mmap(f.fileno(), 9); m[:1] = b'x'; m.flush()"),
    ("Python", "`shutil.copy`", "import shutil; shutil.copy(i + '.txt', o + '.copy')",
     "import shutil; open(o + '.src', 'w').write('x'); shutil.copy(o + '.src', o + '.txt')"),
    ("Python", "`os.rename`", None, "open(o + '.tmp', 'w').write('x'); import os; os.rename(o + '.tmp', o + '.txt')"),
    ("Python", "`sqlite3`", "import sqlite3; sqlite3.connect(i + '.db').execute('select * from t').fetchall()",
     "import sqlite3; c = sqlite3.connect(o + '.db'); c.execute('create table t(a)'); c.commit(); c.close()"),
    ("another program", "`cat` by `subprocess`", "import subprocess; subprocess.check_output(['cat', i + '.txt'])",
     "import subprocess; subprocess.check_call('echo x > ' + o + '.txt', shell=True)"),
    ("pandas", "CSV", "pd.read_csv(i + '.csv')", "df.to_csv(o + '.csv')"),
    ("pandas", "JSON", "pd.read_json(i + '.json')", "df.to_json(o + '.json')"),
    ("pandas", "Parquet", "pd.read_parquet(i + '.parquet')", "df.to_parquet(o + '.parquet')"),
    ("numpy", "`load`, `save`", "np.load(i + '.npy')", "np.save(o + '.npy', np.ones(3))"),
    ("numpy", "`memmap`", "np.memmap(i + '.raw', dtype='u1', mode='r')[:].sum()",
     "np.memmap(o + '.raw', dtype='u1', mode='w+', shape=9).flush()"),
    ("numpy", "`fromfile`, `tofile`", "np.fromfile(i + '.dat')", "np.ones(3).tofile(o + '.dat')"),
    ("joblib", "`load`, `dump`", "import joblib; joblib.load(i + '.joblib')", "import joblib; joblib.dump([1], o + '.joblib')"),
    ("pyarrow", "Parquet", "pq.read_table(i + '.parquet')", "pq.write_table(table, o + '.parquet')"),
    ("pyarrow", "`ParquetFile`, `ParquetWriter`", "pq.ParquetFile(i + '.parquet').read()",
     "w = pq.ParquetWriter(o + '.parquet', table.schema); w.write_table(table); w.close()"),
    ("pyarrow", "CSV", "pcsv.read_csv(i + '.csv')", "pcsv.write_csv(table, o + '.csv')"),
    ("pyarrow", "data set", "pds.dataset(i + '.d', format='parquet').to_table()",
     "pds.write_dataset(table, o + '.d', format='parquet')"),
    ("pyarrow", "Feather", "feather.read_table(i + '.feather')", "feather.write_feather(table, o + '.feather')"),
    ("pyarrow", "ORC", "orc.read_table(i + '.orc')", "orc.write_table(table, o + '.orc')"),
    ("pyarrow", "`memory_map`", "pa.memory_map(i + '.bin').read()", "pa.create_memory_map(o + '.bin', 9).write(b'x')"),
    ("pyarrow", "`OSFile`", "pa.OSFile(i + '.bin').read()", "f = pa.OSFile(o + '.bin', 'wb'); f.write(b'x'); f.close()"),
    ("polars", "`read_csv`, `write_csv`", "pl.read_csv(i + '.csv')", "pl.DataFrame({'a': [1]}).write_csv(o + '.csv')"),
    ("polars", "`scan_csv`, `sink_csv`", "pl.scan_csv(i + '*.csv').collect()", "pl.LazyFrame({'a': [1]}).sink_csv(o + '.csv')"),
    ("polars", "`read_parquet`, `write_parquet`", "pl.read_parquet(i + '.parquet')",
     "pl.DataFrame({'a': [1]}).write_parquet(o + '.parquet')"),
    ("polars", "`scan_parquet`, `sink_parquet`", "pl.scan_parquet(i + '.parquet').collect()",
     "pl.LazyFrame({'a': [1]}).sink_parquet(o + '.parquet')"),
    ("polars", "IPC", "pl.read_ipc(i + '.arrow')", "pl.DataFrame({'a': [1]}).write_ipc(o + '.arrow')"),
    ("polars", "NDJSON", "pl.scan_ndjson(i + '.jsonl').collect()", "pl.DataFrame({'a': [1]}).write_ndjson(o + '.jsonl')"),
    ("h5py", "`File`", "h5py.File(i + '.h5').close()", "h5py.File(o + '.h5', 'w').close()"),
    ("duckdb", "SQL over CSV", "duckdb.sql(\"select * from '%s.csv'\" % i).fetchall()",
     "duckdb.sql(\"copy (select 1 as a) to '%s.csv'\" % o)"),
    ("duckdb", "SQL over Parquet", "duckdb.connect().execute(\"select * from read_parquet('%s*.parquet')\" % i).fetchall()",
     "duckdb.connect().execute(\"copy (select 1 as a) to '%s.parquet'\" % o)"),
    ("duckdb", "`read_parquet`, `write_parquet`", "duckdb.read_parquet(i + '.parquet').fetchall()",
     "duckdb.sql('select 1 as a').write_parquet(o + '.parquet')"),
    ("duckdb", "database", "duckdb.connect(i + '.duckdb', read_only=True).sql('select * from t').fetchall()",
     "c = duckdb.connect(o + '.duckdb'); c.execute('create table t(a int)'); c.close()"),
    ("ONNX Runtime", "`InferenceSession`", "ort.InferenceSession(i + '.onnx', providers=['CPUExecutionProvider'])",
     None),
    ("onnx", "`load`, `save`", "onnx.load(i + '.onnx')", "onnx.save(onnx_model, o + '.onnx')"),
)

PRELUDE = """
import os, sys, warnings
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq, pyarrow.csv as pcsv, pyarrow.dataset as pds
import pyarrow.feather as feather, pyarrow.orc as orc, polars as pl, h5py, duckdb, onnxruntime as ort, onnx
from onnx import helper, TensorProto
df = pd.DataFrame({'a': [1, 2]})
table = pa.table({'a': [1, 2]})
value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ('x', 'y')]
onnx_model = helper.make_model(helper.make_graph([helper.make_node('Identity', ['x'], ['y'])], 'g', value[:1], value[1:]),
                               opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
def step(code, **names):
    exec(code, dict(globals(), **names))
"""


class Hook:
    """What the script's own processes record."""

    title = "hook"

    def observe(self, python: str, script: str, folder: str) -> list[dict]:
        store = os.path.join(os.path.dirname(folder), "store")
        run = Run(store, ["unused"])
        env = dict(os.environ, PYTHONPATH=HOOK_DIR, LOOPWRIGHT_RUN_DIR=run.dir, LOOPWRIGHT_CAPTURE="data",
                   LOOPWRIGHT_ROOT=folder)
        subprocess.run([python, script], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL, timeout=300)
        return [record[2] for record in run.records("file")]


WAYS = (Hook(),)


def observed(python: str, ways=WAYS) -> list[list[str]]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory(prefix="lw-table-") as base:
        work, stores = os.path.join(base, "work"), os.path.join(base, "store")
        os.makedirs(work), os.makedirs(stores)
        script = _scripts(python, work, base)
        columns = [(way.title, way.observe(python, script, work)) for way in ways]
        rows = []
        for number, (library, operation, reading, writing) in enumerate(ROWS):
            row = [library, operation]
            for _, files in columns:
                for mode, code, stem in (("r", reading, "in"), ("w", writing, "out")):
                    prefix = os.path.join(work, str(number), stem + ".")
                    via = sorted({file["via"] for file in files if mode in file["mode"] and file["path"].startswith(prefix)})
                    row.append(("`%s`" % "`, `".join(via) if via else "–") if code else "")
            rows.append(row)
        return rows


def _scripts(python: str, work: str, base: str) -> str:
    """Make every input, unobserved; the path of the script to observe."""
    prepare, script = [PRELUDE], [PRELUDE]
    for number, (library, _, reading, writing) in enumerate(ROWS):
        os.mkdir(os.path.join(work, str(number)))
        inputs, outputs = ("%s/%d/in" % (work, number), "%s/%d/out" % (work, number))
        prepare.append("step(%r, o=%r)" % (writing or "onnx.save(onnx_model, o + '.onnx')", inputs))
        if reading:
            script.append("step(%r, i=%r, o=%r)" % (reading, inputs, outputs + "-of-reading"))
        if writing:
            script.append("step(%r, o=%r)" % (writing, outputs))
    for name, lines in (("prepare.py", prepare), ("observe.py", script)):
        with open(os.path.join(base, name), "w") as file:
            file.write("\n".join(lines))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LOOPWRIGHT")}
    subprocess.run([python, os.path.join(base, "prepare.py")], cwd=work, env=environment, check=True,
                   stdout=subprocess.DEVNULL, timeout=300)
    return os.path.join(base, "observe.py")


def as_markdown(rows: list[list[str]], ways=WAYS) -> str:
    titles = ["library", "operation"]
    for way in ways:
        titles += ["%s: reading" % way.title, "%s: writing" % way.title]
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join("| %s |\n" % " | ".join(cells) for cells in lines)


def committed() -> str:
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    return page[page.index(BEGIN) + len(BEGIN):page.index(END)].strip() + "\n"


def main() -> None:
    text = as_markdown(observed(os.environ["LOOPWRIGHT_CAPTURE_PYTHON"]))
    if "--write" not in sys.argv:
        print(text, end="")
        return
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page[:page.index(BEGIN) + len(BEGIN)] + "\n" + text + "\n" + page[page.index(END):])


if __name__ == "__main__":
    main()
