"""Parameters, limits and forms of outputs, without a kernel."""
from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import unittest
from pathlib import Path

from notebooking import code, document
from support import HOOK_DIR, ROOT, read_journal

from journal_writer import Journal
from loopwright_notebook import outputs, parameters
from loopwright_notebook.recorder import Recorder
from loopwright_notebook.refusal import Refusal


sys.path.append(HOOK_DIR)
from loopwright import _kernel_output as kernel_output  # noqa: E402


def injected(cells: dict, given: dict, is_secret=lambda name, text: False) -> parameters.Injection:
    return parameters.Injection(cells, given, is_secret)


class Parameters(unittest.TestCase):
    DEFAULTS = "%matplotlib inline\na = 1\nb: float = 2\nc = 'x'\nd = True\ne = [1]\nf = {'k': 1}\ng = None\nh = max(1, 2)"

    def values(self, **given: str) -> dict:
        return injected(document(code(self.DEFAULTS, "parameters")), given).values

    def test_a_value_gets_the_type_of_its_default(self):
        for name, text, value in (
            ("a", "3", 3), ("a", "0.5", 0.5), ("a", "None", None), ("b", "3", 3.0), ("b", "1e-3", 0.001), ("c", "3", "3"),
            ("c", "True", "True"), ("d", "false", False), ("d", "1", True), ("e", "[1, 'a']", [1, "a"]),
            ("e", "[true, null]", [True, None]), ("e", "(1, 2)", [1, 2]), ("f", '{"k": 2}', {"k": 2}), ("g", "3", 3),
            ("g", "x", "x"), ("h", "2.5", 2.5), ("new", "True", True), ("new", "é", "é"),
        ):
            with self.subTest(name=name, text=text):
                found = self.values(**{name: text})[name]
                self.assertEqual((found, type(found)), (value, type(value)))

    def test_what_can_not_be_one_is_refused(self):
        for name, text in (("a", "x"), ("a", "True"), ("b", "x"), ("d", "2"), ("e", "{}"), ("e", "3"), ("f", "[1]"), ("f", "x")):
            with self.subTest(name=name, text=text), self.assertRaisesRegex(Refusal, "The parameter %s is" % name):
                self.values(**{name: text})
        for name in ("a-b", "1a", "class", ""):
            with self.subTest(name), self.assertRaisesRegex(Refusal, "no name of a variable"):
                self.values(**{name: "1"})

    def test_source_means_the_value(self):
        for value in ('a"b\\c\n\t\x00é😀', "", 1.5, float("inf"), -2, True, None, [1, ["x"]], {"a": {"b": [None]}}):
            with self.subTest(value):
                self.assertEqual(eval(parameters.as_source(value)), value)
        self.assertNotEqual(eval(parameters.as_source(float("nan"))), 0)

    def test_the_cell_goes_where_papermill_puts_it(self):
        def order(*cells: dict | str, minor: int = 5) -> list:
            whole = document(*cells, minor=minor)
            injected(whole, {"a": "1"})
            return [cell.get("id") for cell in whole["cells"]]

        defaults, old = code("a = 2", "parameters"), code("a = 3", "injected-parameters")
        self.assertEqual(order("x", defaults, "y"), ["c0", "c1", "injected-parameters", "c2"])
        self.assertEqual(order("x", "y"), ["injected-parameters", "c0", "c1"])
        self.assertEqual(order("x", defaults, "y", old), ["c0", "c1", "c2", "c3"])
        self.assertEqual(order({**code("x"), "id": "injected-parameters"}), ["injected-parameters1", "injected-parameters"])
        self.assertEqual(order("x", minor=4), [None, None])

    def test_a_secret_is_hidden_in_whatever_the_cell_puts_out(self):
        one = injected(document("x"), {"password": 'se"cret'}, lambda name, text: name == "password")
        self.assertEqual((one.values, one.cell["source"]), ({"password": "***"}, '# Parameters\npassword = "***"\n'))
        self.assertIn('se\\"cret', one.source)
        shown = one.masked({"traceback": ['at password = "se\\"cret"', 'se"cret'], "n": 3})
        self.assertEqual(shown, {"traceback": ['at password = "***"', "***"], "n": 3})


