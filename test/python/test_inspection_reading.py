"""Reading notebooks: both formats, whatever state they are in, and their parameters."""
from __future__ import annotations

import json
import os
import tempfile
import unittest

from notebook_cells import ask, inspect, notebook

PERCENT = '''\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: my-kernel
# ---

# %% [markdown]
# # Title
# with two lines

# %% tags=["parameters"]
lr = 0.1  # step size

# %% Train the model tags=["a", "b"] slideshow={"slide_type": "slide"}
# %matplotlib inline
# !pip install pandas==2.2.0
for i in range(3):
    print(i)

# %% [raw]
"""
as it is
"""
#%%
'''


class Files(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name: str, content: object) -> str:
        path = os.path.join(self.folder.name, name)
        data = content if isinstance(content, bytes) else (
            content if isinstance(content, str) else json.dumps(content)).encode()
        with open(path, "wb") as file:
            file.write(data)
        return path

    def of(self, name: str, content: object) -> dict:
        code, document = ask({"path": self.write(name, content)})
        self.assertEqual(code, 0, document)
        return document

    def refusal(self, name: str, content: object, code: str = "bad_request") -> str:
        exit_code, document = ask({"path": self.write(name, content)})
        self.assertEqual((exit_code, document["error"]["code"]), (2, code))
        return document["error"]["message"]


class Reading(Files):
    def test_an_ipynb(self) -> None:
        document = self.of("a.ipynb", notebook("x = 1", {"cell_type": "markdown", "source": ["# T\n", "t"]}, "x"))
        self.assertEqual(document, {"format": "ipynb", "language": "python", "kernel": "python3", "codeCells": 2,
                                    "parameters": [], "findings": []})

    def test_a_source_of_lines_and_a_byte_order_mark(self) -> None:
        cell = {"source": ["n = 1  # how\n", "m = 2"], "metadata": {"tags": ["parameters"]}}
        document = self.of("a.ipynb", b"\xef\xbb\xbf" + json.dumps(notebook(cell)).encode())
        self.assertEqual([(one["name"], one["help"]) for one in document["parameters"]], [("n", "how"), ("m", "")])

    def test_a_percent_script_as_jupytext_writes_it(self) -> None:
        document = self.of("a.py", PERCENT)
        self.assertEqual((document["format"], document["kernel"], document["codeCells"]), ("percent", "my-kernel", 3))
        self.assertEqual([one["name"] for one in document["parameters"]], ["lr"])
        self.assertEqual(document["findings"], [])

    def test_cells_of_a_percent_script(self) -> None:
        import reading

        cells = reading.read(self.write("a.py", PERCENT)).cells
        self.assertEqual([(cell.kind, cell.tags) for cell in cells], [
            ("markdown", []), ("code", ["parameters"]), ("code", ["a", "b"]), ("raw", []), ("code", [])])
        self.assertEqual(cells[0].source, "# Title\nwith two lines")
        self.assertEqual(cells[2].source.splitlines()[:2], ["%matplotlib inline", "!pip install pandas==2.2.0"])
        self.assertEqual(cells[3].source, "as it is")

    def test_a_language_by_its_kernel(self) -> None:
        for spec, language in (({"name": "ir"}, "R"), ({"name": "julia-1.9"}, "julia"), ({"name": "mine"}, "python"),
                               ({"name": "x", "language": "scala"}, "scala"), ({}, "python")):
            with self.subTest(spec):
                document = self.of("a.ipynb", notebook("x <- y", metadata={"kernelspec": spec}))
                self.assertEqual((document["language"], document["findings"]), (language, document["findings"]))

    def test_says_nothing_of_other_languages(self) -> None:
        cell = {"source": "read.csv('/home/me/x.csv')", "metadata": {"tags": ["parameters"]}}
        document = self.of("a.ipynb", notebook(cell, metadata={"language_info": {"name": "R"}}))
        self.assertEqual((document["parameters"], document["findings"]), ([], []))


