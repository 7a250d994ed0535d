"""Files that are read and written past Python: what inotify and the scan find, and what they leave out."""
import os
import subprocess
import sys
import time
import unittest

from observing import LIBRARIES, LOOKED, WATCHED, ObserverTest, needs_libraries, on_linux
from support import HOOK_DIR, RUNNER, WAITS

DATA = ("data",)
# Readers and writers that no audit hook sees: the file, and code with `{}` for its path.
READERS = {
    "polars.read_csv": ("a.csv", "import polars as pl; pl.read_csv('{}')"),
    "polars.scan_parquet": ("a.parquet", "import polars as pl; pl.scan_parquet('{}').collect()"),
    "polars.read_ipc": ("a.feather", "import polars as pl; pl.read_ipc('{}')"),
    "pyarrow.parquet": ("a.parquet", "import pyarrow.parquet as pq; pq.read_table('{}')"),
    "pyarrow.parquet, mapped": ("a.parquet", "import pyarrow.parquet as pq; pq.read_table('{}', memory_map=True)"),
    "pyarrow.csv": ("a.csv", "import pyarrow.csv as pc; pc.read_csv('{}')"),
    "pyarrow.feather": ("a.feather", "import pyarrow.feather as pf; pf.read_table('{}')"),
    "duckdb, csv": ("a.csv", "import duckdb; duckdb.sql(\"select * from '{}'\").fetchall()"),
    "duckdb, database": ("a.duckdb", "import duckdb; duckdb.connect('{}').execute('select * from t').fetchall()"),
    "h5py": ("a.h5", "import h5py; h5py.File('{}')['x'][:]"),
}
WRITERS = {
    "polars": ("o.parquet", "import polars as pl; pl.DataFrame({{'a': [1]}}).write_parquet('{}')"),
    "pyarrow": ("o.parquet", "import pyarrow as pa, pyarrow.parquet as pq; pq.write_table(pa.table({{'a': [1]}}), '{}')"),
    "duckdb": ("o.csv", "import duckdb; duckdb.sql(\"copy (select 1 as a) to '{}'\")"),
    "h5py": ("o.h5", "import h5py\nwith h5py.File('{}', 'w') as f: f['x'] = [1]"),
}
MAKE = """
import duckdb, h5py, polars as pl
frame = pl.DataFrame({'a': list(range(3000)), 'b': ['text'] * 3000})
frame.write_csv('data/a.csv'); frame.write_parquet('data/a.parquet'); frame.write_ipc('data/a.feather')
with h5py.File('data/a.h5', 'w') as file: file['x'] = [1, 2, 3]
duckdb.connect('data/a.duckdb').execute('create table t as select 1 as a')
"""


def surely_or_maybe(ways):
    return bool(ways & {"inotify", "inotify?"})


