"""Why a notebook may not give the same once more: what is found, and what must not be."""
from __future__ import annotations

import json
import os
import tempfile
import unittest

from notebook_cells import ask, found, inspect, messages, notebook


def undefined(*sources: str, **more: object) -> list[tuple[int, str]]:
    return found(*sources, rule="undefined-name", **more)


class UndefinedNames(unittest.TestCase):
    def test_a_variable_from_nowhere(self) -> None:
        self.assertEqual(undefined("import pandas as pd", "df = pd.DataFrame(raw)"), [(1, "raw")])

    def test_is_told_once(self) -> None:
        self.assertEqual(undefined("x + y", "x", "y\nx"), [(0, "x"), (0, "y")])

    def test_one_that_comes_too_late(self) -> None:
        self.assertEqual(messages("print(x)", "x = 1", rule="undefined-name"),
                         ["`x` is defined only in cell 2 below. Move that above."])
        self.assertEqual(undefined("print(x)\nx = 1"), [(0, "x")])

    def test_one_that_was_deleted(self) -> None:
        self.assertEqual(undefined("x = 1", "del x", "x", "if a: del b"), [(2, "x"), (3, "a"), (3, "b")])

    def test_within_a_function_only_what_is_defined_nowhere(self) -> None:
        self.assertEqual(undefined("def f(a, *b, c=1, **d):\n    e = [a, b, c, d]\n    return later, never, e",
                                   "later = 1"), [(0, "never")])

    def test_defaults_decorators_and_bases_are_needed_at_once(self) -> None:
        self.assertEqual(undefined("@deco\ndef f(a=default): pass", "class A(Base, metaclass=meta): pass"),
                         [(0, "deco"), (0, "default"), (1, "Base"), (1, "meta")])

    def test_columns_are_of_utf_16(self) -> None:
        self.assertEqual(undefined("s = '😀ü'; print(s, naïve)"), [(0, "naïve")])

    def test_inside_an_f_string(self) -> None:
        ((cell, text),) = undefined('print(f"{missing:>{3}} é")')
        self.assertIn("missing", text)

    def test_file_is_there_in_a_script_only(self) -> None:
        self.assertEqual(undefined("print(__file__)"), [(0, "__file__")])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.py")
            with open(path, "w") as file:
                file.write("# %%\nprint(__file__)\n")
            self.assertEqual(ask({"path": path})[1]["findings"], [])

    def test_nothing_where_everything_is_defined(self) -> None:
        for source in (
            "import os.path, numpy as np\nfrom a.b import c as d\nos, np, d",
            "x: int = 1\ny: 'Later'\nx += 1",
            "a, (b, *c) = 1, (2, 3)\na, b, c",
            "for i, row in enumerate([1]):\n    pass\nprint(i, row)",
            "[x * y for x in range(3) for y in range(x) if y]\n{k: v for k, v in {}.items()}",
            "with open('a') as f, open('b') as (g, h):\n    f, g, h",
            "try:\n    pass\nexcept (ValueError, OSError) as error:\n    print(error)",
            "if (n := 10) > 5: print(n)\nprint([m := 1, m])",
            "print([last := x for x in [1]], last)",
            "class A:\n    b = 1\n    c = [b]\n    def d(self): return __class__, A",
            "f = lambda a, *b, c=1: (a, b, c)\nf",
            "def f():\n    global made\n    made = 1\nf()\nmade",
            "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g\nf",
            "async def f():\n    async with f() as x:\n        async for y in x: yield y\nawait f()",
            "for i in range(3):\n    if i: print(before)\n    before = i",
            "while True:\n    try: total += 1\n    except NameError: total = 0\n    break",
            "try:\n    model\nexcept NameError:\n    model = None",
            "import contextlib\nwith contextlib.suppress(NameError): del old",
            "if 'x' not in globals(): x = 1\nprint(y)",
            "from math import *\nprint(sqrt(2))",
            "exec('a = 1')\nprint(a)",
            "%run setup.py\nprint(from_setup)",
            "%pylab inline\nplot([1])",
            "%sql df << select 1\ndf",
            "%store -r data\nprint(data)",
            "import __main__\n__main__.x = 1\nx",
            "get_ipython().run_line_magic('run', 'a.py')\nx",
            "display(In, Out, _, __, _3, _i2, _ih, get_ipython(), exit, quit, WindowsError)",
            "__name__, __doc__, spark, dbutils",
            "def f(a: Later) -> Later: ...\nclass Later: ...",
            "print(f'{1:{2}}', __builtins__)",
            "from __future__ import annotations\nimport dataclasses\n@dataclasses.dataclass\nclass A:\n    next: A = None",
            "import importlib\nmatrix = lambda: later()\ndef later(): pass\nmatrix()",
            "x = y = 1\nx[y:y, ...]",
        ):
            with self.subTest(source):
                self.assertEqual(undefined(source), [])

    def test_patterns_of_match(self) -> None:
        self.assertEqual(undefined("p = 1\nmatch p:\n    case [a, *b]: a, b\n    case {'k': c, **d}: c, d\n"
                                   "    case int() as e: e\n    case _: pass"), [])

    def test_a_cell_that_is_being_written_counts_as_whatever_it_may_define(self) -> None:
        self.assertEqual(undefined("data = load(", "print(data, other)"), [(1, "other")])

    def test_cells_that_are_meant_to_fail(self) -> None:
        self.assertEqual(undefined("missing", tags={0: ["raises-exception"]}), [])

    def test_markdown_is_no_code(self) -> None:
        code, document = ask({"language": "python", "folder": None, "executions": None, "cells": [
            {"id": "m", "kind": "markdown", "source": "x"}, {"id": "r", "kind": "raw", "source": "x"}]})
        self.assertEqual((code, document["codeCells"], document["findings"]), (0, 0, []))


