"""`%load_ext loopwright` in a kernel whose notebook is tracked, with the IPython of the interpreter for captured libraries."""
from __future__ import annotations

import json
import os
import subprocess
import unittest

from capturing import QUIET, CaptureTest
from support import HOOK_DIR, Run

KINDS = ["code", "data", "environment", "libraries", "models", "figures"]
# A kernel without its sockets: what cells do to the shell is the same.
SHELL = """
import json, os, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
shell.user_ns["__vsc_ipynb_file__"] = os.path.join(os.getcwd(), "a.ipynb")
def cell(source):
    result = shell.run_cell(source, store_history=True)
    result.raise_error()
def runner(run, state):
    with open(os.path.join(run, "runner.json"), "w") as file:
        json.dump({"state": state}, file)
"""
LOAD = 'cell("import sys; sys.path.append(%r)\\n%%load_ext loopwright")\n' % HOOK_DIR


class KernelTest(CaptureTest):
    def setUp(self) -> None:
        super().setUp()
        self.store = os.path.join(self.base, ".loopwright")
        self.state = os.path.join(self.base, "state")
        os.makedirs(os.path.join(self.state, "followed"))
        os.makedirs(os.path.join(self.store, "active"))
        self.run_ = self.followed_run()
        self.follow("a.ipynb", self.run_)

    def followed_run(self, **changes: object) -> Run:
        capture = {"kinds": KINDS, "modelLimitBytes": 10 ** 8, "pinLimitBytes": 0}
        run = Run(self.store, ["a.ipynb"], kind="followed", root=self.base, capture=capture, name="a", **changes)
        with open(os.path.join(self.store, "active", run.id), "w"):
            pass
        with open(run.path("runner.json"), "w") as file:
            json.dump({"state": "running"}, file)
        return run

    def follow(self, notebook: str, run: Run | None, over: int = 0, pid: int | None = None,
               process: int | None = None) -> None:
        """The window is this process, or `process`; one that is gone has a `pid` that another process has by now."""
        name = "%s-%s.json" % ("0%d" % process if process else "1", notebook)
        pid = pid or process or os.getpid()
        with open("/proc/%d/stat" % (process or os.getpid())) as file:
            start = file.read().rpartition(")")[2].split()[19]
        entry = {"format": 1, "pid": pid, "start": start, "notebook": os.path.join(self.base, notebook),
                 "run": run.dir if run else None, "over": over}
        with open(os.path.join(self.state, "followed", name), "w") as file:
            json.dump(entry, file)

    def cells(self, code: str, expect: int = 0, **env: str) -> str:
        """What cells printed, one after the other in one shell."""
        result = self.script(SHELL + code, python=(self.python,), tracked=False, seconds=180.0,
                             env={**QUIET, "LOOPWRIGHT_STATE_DIR": self.state, "IPYTHONDIR": self.base + "/ipython",
                                  "PYTHONPATH": "", **env})
        self.assertEqual((result.returncode, result.stderr.decode()), (expect, ""), result.stdout.decode())
        return result.stdout.decode()

    @property
    def python(self) -> str:
        return os.environ["LOOPWRIGHT_CAPTURE_PYTHON"]


