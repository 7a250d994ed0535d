"""`python/models/convert.py`: kept models become ONNX models beside them, and what can't is told with its reason."""
import os
import subprocess
import sys
import unittest

from capturing import PYTHON, QUIET, CaptureTest
from support import ROOT

CONVERT = os.path.join(ROOT, "python", "models", "convert.py")
DATA = """
import numpy as np
rng = np.random.RandomState(0)
X = rng.rand(60, 3)
y = np.where(X[:, 0] > 0.5, "yes", "no")
"""


class Convert(CaptureTest):
    def convert(self, python=PYTHON, **env):
        done = subprocess.run([python, CONVERT, self.run_.dir], env={**os.environ, **QUIET, **env},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=180)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assertEqual([record[2:] for record in self.records("done")], [["models", None]])
        return {key[len("models/"):-len("/onnx")]: fact for key, fact in self.facts("models").items()
                if key.endswith("/onnx")}

    def test_classifiers_regressors_and_searches(self):
        self.captured(DATA + """
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
HistGradientBoostingClassifier(max_iter=5).fit(X, y)
Ridge().fit(X, X[:, 1])
GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2).fit(X, y)
""")
        facts = self.convert()
        self.assertEqual({name: fact["state"] for name, fact in facts.items()}, {
            "HistGradientBoostingClassifier": "converted", "Ridge": "converted", "GridSearchCV": "converted"}, facts)
        for fact in facts.values():
            self.assertEqual(fact["inputs"], [{"name": "X", "type": "float[None,3]"}])
            self.assertEqual(fact["opset"], {"ai.onnx": 17, "ai.onnx.ml": 3})
            self.assertTrue(fact["verified"])
            self.assertLess(fact["max_abs_difference"], 1e-5)
        self.assertTrue(facts["GridSearchCV"]["labels_equal"])
        # Without ZipMap: a tensor with a column for each class, no list of dictionaries.
        self.assertEqual(facts["GridSearchCV"]["outputs"], [{"name": "label", "type": "string[None]"},
                                                            {"name": "probabilities", "type": "float[None,2]"}])
        onnx = {path for path in self.announced("model") if path.endswith(".onnx")}
        self.assertEqual(onnx, {"models/%s/model.onnx" % name for name in facts})
        self.assertEqual(self.stored(), self.announced())

    def test_columns_with_names_and_types_are_inputs_of_their_own(self):
        self.captured(DATA + """
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
frame = pd.DataFrame({"age": X[:, 0], "count": range(60), "city": list("abc") * 20})
columns = ColumnTransformer([("n", StandardScaler(), ["age", "count"]), ("c", OneHotEncoder(), ["city"])])
Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(frame, y)
""")
        fact = self.convert()["Pipeline"]
        self.assertEqual(fact["inputs"], [{"name": "age", "type": "float[None,1]"}, {"name": "count", "type": "int64[None,1]"},
                                          {"name": "city", "type": "string[None,1]"}], fact)
        self.assertTrue(fact["labels_equal"])
        self.assertLess(fact["max_abs_difference"], 1e-5)

    def test_what_cannot_be_converted_says_why(self):
        self.captured(DATA + """
from sklearn.cluster import DBSCAN
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
class Mine(LogisticRegression): pass
class Step(Ridge):
    def transform(self, X): return X
Mine().fit(X, y)
DBSCAN().fit(X)
Pipeline([("step", Step()), ("ridge", Ridge())]).fit(X, X[:, 1])
Ridge().fit(X, X[:, 1])
import os
with open(os.path.join(os.environ["LOOPWRIGHT_RUN_DIR"], "artifacts/models/Ridge/model.joblib"), "r+b") as file:
    file.truncate(100)
""")
        facts = self.convert()
        self.assertEqual({name: fact["state"] for name, fact in facts.items()},
                         dict.fromkeys(("Mine", "DBSCAN", "Pipeline", "Ridge"), "unsupported"), facts)
        self.assertIn("no class of scikit-learn", facts["Mine"]["reason"])
        self.assertIn("no converter", facts["DBSCAN"]["reason"])
        self.assertIn("can't be loaded outside its script", facts["Pipeline"]["reason"])
        self.assertIn("can't be loaded", facts["Ridge"]["reason"])
        self.assertFalse([path for path in self.stored() if "onnx" in path])

    def test_without_rows_it_is_converted_and_not_verified(self):
        self.captured(DATA + "from sklearn.linear_model import Ridge\nRidge().fit(X, X[:, 1])", kinds="models")
        fact = self.convert()["Ridge"]
        self.assertEqual((fact["state"], fact["verified"], fact["unverified"]),
                         ("converted", False, "no rows of the input were kept"))

    def test_without_the_converter_it_says_so(self):
        self.captured(DATA + "from sklearn.linear_model import Ridge\nRidge().fit(X, X[:, 1])")
        self.assertEqual(self.convert(python=sys.executable)["Ridge"]["reason"],
                         "skl2onnx is not installed in the script's environment")

    def test_the_conversion_is_not_tracked(self):
        self.captured(DATA + "from sklearn.linear_model import Ridge\nRidge().fit(X, X[:, 1])")
        before = len(self.run_.journals())
        self.convert(PYTHONPATH=os.path.join(ROOT, "python", "hook"), LOOPWRIGHT_CAPTURE="libraries,models",
                     LOOPWRIGHT_RUN_ID=self.run_.id)
        self.assertEqual(len(self.run_.journals()), before + 1)

    def test_a_run_without_models_is_done(self):
        self.assertEqual(self.convert(), {})

    def test_wrong_use(self):
        done = subprocess.run([PYTHON, CONVERT, "/no/such/run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (2, b"usage: python convert.py RUN_DIR\n"))


if __name__ == "__main__":
    unittest.main()