class Magics(unittest.TestCase):
    def test_ipython_is_read_with_lines_and_columns_kept(self) -> None:
        for source, names in (
            ("%matplotlib inline\nmissing", ["missing"]),
            ("!ls {folder} && \\\n  echo x\nmissing", ["missing"]),
            ("if True:\n    !ls\n    %cd ..\nmissing", ["missing"]),
            ("files = !ls\nfiles, missing", ["missing"]),
            ("a, b = %time 1, 2\na, b, missing", ["missing"]),
            ("%time y = missing\ny", ["missing"]),
            ("%timeit -n 10 -r 3 f(1)\nmissing", ["f", "missing"]),
            ("%time for x in []: pass\nmissing", ["missing"]),
            ("%%time\ny = missing\ny", ["missing"]),
            ("%%capture out --no-stderr\nprint(missing)", ["missing"]),
            ("%%bash --out text\nmissing $x", []),
            ("%%html\n<b>missing</b>", []),
            ("%%writefile a.py\nmissing", []),
            ("pip install -q numpy==1.0\nmissing", ["missing"]),
            ("missing.head?", []),
            ("?missing\nprint??\nmissing", ["missing"]),
            ("text = '''\n%notmagic\n!no\n'''\nmissing", ["missing"]),
            ("x = (10\n  % 3)\nmissing", ["missing"]),
            ("# a comment (with a bracket\n%matplotlib inline\nmissing", ["missing"]),
            ("s = 'it\\'s (' # '''\n%cd x\nmissing", ["missing"]),
            ("\n\n%%time\nmissing", ["missing"]),
        ):
            with self.subTest(source):
                self.assertEqual([text for _, text in undefined(source)], names)

    def test_names_that_magics_bind(self) -> None:
        for magic in ("%%capture out --no-stderr", "%%bash --out out", "%%script bash --err=out"):
            with self.subTest(magic):
                self.assertEqual(undefined(magic + "\nprint(1)", "out, missing"), [(1, "missing")])


def ran(*pairs: tuple[str, str]) -> dict:
    return {"executions": list(pairs)}


