"""Wrapped readers and writers tell of their files and are otherwise what they were."""
import os
import unittest

from lineage_support import CAPTURE_PYTHON, LineageTest, NEEDS_LIBRARIES, same_without

WRAPPED = {
    "pyarrow": ("memory_map",), "pyarrow.parquet": ("read_table", "write_table", "ParquetFile.__init__"),
    "pyarrow.csv": ("read_csv", "write_csv"), "pyarrow.dataset": ("dataset", "write_dataset"),
    "pyarrow.feather": ("read_table", "write_feather"), "h5py": ("File.__init__",),
    "polars": ("read_csv", "scan_parquet", "DataFrame.write_csv", "LazyFrame.sink_parquet"),
    "duckdb": ("sql", "execute", "connect", "DuckDBPyConnection.execute"),
    "onnxruntime": ("InferenceSession.__init__",), "numpy.random": ("seed", "default_rng"),
}


@NEEDS_LIBRARIES
class TheSameFunctions(LineageTest):
    def test_names_documents_and_signatures(self):
        code = "import importlib, inspect, re\nfor module, names in %r.items():\n    m = importlib.import_module(module)\n" \
               "    for name in names:\n        f = m\n        for part in name.split('.'): f = getattr(f, part)\n" \
               "        try: signature = str(inspect.signature(f))\n        except (ValueError, TypeError): signature = 'none'\n" \
               "        print(name, f.__name__, f.__doc__, re.sub('0x[0-9a-f]+', '', signature))" % WRAPPED
        self.assertIn(b"InferenceSession", same_without(self, code + "\nprint('InferenceSession')", CAPTURE_PYTHON))

    def test_they_are_wrapped_at_all(self):
        self.libraries("import importlib\nfor module, names in %r.items():\n    m = importlib.import_module(module)\n"
                       "    for name in names:\n        f = m\n        for part in name.split('.'): f = getattr(f, part)\n"
                       "        assert f._loopwright and f.__wrapped__, name" % WRAPPED)

    def test_they_pickle_by_their_names(self):
        self.libraries("import pickle, copy, numpy.random, polars, pyarrow.csv, pyarrow.parquet, pyarrow.dataset, random, cloudpickle\n"
                       "for f in (random.seed, numpy.random.seed, numpy.random.default_rng, polars.read_csv, polars.scan_parquet,\n"
                       "          pyarrow.csv.read_csv, pyarrow.parquet.read_table, pyarrow.dataset.dataset, polars.DataFrame.write_csv):\n"
                       "    for p in (pickle, cloudpickle): assert pickle.loads(p.dumps(f)) is f, f\n    assert copy.deepcopy(f) is f")

    def test_classes_are_what_they_were(self):
        same_without(self, "import polars, h5py, duckdb, onnxruntime, pyarrow.parquet as pq\n"
                           "for c in (polars.DataFrame, polars.LazyFrame, h5py.File, duckdb.DuckDBPyConnection, "
                           "onnxruntime.InferenceSession, pq.ParquetFile): print(c, c.__mro__, type(c), c.__module__)\n"
                           "f = h5py.File('x.h5', 'w'); print(isinstance(f, h5py.File), type(f) is h5py.File)", CAPTURE_PYTHON)

    def test_one_function_under_all_its_names(self):
        self.libraries("import polars, polars.io, pyarrow.parquet, pyarrow.parquet.core, numpy.random.mtrand, sys\n"
                       "assert polars.read_csv is polars.io.read_csv\nassert pyarrow.parquet.read_table is pyarrow.parquet.core.read_table\n"
                       "assert numpy.random.seed is numpy.random.mtrand.seed")

    def test_exceptions_and_warnings_are_those_of_the_library_and_of_the_users_line(self):
        self.file("in.csv", "a,b\n1,2\n")
        code = "import warnings, polars as pl, pyarrow.csv as c, duckdb, h5py\nwarnings.simplefilter('always')\n" \
               "for f in (lambda: pl.read_csv('gone.csv'), lambda: c.read_csv('gone.csv'), lambda: duckdb.sql('select * from \"gone.csv\"'),\n" \
               "          lambda: h5py.File('gone.h5'), lambda: pl.read_csv(), lambda: c.read_csv(x=1)):\n" \
               "    try: f()\n    except Exception as e: print(type(e), str(e)[:200])\n" \
               "with warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n" \
               "    pl.read_csv('in.csv', dtypes={'a': pl.Int64})\n    for x in w: print(x.category, x.filename, x.lineno)"
        out = same_without(self, code.replace("pl.read_csv('in.csv', dtypes={'a': pl.Int64})", "pl.read_csv('in.csv')"), CAPTURE_PYTHON)
        self.assertIn(b"gone", out)

    def test_a_warning_blames_the_callers_line(self):
        """With a frame of ours in between, `stacklevel=2` would blame us, and Python would not show it by default."""
        module = self.file("fake_pyarrow_user.py", "import warnings\ndef seed(seed=None): warnings.warn('old', DeprecationWarning, stacklevel=2)\n")
        self.fine("import warnings, fake_pyarrow_user as m\nfrom loopwright import _wrap\n_wrap.attach(m, {'seed': (None, None)})\n"
                  "assert m.seed._loopwright\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n"
                  "    m.seed()\nassert (w[0].filename, w[0].lineno) == (__file__, 7), (w[0].filename, w[0].lineno)")
        self.assertTrue(os.path.exists(module))