@on_linux
class Inotify(ObserverTest):
    @needs_libraries
    def test_readers_past_the_audit_hook(self):
        os.mkdir(os.path.join(self.root, "data"))
        subprocess.run([LIBRARIES, "-c", MAKE], cwd=self.root, check=True)
        for name, (file, code) in READERS.items():
            with self.subTest(name):
                time.sleep(0.05)  # what is made in the tick before a run can't be told from what is made in it
                watched = "import os; os.system(%r)\n%s\nos.system(%r)" % (WATCHED, code.format("data/" + file), LOOKED)
                run = self.complete(self.observed_python(watched, kinds=DATA, python=LIBRARIES))
                inputs = self.files(run, "r")
                self.assertEqual(list(inputs), ["data/" + file], run.records("file"))
                self.assertTrue(surely_or_maybe(inputs["data/" + file]))
                self.assertEqual(self.files(run, "w"), {})

    @needs_libraries
    def test_writers_past_the_audit_hook(self):
        for name, (file, code) in WRITERS.items():
            with self.subTest(name):
                run = self.complete(self.observed_python(code.format(file), kinds=DATA, python=LIBRARIES))
                self.assertEqual(list(self.files(run, "w")), [file], run.records("file"))
                self.assertIn("scan", self.files(run, "w")[file])
                self.assertEqual(self.files(run, "r"), {})
                os.unlink(os.path.join(self.root, file))

    def test_a_file_that_is_held_open_is_surely_the_scripts(self):
        self.project_file("data/held.bin", b"x" * 5000)
        run = self.observed(["/bin/sh", "-c", WATCHED + "exec 5<data/held.bin; " + LOOKED], DATA)
        self.complete(run)
        self.assertEqual(self.files(run, "r"), {"data/held.bin": {"inotify"}})
        (_, _, file), = run.records("file")
        status = os.stat(os.path.join(self.root, "data/held.bin"))
        self.assertEqual((file["size"], file["mtime_ns"]), (5000, str(status.st_mtime_ns)))

    def test_what_other_processes_read_is_not_an_input(self):
        names = ["data/f%d.csv" % index for index in range(50)]
        for name in names:
            self.project_file(name, "x" * 3000)
        run = self.observed_python(WAITS, kinds=DATA)
        process = self.start(run)
        run.output_has(b"ready")
        time.sleep(2.2)  # what the script itself has read while it started proves nothing any more
        subprocess.run(["cat", *names], cwd=self.root, stdout=subprocess.DEVNULL, check=True)
        time.sleep(0.5)
        self.project_file("go")
        process.wait(20)
        self.observer_ended(run)
        self.assertEqual(self.files(run, "r"), {})

    def test_what_an_engines_job_reads_is_not_an_input(self):
        """A job is known by its program; here one that hashes what the script could have read in the same second."""
        job = self.file("dist/job.js", "")
        # As an engine has, whose child a job is.
        database = open(self.file("store.db", ""))
        self.addCleanup(database.close)
        self.project_file("data/hashed.csv", "x" * 3000)
        self.file("noise", b"x" * 5000)
        hashing = ("import os, time\nfor _ in range(40): open('data/hashed.csv').read(); time.sleep(0.02)\n"
                   "os.system(%r)" % LOOKED)
        run = self.observed_python("import os, time\nwhile not os.path.exists('go'): open(%r).read(); time.sleep(0.01)"
                                   % os.path.join(self.base, "noise"), kinds=DATA)
        process = self.start(run)
        self.observer_of(run)
        time.sleep(0.5)
        subprocess.run([sys.executable, "-c", hashing, job], cwd=self.root, check=True,
                       env={**os.environ, "LOOPWRIGHT_RUN_DIR": run.dir})
        self.project_file("go")
        process.wait(20)
        self.observer_ended(run)
        self.assertEqual(self.files(run, "r"), {})

    def test_folders_made_while_it_runs(self):
        code = ("import os, time\nos.system(%r); os.makedirs('out/deep/er')\n"
                "os.system('echo 1 > out/deep/er/a.csv; sleep 0.3; cat out/deep/er/a.csv')\n"
                "os.mkdir('tmp-x'); open('tmp-x/b.csv', 'w').write('1'); os.rename('tmp-x', 'final')\nos.system(%r)"
                % (WATCHED, LOOKED))
        run = self.complete(self.observed_python(code, kinds=DATA))
        outputs = self.files(run, "w")
        self.assertEqual(set(outputs), {"out/deep/er/a.csv", "final/b.csv"})
        self.assertEqual(self.files(run, "r"), {})  # what the run made is no input of it

    def test_written_beside_and_renamed(self):
        code = ("import os\nos.system(%r)\nwith open('.model.bin.tmp', 'w') as file:\n"
                "    file.write('x' * 4000); file.flush(); os.system(%r)\nos.rename('.model.bin.tmp', 'model.bin')\n"
                "os.system(%r)" % (WATCHED, LOOKED, LOOKED))
        run = self.complete(self.observed_python(code, kinds=DATA))
        self.assertEqual(self.files(run, "w"), {"model.bin": {"inotify", "scan"}})

    def test_code_configuration_and_tools_are_no_data(self):
        names = ("lib.py", "params.yaml", "pyproject.toml", ".env", "run.log", "node_modules/x.json", ".git/index.bin",
                 "venv/lib/data.csv", "__pycache__/x.bin", "mine/pyvenv.cfg", "mine/share/a.csv", "b.csv~")
        for name in names:
            self.project_file(name)
        run = self.observed(["/bin/sh", "-c", WATCHED + "cat %s data.csv > /dev/null; %stouch %s" %
                             (" ".join(names), LOOKED, " ".join(names))], DATA)
        self.project_file("data.csv")
        self.complete(run)
        self.assertEqual(set(self.files(run, "r")), {"data.csv"})
        self.assertEqual(self.files(run, "w"), {})

    def test_names_with_newlines_and_bytes_that_are_no_text(self):
        for name in (b"a\nb.csv", b"\xff\xfe.csv", "ü 你.csv".encode()):
            with open(os.path.join(os.fsencode(self.root), name), "wb") as file:
                file.write(b"x" * 600)
        run = self.complete(self.observed(["/bin/sh", "-c", WATCHED + "cat *.csv > /dev/null; " + LOOKED], DATA))
        self.assertEqual(set(self.files(run, "r")), {"a\nb.csv", "\udcff\udcfe.csv", "ü 你.csv"})

    def test_files_outside_the_root_that_the_command_line_names(self):
        outside = self.file("elsewhere/in.csv", "x" * 600)
        self.file("elsewhere/other.csv", "x" * 600)
        os.mkdir(os.path.join(self.base, "results"))
        out = os.path.join(self.base, "results", "out.bin")
        run = self.observed_python("import os, sys\nos.system(%r)\n" % WATCHED +
                                   "os.system('cat %s > %s' % (sys.argv[2] + ' ' + os.path.dirname(sys.argv[2])"
                                   " + '/other.csv', sys.argv[1].partition('=')[2]))\n" + "os.system(%r)" % LOOKED,
                                   "--out=" + out, outside, kinds=DATA)
        self.complete(run)
        self.assertEqual(set(self.files(run, "r")), {outside})
        self.assertEqual(set(self.files(run, "w")), {out})

    def test_many_files_of_one_folder_are_one_record(self):
        for index in range(1000):
            self.project_file("images/%04d.png" % index, "x" * 100)
        run = self.complete(self.observed(["/bin/sh", "-c", WATCHED + "cat images/*.png > all.bin; " + LOOKED], DATA))
        folders = [record[2] for record in run.records("file") if record[2].get("kind") == "folder"]
        self.assertEqual({(file["path"], file["mode"]) for file in folders}, {(os.path.join(self.root, "images"), "r")})
        self.assertLessEqual(sum(file["files"] for file in folders), 1000)
        self.assertLess(len(run.records("file")), 450)


