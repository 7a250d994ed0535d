"""Tables, confusion matrices, curves and pictures by step: what is written is what scikit-learn says, and never too much."""
import json
import os
import unittest

from capturing import CaptureTest
from support import HookTest

LW = "import loopwright as lw\n"


class Kept:
    def records_(self):
        return [record[2] for record in self.records("artifact")]

    def chart(self, name):
        with open(os.path.join(self.run_.path("artifacts/charts"), name)) as file:
            return json.load(file)


class PlainPython(Kept, HookTest):
    def test_tables_of_dictionaries_columns_and_rows(self):
        self.fine(LW + """
import datetime
lw.table("d", [{"a": 1, "b": "x"}, {"b": None, "c": float("nan")}])
lw.table("c", {"n": [1.5, True], "t": (datetime.date(2026, 3, 4), 2 ** 60)}, step=3)
lw.table("r", [[1, 2], [3]], columns=["x", "y"])
lw.table("g", (n for n in range(3)))
""")
        self.assertEqual(self.chart("d.table.json"), {
            "type": "table", "columns": ["a", "b", "c"], "rows": [[1, "x", None], [None, None, "NaN"]], "rowCount": 2})
        self.assertEqual(self.chart("c.step-3.table.json")["rows"], [[1.5, "2026-03-04"], [True, str(2 ** 60)]])
        self.assertEqual(self.chart("r.table.json")["rows"], [[1, 2], [3, None]])
        self.assertEqual(self.chart("g.table.json")["rows"], [[0], [1], [2]])
        self.assertEqual([(record["name"], record["step"], record["kind"]) for record in self.records_()],
                         [("table/" + name, step, "chart") for name, step in (("d", None), ("c", 3), ("r", None), ("g", None))])

    def test_a_table_stays_below_a_megabyte(self):
        self.script(LW + "lw.table('long', ({'n': n, 't': '\\u6f22' * 4000} for n in range(3000)))\n"
                  "lw.table('many', {'n': range(1000000)})\nlw.table('wide', [{str(n) * 999: n for n in range(999)}])")
        for name, count in (("long", 3000), ("many", 1000000), ("wide", 1)):
            self.assertLess(os.path.getsize(self.run_.path("artifacts/charts/%s.table.json" % name)), 1 << 20)
            self.assertEqual(self.chart(name + ".table.json")["rowCount"], count)
        self.assertEqual(len(self.chart("many.table.json")["rows"]), 10000)

    def test_a_confusion_matrix_counts_pairs_in_the_order_of_labels(self):
        self.fine(LW + """
lw.confusion_matrix("a", ["cat", "dog", "cat"], ["cat", "cat", "dog"])
lw.confusion_matrix("b", [0, 1, 2, 2], [0, 2, 2, 1], labels=[2, 0])
lw.confusion_matrix("c", matrix=[[5, 1], [0.5, 9]], labels=["no", "yes"])
lw.confusion_matrix("d", range(300), range(300))
""")
        self.assertEqual(self.chart("a.confusion_matrix.json"), {
            "type": "confusion_matrix", "labels": ["cat", "dog"], "matrix": [[1, 1], [1, 0]]})
        self.assertEqual(self.chart("b.confusion_matrix.json")["matrix"], [[1, 0], [0, 1]])
        self.assertEqual(self.chart("c.confusion_matrix.json")["matrix"], [[5, 1], [0.5, 9]])
        many = self.chart("d.confusion_matrix.json")
        self.assertEqual((len(many["labels"]), many["labels"][-1], sum(map(sum, many["matrix"]))), (100, "201 others", 300))

    def test_charts_of_different_kinds_share_a_name(self):
        self.fine(LW + "lw.roc_curve('x', [0, 1], [1, 2]); lw.pr_curve('x', [0, 1], [1, 2]); lw.table('x', [{}])")
        self.assertEqual([(record["path"], record["name"]) for record in self.records_()], [
            ("charts/x.%s.json" % kind, "%s/x" % kind) for kind in ("roc", "pr", "table")])

    def test_a_curve_of_four_scores(self):
        # The example in scikit-learn's documentation of roc_curve and average_precision_score.
        self.fine(LW + "lw.roc_curve('x', [1, 1, 2, 2], [0.1, 0.4, 0.35, 0.8]); lw.pr_curve('x', [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])")
        roc, precision = self.chart("x.roc.json"), self.chart("x.pr.json")
        curve = roc["curves"][0]
        self.assertEqual((curve["x"], curve["y"], curve["thresholds"], curve["area"], curve["label"], roc["baseline"]),
                         ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0], ["Infinity", 0.8, 0.4, 0.35, 0.1], 0.75, "2", None))
        self.assertAlmostEqual(precision["curves"][0]["area"], 0.8333333333333333, places=12)
        self.assertEqual(precision["baseline"], 0.5)

    def test_what_can_not_be_drawn_costs_a_note(self):
        result = self.script(LW + """
nan = float("nan")
lw.roc_curve("a", [1, 1], [0.1, 0.2]); lw.roc_curve("b", [0, 1], [nan, 1]); lw.pr_curve("c", [0, 1, 2], [1, 2, 3])
lw.roc_curve("d", [0, 1], [1]); lw.roc_curve("e", [], []); lw.confusion_matrix("f"); lw.confusion_matrix("g", [1], [1, 2])
lw.confusion_matrix("h", matrix=[[1, nan], [0, 1]]); lw.confusion_matrix("i", matrix=[[1, 2]]); lw.table("j", 7)
lw.roc_curve("k", None, None); lw.image(object(), "l"); lw.table("m", {"a": 1})
print("done")
""")
        self.assertEqual((result.returncode, result.stdout.strip()), (0, b"done"))
        self.assertEqual(self.records_(), [])
        self.assertEqual(len(self.notes()), 13)

    def test_names_become_files_that_do_not_fall_together(self):
        self.fine(LW + """
for name in ("a:b", "a_b", "a?b", "../x", "x" * 4000, "x" * 4001, "\\u05e9\\u05dc\\u05d5\\u05dd", "<img onerror=1>", "", "a/b", "CON."):
    lw.table(name, [{"a": 1}])
""")
        paths = [record["path"] for record in self.records_()]
        self.assertEqual(len(set(paths)), 11, paths)
        root = self.run_.path("artifacts")
        for path in paths:
            self.assertTrue(os.path.realpath(os.path.join(root, path)).startswith(os.path.realpath(root) + os.sep + "charts"))
        self.assertIn("charts/\u05e9\u05dc\u05d5\u05dd.table.json", paths)
        self.assertLessEqual(max(len(record["name"]) for record in self.records_()), 250)
        self.assertEqual({record["name"] for record in self.records_() if len(record["name"]) == 9},
                         {"table/" + name for name in ("a:b", "a_b", "a?b", "a/b")})

    def test_pictures_at_several_steps_are_files_of_their_own(self):
        self.file("p.png", b"\x89PNG1")
        self.file("q.svg", b"<svg/>")
        self.fine(LW + "lw.figure('p.png', 'roc', step=1); lw.figure('p.png', 'roc.png', step=2); lw.figure('q.svg', 'roc', step=1)\n"
                  "lw.figure('p.png', step=-7); lw.figure('p.png', 'roc')")
        self.assertEqual([(record["path"], record.get("name"), record.get("step")) for record in self.records_()], [
            ("roc.step-1.png", "roc", 1), ("roc.step-2.png", "roc", 2), ("roc.step-1.svg", "roc", 1),
            ("figure.step--7.png", "figure", -7), ("roc", None, None)])

    def test_a_step_that_is_none_is_left_out(self):
        self.file("p.png", b"\x89PNG1")
        result = self.script(LW + "lw.figure('p.png', 'x', step=0.5); lw.table('t', [{}], step=2 ** 60)")
        self.assertEqual([(record["path"], record["step"]) for record in self.records_()],
                         [("x.png", None), ("charts/t.table.json", None)])
        self.assertIn(b"is no integer", result.stderr)

    def test_ranks_have_names_of_their_own(self):
        self.fine("import os\nos.environ.update(RANK='1', WORLD_SIZE='2')\n" + LW + "lw.table('t', [{'a': 1}])")
        self.assertEqual([record["name"] for record in self.records_()], ["table/rank1/t"])