@NEEDS_LIBRARIES
class TheirFiles(LineageTest):
    def test_patterns_lists_and_folders(self):
        for name in ("a1.csv", "a2.csv", "b.csv", "deep/x/c.csv"):
            self.file(name, "a\n1\n")
        self.libraries("import polars as pl, pyarrow.parquet as pq, pyarrow as pa, pyarrow.dataset as ds, pathlib\n"
                       "pl.scan_csv('a*.csv').collect(); pl.read_csv(pathlib.Path('b.csv')); pl.scan_csv('deep/**/*.csv').collect()\n"
                       "t = pa.table({'k': ['x', 'y'], 'v': [1, 2]})\npq.write_to_dataset(t, 'out', partition_cols=['k'])\n"
                       "pq.write_table(t, 'one.parquet')")
        self.assertEqual(self.seen("r"), ["a1.csv", "a2.csv", "b.csv", "deep/x/c.csv"])
        self.assertEqual(sorted({name.partition("/")[0] for name in self.seen("w")}), ["one.parquet", "out"])
        self.fine("import pyarrow.dataset as ds, pyarrow.parquet as pq\nassert len(ds.dataset(['one.parquet']).to_table()) == 2\n"
                  "assert len(pq.read_table('out')) == 2", python=(CAPTURE_PYTHON,))
        self.assertEqual({name.partition("/")[0] for name in self.seen("r")} - {"a1.csv", "a2.csv", "b.csv", "deep"},
                         {"one.parquet", "out"})

    def test_sql(self):
        for name in ("a.csv", "b.csv", "it's.csv", "c.csv", "not.csv", "d1.csv", "d2.csv"):
            self.file(name, "x\n1\n")
        self.libraries("import duckdb\ncon = duckdb.connect('base.duckdb')\ncon.execute(\"create table t as select * from 'a.csv' -- 'not.csv'\\n\")\n"
                       "con.sql(\"select * from \\\"b.csv\\\" join read_csv(['it''s.csv']) using (x) where 'not.csv' <> 'z'\").fetchall()\n"
                       "con.execute(\"copy t from 'c.csv'; copy (select * from 'd*.csv') to 'out.parquet' (format parquet)\")\n"
                       "con.execute(\"attach 'other.duckdb'\"); con.execute('create table other.u(a int)'); con.close()\n"
                       "duckdb.execute('select 1').fetchall()")
        self.assertEqual(self.seen("r"), ["a.csv", "b.csv", "c.csv", "d1.csv", "d2.csv", "it's.csv"])
        self.assertEqual(self.seen("w"), ["base.duckdb", "other.duckdb", "out.parquet"])

    def test_hdf5_is_an_output_only_if_it_has_changed(self):
        self.libraries("import h5py\nfor name in ('read.h5', 'append.h5'):\n    with h5py.File(name, 'w') as f: f['a'] = 1", tracked=False)
        self.libraries("import h5py\nwith h5py.File('read.h5', 'r') as f: f['a'][()]\nwith h5py.File('append.h5', 'a') as f: f['b'] = 2\n"
                       "with h5py.File('new.h5', 'w') as f: f['b'] = 2")
        self.assertEqual((self.seen("r"), self.seen("w")), (["append.h5", "read.h5"], ["append.h5", "new.h5"]))

    def test_remote_data_without_secrets(self):
        self.fine("import duckdb, polars as pl\n"
                  "for f in (lambda: pl.scan_parquet('s3://key:secret@bucket/a.parquet?versionId=1'),\n"
                  "          lambda: duckdb.sql(\"select * from 'https://u:p@127.0.0.1:1/b.csv?sig=x'\"),\n"
                  "          lambda: pl.scan_csv('abfss://box@account.invalid/c.csv')):\n"
                  "    try: f()\n    except Exception: pass", python=(CAPTURE_PYTHON,))
        self.assertEqual(self.seen("r"), ["abfss://box@account.invalid/c.csv", "https://127.0.0.1:1/b.csv", "s3://bucket/a.parquet"])
        self.assertEqual({file["kind"] for file in self.files()}, {"remote"})

    def test_fsspec(self):
        """Where it is installed: the libraries of the tests do not need it."""
        found = self.script("import fsspec", python=(CAPTURE_PYTHON,)).returncode == 0
        if not found:
            self.skipTest("fsspec is not installed")
        self.fine("import fsspec\nclass S3(fsspec.AbstractFileSystem):\n    protocol = 's3'\n    def _open(self, *a, **k): raise OSError('no')\n"
                  "try: S3().open('bucket/key.csv')\nexcept OSError: pass\nfsspec.filesystem('memory').open('/x', 'wb').close()",
                  python=(CAPTURE_PYTHON,))
        self.assertEqual(self.seen("r"), ["s3://bucket/key.csv"])

    def test_content_is_no_path(self):
        # Not all in one script: of those that read by polars and by pyarrow.csv, plain ones too, some abort as they end.
        self.libraries("import polars as pl, io, onnxruntime as ort\npl.read_csv(b'a,b\\n1,2\\n'); pl.read_csv(io.BytesIO(b'a\\n1\\n'))\n"
                       "try: ort.InferenceSession(b'x' * 100000)\nexcept Exception: pass")
        self.assertEqual(self.files(), [])
        self.libraries("import io, pyarrow.csv as c\nc.read_csv(io.BytesIO(b'a\\n1\\n'))")
        self.assertEqual(self.files(), [])

    def test_workers_of_joblib(self):
        for number in range(4):
            self.file("in/%d.csv" % number, "a\n1\n")
        self.fine("from joblib import Parallel, delayed\nimport numpy as np\ndef work(n, big):\n    import pyarrow.csv\n"
                  "    pyarrow.csv.read_csv('in/%d.csv' % n); np.save('out/%d.npy' % n, big[:3])\n"
                  "import os; os.mkdir('out')\nif __name__ == '__main__':\n    Parallel(n_jobs=2)(delayed(work)(n, np.ones(300000)) for n in range(4))",
                  python=(CAPTURE_PYTHON,))
        self.assertEqual((self.seen("r"), self.seen("w")),
                         (["in/%d.csv" % n for n in range(4)], ["out/%d.npy" % n for n in range(4)]))


@NEEDS_LIBRARIES
class Seeds(LineageTest):
    def test_values_are_facts(self):
        self.libraries("import random, numpy as np\nrandom.seed(1); random.seed(1); random.seed('text'); random.seed()\n"
                       "np.random.seed(np.int64(7)); np.random.seed([1, 2])\nfor n in range(30): np.random.default_rng(n)\nnp.random.default_rng()")
        self.assertEqual(self.facts("seeds"), {"random.seed": [1, "text"], "numpy.random.seed": 7,
                                               "numpy.random.default_rng": list(range(20))})

    def test_nothing_of_them_without_the_kind(self):
        self.kinds = "data"
        self.libraries("import random, numpy as np\nrandom.seed(1); np.random.seed(7)")
        self.assertEqual(self.facts("seeds"), {})

    def test_numbers_are_the_same(self):
        same_without(self, "import random, numpy as np\nrandom.seed(5); np.random.seed(5); print(random.random(), np.random.rand(), "
                           "np.random.default_rng(5).random(), np.random.default_rng(np.random.default_rng(1)).random())", CAPTURE_PYTHON)


if __name__ == "__main__":
    unittest.main()
