"""A notebook that is run whole: what is executed, what is told of it, and what it leaves."""
from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path

from notebooking import PYTHON, KernelTest, code, document, markdown, needs_kernel

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def is_valid(path: str) -> str:
    """What nbformat has against a file; empty if nothing."""
    check = "import nbformat, sys, warnings; warnings.simplefilter('error'); " \
            "nbformat.validate(nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT))"
    return subprocess.run([PYTHON, "-c", check, path], capture_output=True, encoding="utf-8").stderr


@needs_kernel
class Whole(KernelTest):
    def test_everything_that_a_notebook_can_hold(self):
        content = document(
            markdown("# A ![p](attachment:p.png)", attachments={"p.png": {"image/png": PICTURE}}),
            code("lr = 0.1\nn: int = 3  # how many\nname = 'a'", "parameters", metadata={"tags": ["parameters"], "x": 1}),
            "import loopwright\nfor i in range(n): loopwright.log(loss=1/(i+1), step=i)\nprint(lr, n, name)",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
            "from IPython.display import HTML, clear_output, display\nh = display('old', display_id='d')\n"
            "open('out.csv', 'w').write('a\\n1\\n'); open('out.csv').read()",
            "print('gone'); print('gone too')\nclear_output()\nh.update('new'); print('stays')",
            code("print('skipped')", "skip-execution"),
            code("1/0", "raises-exception"),
            "  \n",
            "import argparse, os\nargparse.ArgumentParser().parse_args([])\nos.getcwd()",
            widgets={"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}, custom={"k": [1]},
        )
        path = self.write(content)
        before = Path(path).read_bytes(), os.stat(path).st_mtime_ns
        process, run = self.begin(path, {"n": "2", "name": "é\"x"})
        ran = self.end(process, run)
        self.assertEqual(ran.code, 0, ran.stderr)
        self.assertEqual((Path(path).read_bytes(), os.stat(path).st_mtime_ns), before)
        self.assertEqual(sorted(os.listdir(self.project)), ["a.ipynb", "out.csv"])

        cells = ran.executed["cells"]
        self.assertEqual([cell["id"] for cell in cells],
                         ["c0", "c1", "injected-parameters", *("c%d" % index for index in range(2, 10))])
        self.assertEqual(cells[0]["attachments"], content["cells"][0]["attachments"])
        self.assertEqual(cells[1]["metadata"]["x"], 1)
        self.assertEqual("".join(cells[2]["source"]), '# Parameters\nn = 2\nname = "\\xe9\\"x"\n')
        self.assertEqual(cells[2]["metadata"]["tags"], ["injected-parameters"])
        self.assertEqual([cell.get("execution_count") for cell in cells], [None, 1, 2, 3, 4, 5, 6, None, 7, None, 8])
        self.assertEqual(ran.executed["metadata"]["custom"], {"k": [1]})
        self.assertIn("widgets", ran.executed["metadata"])
        self.assertEqual(ran.executed["metadata"]["language_info"]["name"], "python")
        facts = ran.executed["metadata"]["papermill"]
        self.assertEqual((facts["parameters"], facts["exception"]), ({"n": 2, "name": "é\"x"}, None))
        self.assertEqual({cell["metadata"]["papermill"]["status"] for cell in cells}, {"completed"})
        self.assertEqual(is_valid(run.path("artifacts/notebook/a.ipynb")), "")

        self.assertEqual([(one["cell"], one["index"], one["state"]) for one in ran.executions], [
            ("c1", 1, "ok"), ("injected-parameters", 2, "ok"), ("c2", 3, "ok"), ("c3", 4, "ok"), ("c4", 5, "ok"),
            ("c5", 6, "ok"), ("c7", 8, "ok"), ("c9", 10, "ok")])
        self.assertEqual(ran.outputs(2)[0]["data"], "0.1 2 é\"x\n")
        (picture,) = ran.outputs(3)
        self.assertEqual((picture["mime"], picture["path"]), ("image/png", "cells/3-0.png"))
        self.assertIn("Figure", picture["alternative"])
        data = Path(run.path("artifacts/cells/3-0.png")).read_bytes()
        self.assertEqual((data[:4], len(data)), (b"\x89PNG", picture["size"]))
        self.assertEqual([one["data"] for one in ran.outputs(4)], ["'new'", "'a\\n1\\n'"])
        self.assertEqual([one["data"] for one in ran.outputs(5)][:1], ["stays\n"])
        self.assertEqual((ran.outputs(6)[0]["kind"], ran.executions[6]["error"]), ("error", None))
        self.assertEqual(ran.outputs(7)[0]["data"], repr(os.path.realpath(self.project)))

        self.assertEqual({**ran.facts, "parameters": None, "findings": None}, {
            "path": path, "format": "ipynb", "language": "python", "kernel": "python3", "codeCells": 8,
            "executed": "notebook/a.ipynb", "observed": "whole", "parameters": None, "findings": None})
        self.assertEqual([one["name"] for one in ran.facts["parameters"]], ["lr", "n", "name"])

        # What happens inside is captured as in a script; what belongs to Jupyter is none of it.
        self.assertEqual(len(ran.records("metric")), 2)
        self.assertEqual({record[2]["path"] for record in ran.records("file")}, {os.path.join(self.project, "out.csv")})
        self.assertEqual(ran.records("param"), [])
        self.assertEqual([record[2]["path"] for record in ran.records("artifact")], ["notebook/a.ipynb"])
        self.assertIn([path, str(before[1]), len(before[0])], [one for record in ran.records("loaded") for one in record[2]])
        mains = [record[2]["pid"] for record in ran.records("open") if record[2]["main"]]
        self.assertEqual(mains, [self.kernel_of(run)])
        self.assertIn("[3/8] import loopwright\n0.1 2 é\"x\n[4/8] import matplotlib", ran.stdout)

    def test_the_cell_that_fails_ends_it_and_is_named(self):
        ran = self.execute(document(code("x = 1"), "y = {}\ny['k']", "print('never')", minor=2), name="a b\n\u00e9.ipynb")
        self.assertEqual(ran.code, 1)
        self.assertEqual(ran.reason, "Cell [2] failed: KeyError: 'k'")
        self.assertIn("Cell [2] failed: KeyError: 'k'", ran.stderr)
        self.assertIn("y['k']", ran.stderr)
        self.assertNotIn("\x1b", ran.stderr)
        self.assertEqual([one["state"] for one in ran.executions], ["ok", "failed"])
        error = ran.executions[1]["error"]
        self.assertEqual((error["name"], error["message"]), ("KeyError", "'k'"))
        self.assertIn("\x1b", error["traceback"])
        executed = ran.executed
        self.assertEqual([cell["metadata"]["papermill"]["status"] for cell in executed["cells"]],
                         ["completed", "failed", "pending"])
        self.assertIs(executed["metadata"]["papermill"]["exception"], True)
        # Before 4.5 cells have no ids, and stay valid without.
        self.assertEqual(is_valid(ran.run.path("artifacts/notebook/a b_é.ipynb")), "")
        self.assertEqual([one["cell"] for one in ran.executions], [None, None])

    def test_secrets_are_used_and_not_written_down(self):
        content = document(code("password = ''\nplain = ''", "parameters"), code("old", "injected-parameters"),
                           "print(len(password), len(odd), plain)")
        ran = self.execute(content, {"password": "hunter2hunter2", "plain": "seen", "odd": "alsosecret"}, hidden=["odd"])
        self.assertEqual((ran.code, ran.outputs(2)[0]["data"]), (0, "14 10 seen\n"), ran.stderr)
        self.assertEqual(ran.executions[1]["source"], '# Parameters\npassword = "***"\nplain = "seen"\nodd = "***"\n')
        self.assertEqual(ran.executed["cells"][1]["id"], "c1", "the injected cell takes the place of the one before")
        everything = b"".join(path.read_bytes() for path in Path(ran.run.dir).rglob("*") if path.is_file())
        self.assertNotIn(b"hunter2", everything)
        self.assertNotIn(b"alsosecret", everything)

    def test_a_script_with_cells_and_two_at_once(self):
        script = "# %% [markdown]\n# Text\n# %% tags=[\"parameters\"]\nn = 1\n# %%\nprint(n * 2)\n"
        path = self.write(script, "p.py")
        begun = [self.begin(path, {"n": str(value)}) for value in (3, 4)]
        for (process, run), shown in zip(begun, ("6\n", "8\n")):
            ran = self.end(process, run)
            self.assertEqual((ran.code, ran.facts["format"], ran.outputs(2)[0]["data"]), (0, "percent", shown), ran.stderr)
            self.assertEqual([cell["cell_type"] for cell in ran.executed["cells"]], ["markdown", "code", "code", "code"])
            self.assertEqual(is_valid(run.path("artifacts/notebook/p.ipynb")), "")
            self.assertEqual([name for name in os.listdir(run.dir) if name.startswith(".kernel")], [])


class Refused(KernelTest):
    """None of these starts a kernel. The tests' own interpreter will do, as what is missing is told first."""

    def refusal(self, content, name="a.ipynb", params=None, **more) -> str:
        ran = self.execute(content, params, name, **more)
        self.assertEqual((ran.code, ran.stdout), (2, ""), ran.stderr)
        self.assertEqual(ran.stderr, "loopwright: %s\n" % ran.reason)
        self.assertFalse(os.path.exists(ran.run.path("main.pid")))
        return ran.reason

    @needs_kernel
    def test_what_is_no_notebook(self):
        for content, words in (
            ("", "is empty"), ("{", "no valid JSON"), ("[]", "no notebook"), ('{"nbformat": 3, "worksheets": []}', "convert"),
            ('{"nbformat": 9}', "newer"), ('{"nbformat": 4}', "`cells`"), (b"\xff\xfe", "UTF-8"),
            ('{"nbformat": 4, "cells": [3]}', "Cell 1"),
        ):
            with self.subTest(content):
                self.assertIn(words, self.refusal(content))

    @needs_kernel
    def test_parameters_that_can_not_be_set(self):
        content = document(code("flag = False\nnames = ['a']\nn = 1", "parameters"))
        self.assertIn("True or False", self.refusal(content, params={"flag": "maybe"}))
        self.assertIn("a list", self.refusal(content, params={"names": "x"}))
        self.assertIn("a number", self.refusal(content, params={"n": "many"}))
        self.assertIn("no name of a variable", self.refusal(content, params={"a-b": "1"}))
        other = document("x", kernelspec={"name": "ir", "language": "R", "display_name": "R"})
        self.assertIn("is in R", self.refusal(other, params={"n": "1"}))

    @needs_kernel
    def test_a_kernel_that_is_not_there(self):
        other = document("x", kernelspec={"name": "no-such", "language": "R", "display_name": "R"})
        self.assertRegex(self.refusal(other), r"no kernel called no-such\. Installed: .*--kernel NAME")
        self.assertIn("no kernel called nope", self.refusal(document("x"), kernel="nope"))

    def test_an_environment_without_the_packages(self):
        bare = os.path.join(self.base, "bare")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
        reason = self.refusal(document("x"), python=os.path.join(bare, "bin", "python"))
        self.assertRegex(reason, r"^nbclient and ipykernel are not installed in .*bin/python\. "
                                 r"Install: .*bin/python -m pip install nbclient ipykernel$")


if __name__ == "__main__":
    unittest.main()