class TestCapture(KernelTest):
    def test_what_cells_do_from_then_on_is_in_the_run(self) -> None:
        self.file("in.csv", "a,b\n1,2\n3,4\n")
        self.file("helpers.py", "def half(x): return x / 2\n")
        out = self.cells(LOAD + """
cell('''import numpy as np
from sklearn.linear_model import LogisticRegression
import helpers, loopwright
np.random.seed(7)
rows = open("in.csv").read()
open("out.txt", "w").write(rows)
model = LogisticRegression(C=0.5).fit([[0], [1], [2], [3]], [0, 0, 1, 1])
loopwright.log(loss=helpers.half(1), step=3)
loopwright.param(depth=4)''')
cell('%matplotlib --list')
cell('import subprocess; subprocess.run([sys.executable, "-c", "import loopwright; loopwright.log(worker=1.0)"])')
""")
        self.assertIn("Loopwright: this kernel is captured into the run a.", out)
        self.assertEqual(self.facts("notebook"), {"observed": "kernel"})
        self.assertEqual(self.facts("seeds")["numpy.random.seed"], 7)
        self.assertEqual(self.metric("loss"), [(3, 0.5)])
        self.assertEqual(self.metric("worker"), [(0, 1.0)])
        self.assertEqual((self.params()["depth"], self.params()["C"]), ("4", "0.5"))
        self.assertEqual([name for name in self.params() if name in ("gui", "list")], [])
        self.assertEqual(self.models(), {"LogisticRegression"})
        files = {(record[2]["path"], record[2]["mode"]) for record in self.records("file")}
        self.assertIn((os.path.join(self.base, "in.csv"), "r"), files)
        self.assertIn((os.path.join(self.base, "out.txt"), "w"), files)
        self.assertIn(os.path.join(self.base, "helpers.py"),
                      {source[0] for record in self.records("loaded") for source in record[2]})
        self.assertIn("sklearn", self.facts("environment")["imported"])

    def test_its_packages_are_told_with_which_of_them_were_imported(self) -> None:
        self.cells(LOAD + """
from loopwright import _ipython
for _ in range(600):
    cell("pass")
    if _ipython._kernel._packages._process is None: break
    time.sleep(0.1)
cell("import joblib")
""")
        packages = self.facts("packages")
        self.assertTrue(packages["ipython"]["imported"])
        self.assertTrue(packages["joblib"]["imported"])
        self.assertFalse(packages["scikit-learn"]["imported"])
        self.assertEqual(self.facts("environment")["implementation"], "CPython")
        self.assertEqual([record[2:] for record in self.records("done")], [["environment", None]])

    def test_when_the_run_ends_nothing_more_is_written_until_it_is_loaded_into_the_next(self) -> None:
        next_run = self.followed_run()
        entry = os.path.join(self.state, "followed", "1-a.ipynb.json")
        out = self.cells(LOAD + """
cell('import loopwright; loopwright.log(loss=1.0); import random; random.seed(5); one = open("one.txt", "w")')
runner(%r, "exited")
cell('import os; loopwright.log(loss=2.0); two = open("two.txt", "w"); print(os.environ.get("LOOPWRIGHT_RUN_DIR"), loopwright.run_id())')
with open(%r) as file: entry = json.load(file)
entry.update(run=%r, over=2)
with open(%r, "w") as file: json.dump(entry, file)
cell("%%load_ext loopwright")
cell('loopwright.log(loss=3.0); random.seed(5); open("three.txt", "w")')
cell("%%unload_ext loopwright")
cell('loopwright.log(loss=4.0); open("four.txt", "w")')
""" % (self.run_.dir, entry, next_run.dir, entry))
        self.assertIn("None None", out)
        self.assertEqual(out.count("is captured into the run a."), 2)
        self.assertEqual(self.metric("loss"), [(0, 1.0)])
        self.assertEqual([os.path.basename(record[2]["path"]) for record in self.records("file")], ["one.txt"])
        self.run_ = next_run
        self.assertEqual(self.metric("loss"), [(0, 3.0)])
        self.assertEqual(self.facts("seeds"), {"random.seed": 5})
        self.assertEqual([os.path.basename(record[2]["path"]) for record in self.records("file")], ["three.txt"])

    def test_mlflow_is_told_of_the_store_for_as_long_as_the_run_goes_on(self) -> None:
        self.run_ = self.followed_run(tracking="http://127.0.0.1:20100")
        self.follow("a.ipynb", self.run_)
        show = """cell('print("seen", [os.environ.get("MLFLOW_" + name) for name in ("TRACKING_URI", "TRACKING_TOKEN", "EXPERIMENT_NAME")])')
"""
        code = "cell('import os')\n" + LOAD + show + 'runner(%r, "exited")\n' % self.run_.dir + "cell('pass')\n" + show
        out = self.cells(code, MLFLOW_TRACKING_TOKEN="theirs")
        self.assertIn("is captured into the run a. So is what it logs by MLflow.", out)
        seen = [line for line in out.split("\n") if line.startswith("seen")]
        self.assertRegex(seen[0], r"^seen \['http://127.0.0.1:20100', 'lw-%s-[0-9a-f]{64}', 'Default'\]$" % self.run_.id)
        self.assertEqual(seen[1], "seen [None, 'theirs', None]")

    def test_a_tracking_server_that_the_kernel_has_already_stays(self) -> None:
        self.run_ = self.followed_run(tracking="http://127.0.0.1:20100")
        self.follow("a.ipynb", self.run_)
        out = self.cells("cell('import os')\n" + LOAD + "cell('print(os.environ[\"MLFLOW_TRACKING_URI\"])')",
                         MLFLOW_TRACKING_URI="http://elsewhere")
        self.assertIn("is captured into the run a.\n", out)
        self.assertIn("http://elsewhere\n", out)

    def test_a_run_that_begins_a_moment_later_is_waited_for(self) -> None:
        entry = os.path.join(self.state, "followed", "1-a.ipynb.json")
        self.follow("a.ipynb", None)
        out = self.cells("""
import threading
import loopwright._ipython as one; one._PATIENCE = 60
def begin():
    with open(%r) as file: entry = json.load(file)
    entry["run"] = %r
    with open(%r, "w") as file: json.dump(entry, file)
    os.replace(%r, %r)
threading.Timer(1.0, begin).start()
""" % (entry, self.run_.dir, entry + ".new", entry + ".new", entry) + LOAD, PYTHONPATH=HOOK_DIR)
        self.assertIn("captured into the run a.", out)

    def test_a_new_kernel_does_not_go_into_the_run_of_the_one_before(self) -> None:
        self.follow("a.ipynb", self.run_, over=1)
        out = self.cells("import loopwright._ipython as one; one._PATIENCE = 0.3\n" + LOAD, PYTHONPATH=HOOK_DIR)
        self.assertIn("did not begin", out)
        self.follow("a.ipynb", self.run_)
        with open(self.run_.path("main.pid"), "w") as file:
            file.write("1\n")
        out = self.cells("import loopwright._ipython as one; one._PATIENCE = 0.3\n" + LOAD, PYTHONPATH=HOOK_DIR)
        self.assertIn("did not begin", out)
        self.assertEqual(self.run_.journals(), [])