class Order(unittest.TestCase):
    rule = "out-of-order"

    def test_a_cell_that_used_what_one_below_had_set(self) -> None:
        cells = ("x = 1", "print(x)", "x = 2")
        seen = ran(("c0", cells[0]), ("c2", cells[2]), ("c1", cells[1]))
        self.assertEqual(found(*cells, rule=self.rule, **seen), [(1, "x")])
        self.assertEqual(messages(*cells, rule=self.rule, **seen),
                         ["This cell used `x` as cell 3 below had left it. Move that above, or run all cells from the top."])

    def test_a_table_that_one_below_had_changed_in_place(self) -> None:
        cells = ("df = {}", "print(df)", "df['y'] = 1")
        self.assertEqual(found(*cells, rule=self.rule, **ran(*((f"c{at}", cells[at]) for at in (0, 1, 2, 1)))), [(1, "df")])

    def test_a_cell_that_was_run_again_on_its_own_result(self) -> None:
        cells = ("total = 0", "total += 1")
        self.assertEqual(messages(*cells, rule=self.rule, **ran(("c0", cells[0]), ("c1", cells[1]), ("c1", cells[1]))),
                         ["This cell was run again on its own result `total`. Run all cells from the top."])
        self.assertEqual(found(*cells, rule=self.rule,
                               **ran(*((f"c{at}", cells[at]) for at in (0, 1, 0, 1)))), [])

    def test_a_cell_in_between_that_was_left_out(self) -> None:
        cells = ("x = 1", "x = 2", "print(x)")
        self.assertEqual(messages(*cells, rule=self.rule, **ran(("c0", cells[0]), ("c2", cells[2]))),
                         ["This cell used `x` as cell 1 had left it, before cell 2 was run. Run all cells from the top."])

    def test_another_order_that_makes_no_difference(self) -> None:
        for cells, order in (
            (("x = 1", "y = 2", "print(x)"), (1, 0, 2)),
            (("import numpy as np", "np.x", "import numpy as np"), (2, 0, 1)),
            (("fig = 1\nfig", "fig = 2\nfig"), (1, 0)),
            (("x = 1", "print(x)", "x = 2"), (0, 1, 2)),
            (("x = 1", "print(x)", "x = 2"), (0, 1, 2, 0, 1)),
            (("import a", "a.b", "import a"), (0, 2, 1)),
            (("def f(): return 1", "f()", "g = f"), (0, 2, 1, 1, 1)),
            (("df = 1", "df['y'] = df['x']"), (0, 1, 1)),
        ):
            with self.subTest(cells=cells, order=order):
                self.assertEqual(found(*cells, rule=self.rule, **ran(*((f"c{at}", cells[at]) for at in order))), [])

    def test_says_nothing_behind_what_nobody_can_see(self) -> None:
        cells = ("x = 1", "print(x)", "x = 2", "exec(y)")
        self.assertEqual(found(*cells, rule=self.rule, **ran(*((f"c{at}", cells[at]) for at in (0, 2, 3, 1)))), [])

    def test_a_cell_with_an_error_of_syntax_has_set_nothing(self) -> None:
        cells = ("x = 1", "print(x)", "x = = 2")
        self.assertEqual(found(*cells, rule=self.rule, **ran(*((f"c{at}", cells[at]) for at in (0, 2, 1)))), [])


class Memory(unittest.TestCase):
    def test_a_cell_that_was_changed_after_it_ran(self) -> None:
        self.assertEqual(found("x = 2", "y = 1", rule="changed-after-run", **ran(("c0", "x = 1"), ("c1", "y = 1"))), [(0, "")])

    def test_comments_and_spaces_are_no_change(self) -> None:
        self.assertEqual(found("x = 1  # one\n\n%cd a", rule="changed-after-run", **ran(("c0", "x=1\n%cd a"))), [])
        self.assertEqual(found("%cd b", rule="changed-after-run", **ran(("c0", "%cd a"))), [(0, "")])
        self.assertEqual(found("%%bash\nls a", rule="changed-after-run", **ran(("c0", "%%bash\nls b"))), [(0, "")])

    def test_the_last_execution_counts(self) -> None:
        self.assertEqual(found("x = 2", rule="changed-after-run", **ran(("c0", "x = 1"), ("c0", "x = 2"))), [])

    def test_what_only_a_deleted_cell_had_defined(self) -> None:
        document = inspect("print(data)", **ran(("gone", "data = 1"), ("c0", "print(data)")))
        self.assertEqual([(one["rule"], one["message"]) for one in document["findings"]],
                         [("deleted-cell", "`data` comes from a cell that is deleted and is only in memory. Define it again.")])

    def test_what_only_an_earlier_version_had_defined(self) -> None:
        self.assertEqual(messages("y = 1", "print(x)", rule="deleted-cell", **ran(("c0", "x = 1"))),
                         ["`x` was defined by an earlier version of cell 1 and is only in memory. Define it again."])

    def test_what_is_defined_elsewhere_too_or_used_by_nobody(self) -> None:
        for cells in (("data = 2", "print(data)"), ("print(1)",), ("from a import *", "print(data)")):
            with self.subTest(cells):
                self.assertEqual(found(*cells, rule="deleted-cell", **ran(("gone", "data = 1"))), [])