class Outputs(unittest.TestCase):
    def test_limits_are_those_of_the_protocol(self):
        with open(os.path.join(ROOT, "src", "protocol", "notebooks.ts"), encoding="utf-8") as file:
            text = file.read()
        for name in ("MAX_CELL_TEXT", "MAX_CELL_OUTPUT_BYTES"):
            self.assertEqual(int(re.search(r"%s = ([\d_]+)" % name, text).group(1)), getattr(outputs, name))

    def test_progress_bars_are_cut_at_their_beginning(self):
        limits, output = outputs.Limits(), {"output_type": "stream", "name": "stderr", "text": ""}
        for step in range(3000):
            limits.append(output, "\rstep %d%s" % (step, "." * 1000))
        self.assertFalse(limits.is_cut(output))
        self.assertIn("\rstep 2999.", output["text"])
        self.assertLessEqual(len(output["text"]), outputs.MAX_CELL_OUTPUT_BYTES)

    def test_a_huge_message_is_read_in_part(self):
        def never(data: bytes):
            raise AssertionError("it was parsed as a whole")

        text = 'é"\\\n' * 5_000_000
        for ensure_ascii in (True, False):
            data = json.dumps({"name": "stderr", "text": text}, ensure_ascii=ensure_ascii).encode("utf-8")
            content = outputs.content_of(data, never)
            self.assertEqual(content["name"], "stderr")
            self.assertTrue(text.startswith(content["text"][:-1]))
            self.assertGreater(content["missing"], 0)
        self.assertEqual(outputs.content_of(b'{"name": "stdout", "text": "a"}', json.loads)["text"], "a")

    def test_a_stream_in_a_file_grows_with_its_cell(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = Journal(folder, role="notebook")
            recorder = Recorder(journal, folder)
            output = {"output_type": "stream", "name": "stdout", "text": "é" * 30_000}
            cell = {"id": "c", "source": "x", "outputs": [output]}
            execution = recorder.begin(cell, 0, [])
            path = Path(folder, "artifacts", "cells", "0-0.txt")
            for text in ("é" * 30_000, "é" * 30_000 + "a", "é" * 30_000 + "ab\n", "b" * 40_000, "c" * 40_001):
                output["text"] = text
                recorder.touch(0)
                recorder.sync(execution, lambda _: False)
                self.assertEqual(path.read_text(encoding="utf-8"), text)
            (name,) = os.listdir(os.path.join(folder, "journals"))
            records, torn = read_journal(os.path.join(folder, "journals", name))
            sizes = [record[2]["size"] for record in records if record[0] == "output"]
            self.assertEqual((sizes, torn), ([60_000, 60_001, 60_003, 40_000, 40_001], 0))

    def test_a_picture_too_large_is_left_out_with_a_word(self):
        content = {"data": {"image/png": "x" * (outputs.MAX_WHOLE_BYTES + 1)}}
        self.assertTrue(outputs.Limits().admit(content))
        self.assertRegex(content["data"]["text/plain"], r"image/png was larger than 16 MB and was left out")

    def test_the_richest_form_is_shown_with_the_plain_one_beside_it(self):
        form = outputs.Form({"output_type": "execute_result", "data": {
            "text/plain": "1", "text/html": "<b>1</b>", "application/vnd.x+json": {}}})
        self.assertEqual((form.kind, form.mime, form.content, form.alternative, form.fits_in_record),
                         ("result", "text/html", "<b>1</b>", "1", True))
        form = outputs.Form({"output_type": "display_data", "data": {"application/vnd.x+json": {"a": 1}}})
        self.assertEqual((form.mime, form.content), ("application/vnd.x+json", '{"a": 1}'))
        self.assertEqual(outputs.Form({"output_type": "display_data", "data": {}}).content, "")


def said(kind: str, cell: str = "cell", **content: object) -> dict:
    return {"header": {"msg_type": kind}, "parent_header": {"msg_id": cell}, "content": content}


class InTheKernel(unittest.TestCase):
    """What is not even sent. Of what the driver would keep, nothing."""

    def setUp(self) -> None:
        kernel_output._rooms.clear()

    @staticmethod
    def printed(text: str, now: float = 0.0, cell: str = "cell") -> tuple[int, int]:
        content = kernel_output.shortened(said("stream", cell, name="stdout", text=text), now)["content"]
        return len(content["text"]), content.get("missing", 0)

    def test_limits_are_those_of_the_driver(self):
        for name in ("MAX_CELL_OUTPUT_BYTES", "MAX_WHOLE_BYTES", "MAX_CELL_BYTES"):
            self.assertEqual(getattr(kernel_output, name), getattr(outputs, name), name)

    def test_a_flood_is_counted_and_what_flows_slowly_is_sent(self):
        self.assertEqual(self.printed("x" * 10_000_000), (4_000_000, 6_000_000))
        for _ in range(7):
            self.printed("x" * 8_000_000)
        self.assertEqual(self.printed("x" * 1000), (0, 1000))
        self.assertEqual(self.printed("x" * 1000, cell="another"), (1000, 0))
        for second in range(1, 100):
            self.assertEqual(self.printed("\r 50 %" * 1000, second), (6000, 0))

    def test_what_was_not_sent_is_known_of_a_message_that_is_read_in_part(self):
        content = kernel_output.shortened(said("stream", name="stdout", text="\n" * 5_000_000), 0.0)["content"]
        data = json.dumps(content, separators=(",", ":")).encode()
        self.assertGreater(len(data), 8_000_000)
        found = outputs.content_of(data, json.loads)
        self.assertGreater(found["missing"], 1_000_000 + 6_000_000)
        self.assertLess(len(found["text"]), 2_000_001)

    def test_cleared_outputs_make_room(self):
        for at in range(20):
            sent = kernel_output.shortened(said("display_data", data={"image/png": "x" * 15_000_000}), 0.0)["content"]
            self.assertNotIn("left_out", sent, at)
            if at % 2:
                kernel_output.shortened(said("clear_output", wait=True), 0.0)

    def test_the_driver_says_of_what_was_not_sent_what_it_says_of_what_was(self):
        plain, html = "x" * 3_000_000, "x" * 20_000_000
        for data in ({"text/plain": plain}, {"text/html": html}, {"text/html": html, "text/plain": plain}):
            with self.subTest(list(data)):
                kernel_output._rooms.clear()
                sent = kernel_output.shortened(said("execute_result", data=dict(data)), 0.0)["content"]
                self.assertLess(len(json.dumps(sent)), 1_000_200)
                whole = {"data": dict(data)}
                self.assertTrue(outputs.Limits().admit(whole))
                self.assertTrue(outputs.Limits().admit(sent))
                self.assertEqual(sent["data"], whole["data"])

    def test_what_there_is_no_room_for_is_counted(self):
        limits = outputs.Limits()
        for _ in range(5):
            limits.admit(kernel_output.shortened(said("display_data", data={"text/html": "x" * 15_000_000}), 0.0)["content"])
        found: list = []
        limits.finish(found, lambda name, text: text)
        self.assertEqual(found, ["[loopwright: 3 more outputs of this cell were left out]\n"])


if __name__ == "__main__":
    unittest.main()