class TestWhoseRun(KernelTest):
    def test_a_notebook_that_is_not_tracked_is_told_so(self) -> None:
        out = self.cells('shell.user_ns["__vsc_ipynb_file__"] = "/elsewhere/b.ipynb"\n' + LOAD + "cell('print(6 * 7)')")
        self.assertIn("Loopwright: b.ipynb is not tracked.", out)
        self.assertIn("42", out)
        self.assertEqual(self.run_.journals(), [])

    def test_after_a_refusal_it_can_be_loaded_again(self) -> None:
        out = self.cells('del shell.user_ns["__vsc_ipynb_file__"]\nos.mkdir("sub"); os.chdir("sub")\n' + LOAD
                         + 'os.chdir("..")\n' + LOAD)
        self.assertIn("no notebook in", out)
        self.assertIn("captured into the run a.", out)

    def test_without_a_name_the_only_notebook_of_the_folder_is_meant(self) -> None:
        self.follow("b.ipynb", None)
        out = self.cells('del shell.user_ns["__vsc_ipynb_file__"]\n' + LOAD)
        self.assertIn("several notebooks", out)
        self.assertIn("(a.ipynb, b.ipynb)", out)
        os.unlink(os.path.join(self.state, "followed", "1-b.ipynb.json"))
        self.assertIn("captured", self.cells('del shell.user_ns["__vsc_ipynb_file__"]\n' + LOAD))

    def test_a_server_names_it_from_its_own_folder(self) -> None:
        out = self.cells('del shell.user_ns["__vsc_ipynb_file__"]\n' + LOAD,
                         JPY_SESSION_NAME=os.path.basename(self.base) + "/a.ipynb")
        self.assertIn("captured into the run a.", out)

    def test_what_a_window_that_is_gone_has_left_behind_does_not_count(self) -> None:
        self.follow("a.ipynb", self.run_, pid=1)
        with open(os.path.join(self.state, "followed", "torn.json"), "w") as file:
            file.write("{")
        self.assertIn("a.ipynb is not tracked", self.cells(LOAD))

    def test_of_two_windows_with_the_same_notebook_its_own_is_meant(self) -> None:
        window = subprocess.Popen(["sleep", "300"])
        self.addCleanup(window.wait)
        self.addCleanup(window.kill)
        theirs = self.followed_run()
        self.follow("a.ipynb", theirs, process=window.pid)
        self.assertIn("captured into the run a.", self.cells(LOAD))
        self.assertEqual((len(self.run_.journals()), theirs.journals()), (1, []))
        os.unlink(os.path.join(self.state, "followed", "1-a.ipynb.json"))
        other = subprocess.Popen(["sleep", "300"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        self.follow("a.ipynb", self.followed_run(), process=other.pid)
        self.assertIn("a.ipynb is tracked in several windows", self.cells(LOAD))

    def test_a_kernel_of_a_tracked_run_stays_in_that(self) -> None:
        out = self.cells(LOAD, LOOPWRIGHT_RUN_DIR=self.run_.dir)
        self.assertIn("captured into that one", out)


if __name__ == "__main__":
    unittest.main()