class SavedNumbers(unittest.TestCase):
    def rules(self, *cells: tuple[int | None, str]) -> list[tuple[str, int, str | None]]:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.ipynb")
            document = notebook(*({"source": source, "execution_count": count} for count, source in cells))
            for cell in document["cells"]:
                del cell["id"]
            with open(path, "w") as file:
                json.dump(document, file)
            return [(one["rule"], one["cellIndex"], one["cellId"]) for one in ask({"path": path})[1]["findings"]]

    def test_tell_the_order_before_anything_is_executed(self) -> None:
        self.assertEqual(self.rules((3, "print(x)"), (2, "x = 1")),
                         [("out-of-order", 0, None), ("undefined-name", 0, None)])

    def test_tell_nothing_where_they_may_be_of_two_kernels(self) -> None:
        self.assertEqual(self.rules((1, "x = 1"), (2, "print(x)"), (1, "x = 2")), [])

    def test_tell_nothing_of_a_cell_above_that_was_run_again(self) -> None:
        self.assertEqual(self.rules((9, "x = 1"), (5, "print(x)"), (2, "x = 2")), [])

    def test_tell_nothing_of_a_notebook_run_from_the_top(self) -> None:
        self.assertEqual(self.rules((1, "x = 1"), (2, "print(x)"), (3, "x = 2"), (None, "print(x)")), [])


class Paths(unittest.TestCase):
    rule = "absolute-path"

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.top = os.path.realpath(holder.name)
        self.folder = os.path.join(self.top, "notebooks")
        os.makedirs(os.path.join(self.top, ".git"))
        os.makedirs(os.path.join(self.folder, "data"))
        for name in ("notebooks/data/a.csv", "raw.csv"):
            open(os.path.join(self.top, name), "w").close()

    def test_what_lies_on_one_machine_only(self) -> None:
        for path in ("/home/me/data.csv", "/Users/me/x", "~/data/x.csv", "/content/drive/x", "/kaggle/input/y",
                     "C:\\\\data\\\\x.csv", "D:/data/x.csv", "\\\\\\\\server\\\\share\\\\x", "/data/*.csv"):
            with self.subTest(path):
                self.assertEqual(found(f"read('{path}')", rule=self.rule), [(0, f"'{path}'")])

    def test_the_beginning_of_an_f_string(self) -> None:
        self.assertEqual(len(found("f'/home/me/{name}.csv'", "x = f'/home/me/{x}.csv'", rule=self.rule)), 1)

    def test_what_is_none(self) -> None:
        for text in ("/usr/bin/python", "/dev/null", "/tmp/x/y", "/api/v1/predict", "/", "//a/b", "a/b", "~", "C:", "/home",
                     "https://x.org/home/y", "/home/ \\n", "a: b", "T:%d", "<a href='/home/x'>", "/x/y"):
            with self.subTest(text):
                self.assertEqual(found(f'x = """{text}"""', rule=self.rule), [])
        self.assertEqual(found('"""/home/me/x is a comment"""\nx = b"/home/me/x"', rule=self.rule), [])

    def replaced(self, source: str) -> list[str | None]:
        return [one["replacement"] for one in inspect(source, folder=self.folder)["findings"]]

    def test_a_file_near_the_notebook_is_named_from_there(self) -> None:
        self.assertEqual(self.replaced(f"x = '{self.folder}/data/a.csv'"), ["'data/a.csv'"])
        self.assertEqual(self.replaced(f'x = r"{self.top}/raw.csv"'), ['"../raw.csv"'])

    def test_nothing_is_put_in_place_of_what_is_not_there_or_not_one_literal(self) -> None:
        self.assertEqual(self.replaced("x = '/home/me/none.csv'"), [None])
        self.assertEqual(self.replaced(f"x = ('{self.folder}/data' '/a.csv')"), [None])
        self.assertEqual(self.replaced(f"x = '''{self.folder}/data/a.csv'''"), [None])