@on_linux
class Trees(ObserverTest):
    def test_links_in_a_circle_and_out_of_the_root(self):
        self.project_file("data/a.csv")
        os.symlink(self.root, os.path.join(self.root, "data", "up"))
        os.symlink("self", os.path.join(self.root, "self"))
        os.symlink("/", os.path.join(self.root, "everything"))
        far = os.path.dirname(self.file("far/b.csv", "x" * 600))
        os.symlink(far, os.path.join(self.root, "linked"))
        run = self.complete(self.observed(["/bin/sh", "-c", WATCHED + "cat linked/b.csv; echo 1 > linked/c.csv"], DATA),
                            code=None)
        self.assertEqual(set(self.files(run, "r")), {"linked/b.csv"})
        self.assertEqual(set(self.files(run, "w")), {"linked/c.csv"})
        self.assertEqual(self.facts(run, "lineage")["inotify"], {"folders": 3})

    def test_5000_folders_are_watched_in_part_and_that_is_said(self):
        for index in range(5000):
            os.makedirs(os.path.join(self.root, "d%02d" % (index % 50), "e%d" % index))
        run = self.complete(self.observed_python("open('d49/e4999/out.csv', 'w').write('1')", kinds=DATA))
        facts = self.facts(run, "lineage")
        self.assertEqual(facts["inotify"], {"folders": 2000, "cut": True})
        self.assertIn("Files read past Python in folders beyond the first 2000.", facts["missed"])
        self.assertEqual(self.files(run, "w"), {"d49/e4999/out.csv": {"scan"}})

    def test_a_system_that_gives_no_more_watches(self):
        """In a user namespace of its own, where the limit can be lowered for nobody else."""
        if subprocess.run(["unshare", "-Ur", "sh", "-c", "echo 3 > /proc/sys/user/max_inotify_watches"],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("user namespaces are closed here")
        for index in range(10):
            self.project_file("d%d/a.csv" % index)
        for limit, value, seen in (("watches", 3, 3), ("instances", 0, 0)):
            with self.subTest(limit):
                run = self.observed_python("open('d9/out.csv', 'w').write('1')", kinds=DATA)
                command = "echo %d > /proc/sys/user/max_inotify_%s; exec \"$@\"" % (value, limit)
                done = subprocess.run(["unshare", "-Ur", "sh", "-c", command, "sh", *RUNNER, run.dir],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.observer_ended(run)
                facts = self.facts(run, "lineage")
                self.assertEqual(facts["inotify"]["folders"], seen)
                self.assertTrue(facts["inotify"]["problem"])
                self.assertEqual("inotify" in facts["ways"], seen > 0)
                self.assertTrue(any(facts["inotify"]["problem"] in text for text in facts["missed"]), facts)
                self.assertEqual(self.files(run, "w"), {"d9/out.csv": {"scan"}})
                os.unlink(os.path.join(self.root, "d9/out.csv"))

    def test_a_root_that_nobody_may_write_or_read(self):
        self.project_file("a.csv", "x" * 600)
        closed = os.path.join(self.root, "closed")
        os.mkdir(closed, 0o000)
        os.chmod(self.root, 0o555)
        try:
            run = self.complete(self.observed(["/bin/sh", "-c", WATCHED + "cat a.csv > /dev/null"], DATA))
        finally:
            os.chmod(self.root, 0o755)
        self.assertEqual(set(self.files(run, "r")), {"a.csv"})

    def test_no_root_and_one_that_is_not_there(self):
        for root in (None, os.path.join(self.base, "nowhere")):
            run = self.complete(self.observed_python("pass", root=root))
            self.assertEqual(self.done(run)["environment"], None)
            self.assertEqual(run.records("file"), [])


class Scan(ObserverTest):
    def test_outputs_of_a_short_run(self):
        self.project_file("changed.csv", "old")
        self.project_file("same.csv")
        time.sleep(0.05)
        code = "open('changed.csv', 'w').write('new'); open('new.bin', 'w').write('1'); open('gone.bin', 'w').write('1')\n" \
               "import os; os.unlink('gone.bin')"
        run = self.complete(self.observed_python(code, kinds=DATA))
        outputs = self.files(run, "w")
        self.assertEqual(set(outputs), {"changed.csv", "new.bin"})
        self.assertTrue(all("scan" in ways for ways in outputs.values()))

    def test_a_file_whose_times_were_kept(self):
        """As `cp -p` and unpacking do: only the time of its change tells."""
        old = self.file("old.csv", "x")
        os.utime(old, (1, 1))
        run = self.complete(self.observed(["cp", "-p", old, os.path.join(self.root, "copy.csv")], DATA))
        self.assertEqual(set(self.files(run, "w")), {"copy.csv"})

    def test_nothing_that_a_run_wrote_is_older_than_its_start(self):
        run = self.complete(self.observed(["date", "+%s%N"], DATA))
        self.assertLessEqual(run.state["started_ms"] * 1_000_000, int(run.output))

    def test_it_says_how_it_was_observed(self):
        run = self.complete(self.observed_python("pass", kinds=DATA))
        facts = self.facts(run, "lineage")
        self.assertEqual(facts["scan"], {"files": 0, "cut": False})
        self.assertEqual(facts["ways"][0], "audit")
        self.assertEqual(facts["ways"][-1], "scan")
        isolated = self.complete(self.observed([sys.executable, "-I", "-c", "pass"], DATA))
        facts = self.facts(isolated, "lineage")
        self.assertNotIn("audit", facts["ways"])
        self.assertIn("did not load the hook", facts["missed"][0])

    def test_more_files_than_it_looks_at(self):
        parts = self.python_parts()
        path = os.path.join(parts, "observer", "scan.py")
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(text.replace("MAX_FILES = 50_000", "MAX_FILES = 10"))
        for index in range(30):
            self.project_file("f%d.csv" % index)
        time.sleep(0.05)
        run = self.observed_python("pass", kinds=DATA, hook_dir=HOOK_DIR)
        subprocess.run([sys.executable, "-I", "-S", os.path.join(parts, "runner"), run.dir], check=True)
        self.observer_ended(run)
        self.assertEqual(self.facts(run, "lineage")["scan"], {"files": 10, "cut": True})
        self.assertEqual(self.files(run, "w"), {})


if __name__ == "__main__":
    unittest.main()