class Refusing(Files):
    def test_what_is_no_notebook(self) -> None:
        for content, word in ((b"", "is empty"), (b"{", "no valid JSON"), (b"[]", "no notebook"), (b"{}", "nbformat"),
                              (b"\xff\xfe\x00", "UTF-8"), (b"[" * 100_000, "nested too deeply"),
                              (b'{"a": 1\n<<<<<<< HEAD\n', "merge conflict"),
                              (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
                              ({"nbformat": 3, "worksheets": []}, "nbconvert --to notebook --nbformat 4"),
                              ({"nbformat": 5, "cells": []}, "newer"), ({"nbformat": 4}, "`cells`"),
                              (notebook() | {"cells": ["x"]}, "Cell 1"),
                              (notebook({"source": {"a": 1}}), "source of cell 1")):
            with self.subTest(word):
                self.assertIn(word, self.refusal("a.ipynb", content))

    def test_a_script_without_cells(self) -> None:
        self.assertIn("# %%", self.refusal("a.py", "print(1)\n"))

    def test_what_is_no_file(self) -> None:
        code, document = ask({"path": os.path.join(self.folder.name, "none.ipynb")})
        self.assertEqual((code, document["error"]["code"]), (2, "not_found"))
        pipe = os.path.join(self.folder.name, "pipe.ipynb")
        os.mkfifo(pipe)
        for path in (self.folder.name, pipe, "/dev/zero", "a\0b.ipynb"):
            code, document = ask({"path": path})
            self.assertEqual((code, document["error"]["code"]), (2, "bad_request"), path)

    def test_what_is_too_large(self) -> None:
        self.assertIn("20 MB", self.refusal("a.ipynb", b" " * 20_000_001))

    def test_a_request_that_is_none(self) -> None:
        for request in (b"", b"{", b"[]", {}, {"path": 1}, {"cells": [], "language": None}):
            with self.subTest(request):
                code, document = ask(request)
                self.assertEqual((code, document["error"]["code"]), (2, "bad_request"))

    def test_nonsense_in_cells_breaks_nothing(self) -> None:
        cells = [None, 1, {"kind": "code", "source": "\ud800 = 1"}, {"kind": "code", "source": "x\0"},
                 {"kind": "code", "source": "(" * 5_000}, {"kind": "code", "source": "x = " + "+".join("a" * 5_000)},
                 {"kind": "code", "source": "%"}, {"kind": "code", "source": "!"}, {"kind": "code", "source": "%%"},
                 {"kind": "code", "source": "\\"}, {"kind": "code", "source": "?"}, {"kind": "x", "tags": "y"}]
        code, document = ask({"language": "python", "folder": "/", "cells": cells,
                              "executions": [None, {"source": 1}, {"cellId": None, "source": "\ud800"}]})
        self.assertEqual(code, 0, document)


class Parameters(unittest.TestCase):
    def parameters(self, source: str) -> list[tuple[str, str, str, str]]:
        parameters = inspect("import os", source, tags={1: ["parameters"]})["parameters"]
        return [(one["name"], one["type"], one["default"], one["help"]) for one in parameters]

    def test_types_from_annotations_comments_and_literals(self) -> None:
        self.assertEqual(self.parameters('''\
# how to train
lr: float = 1  # step size
n = -3
name = 'a # b'  # the run's
flag = True
xs = [1,
      2]  # type: List[int] some numbers
table = {"a": 1}
either: Optional[int] = None
quoted: "int" = 3
none = None
made = os.cpu_count()
text = f"{n}"
'''), [
            ("lr", "float", "1", "step size"), ("n", "int", "-3", ""), ("name", "str", "'a # b'", "the run's"),
            ("flag", "bool", "True", ""), ("xs", "List[int]", "[1,\n      2]", "some numbers"),
            ("table", "dict", '{"a": 1}', ""), ("either", "Optional[int]", "None", ""), ("quoted", "int", "3", ""),
            ("none", "any", "None", ""), ("made", "any", "os.cpu_count()", ""), ("text", "str", 'f"{n}"', ""),
        ])

    def test_what_is_none(self) -> None:
        self.assertEqual(self.parameters("%matplotlib inline\nx: int\na, b = 1, 2\nd['k'] = 1\nif True:\n    y = 1"), [])

    def test_the_last_of_two(self) -> None:
        self.assertEqual(self.parameters("n = 1\nn = 2.0"), [("n", "float", "2.0", "")])

    def test_a_cell_that_is_no_python(self) -> None:
        self.assertEqual(self.parameters("n = = 1"), [])

    def test_columns_behind_letters_of_several_bytes(self) -> None:
        self.assertEqual(self.parameters("größe = 'ü€😀'  # naïve"), [("größe", "str", "'ü€😀'", "naïve")])


if __name__ == "__main__":
    unittest.main()