class WithLibraries(Kept, CaptureTest):
    def test_frames_arrays_and_pictures(self):
        self.captured(LW + """
import numpy as np, pandas as pd
frame = pd.DataFrame({"n": np.arange(20000), "t": pd.Timestamp("2026-03-04")})
lw.table("frame", frame)
lw.table("named", frame[:2].set_index(pd.Index(["p", "q"], name="key"))[["n"]])
lw.table("array", np.eye(2))
lw.image(np.full((4, 6, 3), 0.5), "grey", step=1); lw.image(np.zeros((3, 4, 6), "uint8"), "grey", step=2)
from PIL import Image
from glob import glob
root = __import__("os").environ["LOOPWRIGHT_RUN_DIR"] + "/artifacts/"
with Image.open(root + "grey.step-1.png") as picture: assert (picture.size, picture.getpixel((5, 3))) == ((6, 4), (128, 128, 128))
with Image.open(root + "grey.step-2.png") as picture: assert picture.size == (6, 4)
""")
        frame = self.chart("frame.table.json")
        self.assertEqual((frame["columns"], frame["rowCount"], len(frame["rows"]), frame["rows"][1]),
                         (["n", "t"], 20000, 10000, [1, "2026-03-04T00:00:00"]))
        self.assertEqual(self.chart("named.table.json")["rows"], [["p", 0], ["q", 1]])
        self.assertEqual(self.chart("array.table.json")["rows"], [[1, 0], [0, 1]])

    def test_curves_have_the_values_of_scikit_learn(self):
        self.captured(LW + """
import json, os, sys
import numpy as np
from sklearn import metrics
import loopwright._curves as ours
rng = np.random.default_rng(3)
true = rng.integers(0, 2, 20000)
rough = np.round(true * 0.4 + rng.normal(size=20000), 1)
fine = true * 0.9 + rng.normal(size=20000)
label = str
for scores in (rough, fine, np.round(rng.uniform(size=20000), 2)):
    for positive in (1,):
        fpr, tpr, cut = metrics.roc_curve(true, scores, drop_intermediate=False)
        precision, recall, _ = metrics.precision_recall_curve(true, scores)
        by_numpy = [ours.curves(kind, true, scores, None, label) for kind in ("roc", "pr")]
        hidden = sys.modules.pop("numpy")
        plain = [ours.curves(kind, true, scores, None, label) for kind in ("roc", "pr")]
        sys.modules["numpy"] = hidden
        assert plain == by_numpy
        roc, pr = (found["curves"][0] for found in plain)
        assert abs(roc["area"] - metrics.roc_auc_score(true, scores)) < 1e-9
        assert abs(pr["area"] - metrics.average_precision_score(true, scores)) < 1e-9
        assert plain[1]["baseline"] == true.mean()
        points = set(zip(fpr, tpr))
        assert set(zip(roc["x"], roc["y"])) <= points and len(roc["x"]) <= 500
        assert set(zip(pr["x"], pr["y"])) <= set(zip(recall, precision)) and len(pr["x"]) <= 500
        # Every point of the whole curve is near to the thinned one.
        assert np.abs(np.interp(fpr + tpr, np.add(roc["x"], roc["y"]), roc["y"]) - tpr).max() < 0.004
        assert abs(np.trapezoid(roc["y"], roc["x"]) - roc["area"]) < 0.001
classes = rng.integers(0, 3, 3000)
scores = rng.dirichlet(np.ones(3), 3000)
roc = ours.curves("roc", classes, scores, None, label)
whole = metrics.roc_auc_score(classes, scores, multi_class="ovr", average=None)
assert np.allclose([curve["area"] for curve in roc["curves"]], whole) and [c["label"] for c in roc["curves"]] == ["0", "1", "2"]
words = np.array(["no", "yes"])[true]
two = ours.curves("roc", words, np.column_stack([1 - fine, fine]), None, label)["curves"]
assert [curve["label"] for curve in two] == ["yes"] and abs(two[0]["area"] - metrics.roc_auc_score(true, fine)) < 1e-9
lw.confusion_matrix("m", classes, scores.argmax(1))
with open(os.environ["LOOPWRIGHT_RUN_DIR"] + "/artifacts/charts/m.confusion_matrix.json") as file:
    assert json.load(file)["matrix"] == metrics.confusion_matrix(classes, scores.argmax(1)).tolist()
""")


if __name__ == "__main__":
    unittest.main()
