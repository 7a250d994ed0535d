"""The examples keep what their READMEs promise.

The fraud example needs the packages of `examples/requirements.txt`. Its tests run in the interpreter that
LOOPWRIGHT_EXAMPLES_PYTHON names and are skipped without it; the interpreter of these tests needs no packages.
"""
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FRAUD = EXAMPLES / "fraud"
PYTHON = os.environ.get("LOOPWRIGHT_EXAMPLES_PYTHON")
KINDS = ["account_takeover", "card_testing", "compromised_terminal", "stolen_card"]


def plain_environment():
    """The environment without anything that would track the script or put modules in its way."""
    hidden = ("LOOPWRIGHT_", "PYTHONPATH", "PYTHONHOME")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


def run(*command, cwd=None):
    """Run a command to its end, with text output and a limit on time."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**plain_environment(), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


class Quickstart(unittest.TestCase):
    def test_runs_isolated_and_learns(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "train.py")
            script.write_bytes((EXAMPLES / "quickstart" / "train.py").read_bytes())
            done = run(sys.executable, "-I", script, "--epochs", "10", cwd=folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr, "")
            last = done.stdout.splitlines()[-2]
            self.assertTrue(last.startswith("epoch 10/10"), last)
            self.assertGreater(float(last.split()[-1]), 0.9)
            model = json.loads(Path(folder, "models", "model.json").read_text(encoding="utf-8"))
            self.assertEqual(len(model["weights"]), 10)  # products of two coordinates up to the third degree

    def test_wrong_use_is_told(self):
        done = run(sys.executable, "-I", EXAMPLES / "quickstart" / "train.py", "--epochs", "0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("at least 1 epoch", done.stderr)


class Notebook(unittest.TestCase):
    def setUp(self):
        self.notebook = json.loads((FRAUD / "explore.ipynb").read_text(encoding="utf-8"))

    def test_format_is_4_5_with_unique_cell_ids(self):
        self.assertEqual((self.notebook["nbformat"], self.notebook["nbformat_minor"]), (4, 5))
        ids = [cell["id"] for cell in self.notebook["cells"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_has_one_parameters_cell_and_no_outputs(self):
        code = [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code"]
        tagged = [cell["id"] for cell in code if "parameters" in cell["metadata"].get("tags", [])]
        self.assertEqual(tagged, ["parameters"])
        self.assertTrue(all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code))


class Requirements(unittest.TestCase):
    def test_every_package_is_pinned(self):
        lines = (EXAMPLES / "requirements.txt").read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        self.assertGreater(len(pins), 5)
        for pin in pins:
            self.assertRegex(pin, r"^[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*$")


@unittest.skipUnless(
    PYTHON, "LOOPWRIGHT_EXAMPLES_PYTHON names no interpreter with the packages of examples/requirements.txt"
)
class Fraud(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.data = Path(cls.folder.name, "transactions.csv")
        cls.generate(cls.data, days=75)

    @staticmethod
    def generate(output, days, *options):
        command = ["--days", days, "--customers", 100, "--seed", 3, "--output", output, *options]
        done = run(PYTHON, FRAUD / "generate.py", *command)
        if done.returncode:
            raise AssertionError(done.stderr)

    def probe(self, source):
        """Run Python code beside the example's modules; what it prints is JSON."""
        done = run(PYTHON, "-c", textwrap.dedent(source), cwd=FRAUD)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def train(self, output, *options):
        return run(PYTHON, FRAUD / "train.py", "--data", self.data, "--output", output, "--rounds", 8, *options)

    def test_same_seed_gives_same_bytes(self):
        again = Path(self.folder.name, "again.csv")
        self.generate(again, 75)
        self.assertEqual(again.read_bytes(), self.data.read_bytes())
        self.assertNotIn(b"\r", again.read_bytes())

    def test_more_days_only_add_rows_at_the_end(self):
        shorter = Path(self.folder.name, "shorter.csv")
        self.generate(shorter, 50)
        self.assertTrue(self.data.read_bytes().startswith(shorter.read_bytes()))

    def test_drift_leaves_the_days_before_it_alone(self):
        drifted = Path(self.folder.name, "drifted.csv")
        self.generate(drifted, 75, "--drift-start", 50)
        first_day_of_drift = b",2025-02-25 "  # 50 days after Monday, 2025-01-06
        before, _, after = self.data.read_bytes().partition(first_day_of_drift)
        drifted_before, _, drifted_after = drifted.read_bytes().partition(first_day_of_drift)
        self.assertEqual(drifted_before, before)
        self.assertNotEqual(drifted_after, after)

    def test_fraud_is_rare_and_of_every_kind(self):
        rows = [line.split(",") for line in self.data.read_text(encoding="utf-8").splitlines()]
        kind, label = rows[0].index("fraud_kind"), rows[0].index("is_fraud")
        frauds = [row for row in rows[1:] if row[label] == "1"]
        self.assertGreater(len(frauds) / len(rows), 0.005)
        self.assertLess(len(frauds) / len(rows), 0.02)
        self.assertEqual(sorted({row[kind] for row in frauds}), KINDS)
        self.assertEqual({row[kind] for row in rows[1:] if row[label] == "0"}, {"genuine"})

    def test_features_do_not_know_the_future(self):
        seen = self.probe(
            """
            import json
            import numpy as np
            import pandas as pd
            from features import build_features
            from generate import simulate

            days, delay_days = 75, 7
            tx = simulate(days=days, customers=100, seed=3)
            features = build_features(tx, delay_days)
            start = tx["timestamp"].min().normalize()
            now = start + pd.Timedelta(days=50, hours=13)
            past = tx["timestamp"] <= now
            known = tx["timestamp"] < now - pd.Timedelta(days=delay_days)

            def with_labels_flipped(rows):
                changed = tx.copy()
                changed.loc[rows, "is_fraud"] = 1 - changed.loc[rows, "is_fraud"]
                return changed

            other_future = tx.copy()
            rng = np.random.default_rng(1)
            for column in ["customer_id", "terminal_id", "amount", "terminal_x_km", "category"]:
                values = other_future.loc[~past, column].to_numpy()
                other_future.loc[~past, column] = rng.permutation(values)

            def same_past(changed):
                return bool(build_features(changed, delay_days)[past].equals(features[past]))

            print(json.dumps({
                "finite": bool(np.isfinite(features.to_numpy()).all()),
                "without the future": same_past(tx[past]),
                "with another future": same_past(other_future),
                "with other labels than the known ones": same_past(with_labels_flipped(~known)),
                "with other labels of long ago": same_past(with_labels_flipped(known)),
                "its own label changed": {
                    str(row): bool(
                        build_features(with_labels_flipped([row]), delay_days).loc[row].equals(features.loc[row])
                    )
                    for row in [0, len(tx) // 2, len(tx) - 1]
                },
            }))
            """
        )
        self.assertTrue(seen["finite"])
        self.assertTrue(seen["without the future"])
        self.assertTrue(seen["with another future"])
        self.assertTrue(seen["with other labels than the known ones"])
        self.assertTrue(all(seen["its own label changed"].values()))
        self.assertFalse(seen["with other labels of long ago"], "features must learn from complaints at all")

    def test_window_sums_are_those_of_a_plain_loop(self):
        seen = self.probe(
            """
            import json
            import numpy as np
            from features import Past

            rng = np.random.default_rng(2)
            key, second, value = rng.integers(0, 5, 200), np.sort(rng.integers(0, 500, 200)), rng.integers(0, 9, 200)
            past = Past(key, second)
            wrong = 0
            for window, delay in [(1, 0), (30, 0), (30, 10), (500, 0), (9000, 0), (40, 9000)]:
                got = past.sums(value, window, delay)
                for row in range(200):
                    end = second[row] - delay
                    inside = (key == key[row]) & (second >= end - window) & (second < end)
                    wrong += int(got[row] != value[inside].sum())
            before = past.previous()
            for row in range(200):
                earlier = np.flatnonzero((key == key[row]) & (second < second[row]))
                wrong += int(before[row] != (earlier[-1] if len(earlier) else row))
            print(json.dumps(wrong))
            """
        )
        self.assertEqual(seen, 0)

    def test_training_runs_plain_and_prints_the_same_metrics_twice(self):
        metrics = []
        for name in ("first", "second"):
            output = Path(self.folder.name, name)
            done = self.train(output)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr, "")
            self.assertIn("round 8/8", done.stdout)
            self.assertNotIn("\r", done.stdout)
            self.assertTrue((output / "model.joblib").stat().st_size > 0)
            self.assertEqual((output / "precision-recall.png").read_bytes()[:4], b"\x89PNG")
            metrics.append((output / "metrics.json").read_bytes())
        self.assertEqual(metrics[0], metrics[1])
        self.assertGreater(json.loads(metrics[0])["test/auc"], 0.8)

    def test_every_model_trains_and_too_few_days_are_told(self):
        options = ["--data", str(self.data), "--output", str(Path(self.folder.name, "models")), "--rounds", "8"]
        seen = self.probe(
            f"""
            import contextlib, io, json, sys
            import train

            def ending(*options):
                sys.argv = ["train.py", *{options!r}, *options]
                printed = io.StringIO()
                try:
                    with contextlib.redirect_stdout(printed):
                        train.main()
                except SystemExit as end:
                    return str(end)
                return printed.getvalue()

            print(json.dumps({{
                "forest": ending("--model", "forest"),
                "logistic": ending("--model", "logistic"),
                "too few": ending("--days", "30"),
            }}))
            """
        )
        self.assertIn("round 8/8", seen["forest"])
        self.assertIn("epoch 8/8", seen["logistic"])
        self.assertIn("test/ap", seen["forest"])
        self.assertIn("test/ap", seen["logistic"])
        self.assertIn("30 days are too few", seen["too few"])

    def test_notebook_runs_from_top_to_bottom(self):
        notebook = json.loads((FRAUD / "explore.ipynb").read_text(encoding="utf-8"))
        cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        done = run(PYTHON, "-c", "\n".join(["import matplotlib", "matplotlib.use('Agg')", *cells]), cwd=FRAUD)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("of them fraud", done.stdout)


if __name__ == "__main__":
    unittest.main()