class Downloads(unittest.TestCase):
    rule = "unpinned-download"

    def test_what_may_be_another_tomorrow(self) -> None:
        for source in (
            "pd.read_csv('https://x.org/a.csv')",
            "URL = 'https://x.org/a.csv'\npd.read_csv(URL, sep=';')",
            "base = 'https://x.org/'\nrequests.get(base + 'a.csv')",
            "import urllib.request\nurllib.request.urlretrieve(url='https://x.org/a.zip', filename='a')",
            "requests.get(f'https://x.org/{name}.csv')",
            "load_dataset('imdb', split='train')",
            "AutoModel.from_pretrained('bert-base-uncased')",
            "hf_hub_download(repo_id='a/b', filename='c')",
            "fetch_openml('mnist_784', as_frame=False)",
            "torch.hub.load('pytorch/vision', 'resnet18')",
            "kagglehub.dataset_download('a/b')",
            "!wget -q https://x.org/a.zip",
            "!curl -L 'https://x.org/a.zip' -o a.zip",
            "%%bash\ncd data\nwget https://x.org/a.zip",
            "!git clone https://github.com/a/b.git",
        ):
            with self.subTest(source):
                self.assertEqual(len(found(source, rule=self.rule)), 1)

    def test_what_is_pinned_local_or_no_download(self) -> None:
        for source in (
            "pd.read_csv('data/a.csv')",
            "pd.read_csv('https://raw.githubusercontent.com/a/b/" + "0" * 40 + "/a.csv')",
            "pd.read_csv('https://x.org/v1.2/a.csv')",
            "requests.get('http://localhost:8000/x')",
            "requests.post('https://x.org/a')",
            "load_dataset('imdb', revision='abc')",
            "load_dataset('csv', data_files='a.csv')",
            "AutoModel.from_pretrained('./model')",
            "AutoModel.from_pretrained(name)",
            "AutoModel.from_pretrained('a/b', **options)",
            "fetch_openml('mnist_784', version=1)",
            "torch.hub.load('pytorch/vision:v0.10.0', 'resnet18')",
            "pooch.retrieve('https://x.org/a', known_hash='md5:1')",
            "import seaborn as sns\nsns.load_dataset('tips')",
            "!wget https://github.com/a/b/releases/download/v1/a.zip",
            "!echo https://x.org",
            "!git clone -b v1.0 https://github.com/a/b.git",
            "print('https://x.org/a.csv')",
        ):
            with self.subTest(source):
                self.assertEqual(found(source, rule=self.rule), [])


class Installs(unittest.TestCase):
    rule = "unpinned-install"

    def test_versions_that_nobody_names(self) -> None:
        for source, packages in (
            ("!pip install -q pandas", ["pandas"]),
            ("%pip install pandas==2.2 numpy>=1 'scipy<2' tqdm", ["numpy", "scipy", "tqdm"]),
            ("!{sys.executable} -m pip install torch[extra]", ["torch"]),
            ("pip install --index-url https://x.org/simple torch", ["torch"]),
            ("!uv pip install polars", ["polars"]),
            ("%conda install -c conda-forge numpy=1.26 pandas", ["pandas"]),
            ("!apt install x && pip3 install -U xgboost", ["xgboost"]),
            ("%%bash\npip install lightgbm\n", ["lightgbm"]),
            ("import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'catboost'])", ["catboost"]),
            ("import os\nos.system('pip install shap')", ["shap"]),
            ("!pip install git+https://github.com/a/b.git", ["git+https://github.com/a/b.git"]),
        ):
            with self.subTest(source):
                (message,) = messages(source, rule=self.rule)
                for package in packages:
                    self.assertIn("`%s`" % package, message)
                self.assertEqual(message.count("`"), 2 * len(packages) + 2)

    def test_what_is_pinned_or_no_package(self) -> None:
        for command in ("!pip install pandas==2.2.0", "!pip install -r requirements.txt", "!pip install -e .", "!pip list",
                        "!pip install ./a.whl", "!pip install --upgrade pip", "!pip install {package}", "!pip install $X",
                        "!pip install git+https://github.com/a/b@v1", "!pip install 'x @ https://y.org/x-1.0@abc'",
                        "!pip uninstall -y x", "%conda install numpy=1.26", "!pip install pandas==2.2  # and more"):
            with self.subTest(command):
                self.assertEqual(found(command, rule=self.rule), [])


if __name__ == "__main__":
    unittest.main()
