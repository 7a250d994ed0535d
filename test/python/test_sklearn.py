"""scikit-learn by itself: what a script fits, scores and searches is recorded, and nothing of it is changed.

`Core` runs over many versions of scikit-learn (`npm run test:peers`), what is rare in it only there.
"""
import re
import unittest

from capturing import CaptureTest
from support import rare

DATA = """
import numpy as np
rng = np.random.RandomState(0)
X = rng.rand(120, 4)
y = (X[:, 0] + X[:, 1] > 1).astype(int)
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
"""


class Core(CaptureTest):
    def test_a_fit(self):
        self.captured(DATA + "model = LogisticRegression(C=0.5).fit(X, y)\nmodel.score(X[:60], y[:60])\nmodel.score(X, y)")
        self.assertEqual((self.params()["C"], self.params()["max_iter"]), ("0.5", "100"))
        self.assertEqual({record[2] for record in self.records("param")}, {"library"})
        self.assertGreater(self.metric("training/accuracy")[0][1], 0.9)
        self.assertEqual([step for step, _ in self.metric("LogisticRegression.score")], [0, 1])
        self.assertEqual(self.announced(), {"models/LogisticRegression/" + name
                                            for name in ("model.joblib", "model.json", "input_example.json")})
        self.assertEqual(self.stored(), self.announced())
        about = self.document("models/LogisticRegression/model.json")
        self.assertEqual(about["inputs"], {"kind": "array", "rows": 120, "features": 4, "dtype": "float64"})
        self.assertEqual((about["outputs"]["classes"], about["outputs"]["dtype"]), ([0, 1], "int64"))
        self.assertEqual(about["training"], {"metric": "accuracy", "score": self.metric("training/accuracy")[0][1],
                                             "rows": 120})
        fact = self.facts("models")["models/LogisticRegression"]
        self.assertEqual(fact["class"], "sklearn.linear_model._logistic.LogisticRegression")
        self.assertGreater(fact["bytes"], 100)
        self.assertGreater(fact["seconds"], 0)
        self.assertEqual(len(self.document("models/LogisticRegression/input_example.json")["inputs"]), 5)

    def test_only_the_outermost_call_counts(self):
        self.captured(DATA + """
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import RFE
pipe = Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())])
pipe.fit(X, y).score(X, y)
VotingClassifier([("tree", DecisionTreeClassifier()), ("forest", RandomForestClassifier(5, n_jobs=2))], n_jobs=2).fit(X, y)
RFE(LogisticRegression(), n_features_to_select=2).fit(X, y)
StandardScaler().fit_transform(X)
""")
        self.assertEqual(self.models(), {"Pipeline", "VotingClassifier", "RFE", "StandardScaler"})
        self.assertEqual(self.params()["clf__C"], "1.0")
        self.assertEqual(self.params()["clf"], "LogisticRegression")
        self.assertEqual(self.params()["VotingClassifier.forest__n_estimators"], "5")
        self.assertEqual(self.params()["StandardScaler.with_mean"], "True")
        self.assertEqual([step for step, _ in self.metric("Pipeline.score")], [0])
        members = {child["name"]: child for child in self.children()}
        self.assertEqual(set(members), {"tree", "forest"})
        self.assertEqual(members["tree"]["metrics"], {"training/accuracy": 1.0})
        self.assertEqual(members["tree"]["params"]["estimator"], "DecisionTreeClassifier")

    def test_a_search_has_its_candidates_as_child_runs(self):
        self.captured(DATA + """
pipe = Pipeline([("scale", StandardScaler()), ("tree", DecisionTreeClassifier(random_state=0))])
search = GridSearchCV(pipe, {"tree__max_depth": [1, 2, 3]}, cv=3, n_jobs=2).fit(X, y)
inner = Pipeline([("scale", StandardScaler()), ("search", GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=3))])
inner.fit(X, y)
print(search.best_params_["tree__max_depth"], search.best_score_)
""")
        trees = [child for child in self.children() if "tree__max_depth" in child["params"]]
        self.assertEqual([child["params"]["tree__max_depth"] for child in trees], ["1", "2", "3"])
        self.assertEqual([child["params"]["C"] for child in self.children()[3:]], ["1", "2"])
        best = [child for child in trees if child["tags"].get("loopwright.best") == "true"]
        self.assertEqual(len(best), 1)
        self.assertEqual(best[0]["metrics"]["rank_test_score"], 1)
        self.assertEqual(best[0]["metrics"]["mean_test_score"], self.metric("best_score")[0][1])
        self.assertEqual(self.params()["best_tree__max_depth"], best[0]["params"]["tree__max_depth"])
        self.assertEqual(self.models(), {"GridSearchCV", "Pipeline"})
        self.assertEqual(len({child["id"] for child in self.children()}), 5)
        self.assertTrue(all(re.fullmatch("[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", child["id"])
                            for child in self.children()))

    @rare
    def test_cross_validation_has_its_folds_as_child_runs(self):
        out = self.captured(DATA + """
from sklearn import model_selection
print(cross_val_score(LogisticRegression(), X, y, cv=3, n_jobs=2).mean())
model_selection.cross_validate(Ridge(), X, y, cv=4, return_train_score=True)
model_selection.cross_val_predict(Ridge(), X, y, cv=3)
model_selection.learning_curve(Ridge(), X, y, train_sizes=[20, 40], cv=3)
""")
        self.assertEqual(self.metric("cv/test_score_mean")[0][1], float(out))
        self.assertEqual(len(self.metric("Ridge.cv/train_score_mean")), 1)
        self.assertEqual([child["name"] for child in self.children()],
                         ["LogisticRegression fold %d" % fold for fold in (1, 2, 3)]
                         + ["Ridge fold %d" % fold for fold in (1, 2, 3, 4)])
        self.assertEqual(set(self.children()[3]["metrics"]), {"train_score", "test_score"})
        self.assertEqual([step for step, _ in self.metric("Ridge.learning_curve/test_score")], [20, 40])
        self.assertEqual(self.models(), set())
        self.assertFalse(any(key.startswith("training/") for _, values in self.metrics() for key in values))

    def test_a_kept_model_predicts_the_same(self):
        out = self.captured(DATA + """
import glob, os, joblib
from sklearn.ensemble import RandomForestClassifier
model = RandomForestClassifier(10, random_state=0).fit(X, y)
kept = joblib.load(glob.glob(os.environ["LOOPWRIGHT_RUN_DIR"] + "/artifacts/models/*/model.joblib")[0])
print((kept.predict_proba(X) == model.predict_proba(X)).all())
""")
        self.assertEqual(out, "True\n")

    def test_output_random_numbers_and_errors_are_the_same(self):
        out = self.same_without(DATA + """
import sys, pickle, copy
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
np.random.seed(1)
for model in (LogisticRegression(), DecisionTreeClassifier(), DummyClassifier(strategy="uniform"),
              DecisionTreeClassifier(random_state=np.random.RandomState(3)), GradientBoostingClassifier(verbose=1, n_estimators=2)):
    model.fit(X, y)
    print(np.random.rand(), sorted(vars(model)))
state = np.random.get_state()
Ridge().fit(X, y); cross_val_score(Ridge(), X, y)
after = np.random.get_state()
print((state[1] == after[1]).all(), state[2:] == after[2:])
for estimator in (LogisticRegression(C=2), LogisticRegression(C=2).fit(X, y)):
    print(repr(clone(estimator)), pickle.loads(pickle.dumps(estimator)).get_params() == estimator.get_params())
    copy.deepcopy(estimator)
for function in (cross_val_score, cross_validate, LogisticRegression.fit, Ridge().score, GridSearchCV.fit):
    again = pickle.loads(pickle.dumps(function))
    print(function.__module__, function.__qualname__, function.__doc__[:20], again == function or repr(again)[:20])
import inspect
print(inspect.signature(cross_val_score), inspect.signature(LogisticRegression.fit), inspect.signature(Ridge.score))
try:
    LogisticRegression(C=-1).fit(X, y)
except ValueError as error:
    print(type(error), str(error)[:60])
try:
    LogisticRegression().fit(X)
except TypeError as error:
    print(error)
try:
    LogisticRegression().predict(X)
except Exception as error:
    print(type(error).__name__, error.__context__)
sys.exit(3)
""", "-W", "error")
        self.assertGreater(out.count("\n"), 12)
        self.assertGreater(len(self.announced("model")), 5)

    @rare
    def test_warnings_are_shown_as_often(self):
        out = self.same_without(DATA + """
import warnings
for depth in range(1, 5):
    warnings.warn("said once")
    DecisionTreeClassifier(max_depth=depth).fit(X, y)
before = list(warnings.filters)
LogisticRegression(max_iter=1).fit(X, y)
print(before == warnings.filters)
""")
        self.assertEqual(out, "True\n")
        self.assertEqual(len(self.metric("training/accuracy")), 1)

    @rare
    def test_workers_and_forks_have_no_runs_of_their_own(self):
        self.captured("""
import multiprocessing, os, sys
def work(seed):
    return LogisticRegression(C=seed + 1).fit(X, y).score(X, y)
""" + DATA + """
if __name__ == "__main__":
    import joblib
    print(joblib.Parallel(n_jobs=2)(joblib.delayed(work)(seed) for seed in range(2)))
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            pool.map(work, range(2))
    Ridge().fit(X, y)
    if os.fork() == 0:
        os._exit(0)
    os.wait()
""")
        self.assertEqual(self.models(), {"Ridge"})
        self.assertEqual(self.metric("LogisticRegression.score"), [])

    @rare
    def test_fits_in_threads_are_the_scripts_own(self):
        self.captured(DATA + """
import sys
from concurrent.futures import ThreadPoolExecutor
from loopwright import _models, _sklearn_fits
sys.setswitchinterval(1e-6)
# Four models at once on a busy machine may take more time than capture allows itself.
for module in (_models, _sklearn_fits): module._budget = type(module._budget)(60.0, 1.0)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda depth: DecisionTreeClassifier(max_depth=depth).fit(X, y), range(1, 5)))
""")
        self.assertEqual(len(self.models()), 4)
        depths = {text for key, text in self.params().items() if key.endswith("max_depth")}
        self.assertEqual(depths, {"1", "2", "3", "4"})

    @rare
    def test_estimators_of_the_script(self):
        self.captured(DATA + """
import pickle
from sklearn.base import BaseEstimator, ClassifierMixin
class Mine(LogisticRegression):
    def fit(self, X, y):
        self.seen = len(X)
        return super().fit(X, y)
class Own(ClassifierMixin, BaseEstimator):
    def __init__(self, depth=1): self.depth = depth
    def fit(self, X, y):
        self.tree = DecisionTreeClassifier(max_depth=self.depth).fit(X, y); self.classes_ = self.tree.classes_
        return self
    def predict(self, X): return self.tree.predict(X)
class Strange(Ridge):
    def __getstate__(self): raise RuntimeError("no state")
class Slots(BaseEstimator):
    __slots__ = ()
    def fit(self, X): return self
assert pickle.loads(pickle.dumps(Mine().fit(X, y))).seen == 120
GridSearchCV(Own(), {"depth": [1, 2]}, cv=3).fit(X, y).score(X, y)
cross_val_score(Own(), X, y)
Own().fit(X, y)
Strange().fit(X, y)
Slots().fit(X)
""")
        self.assertLessEqual({"Mine", "GridSearchCV"}, self.models())
        self.assertNotIn("Strange", self.models())
        self.assertTrue(any("no state" in note for note in self.notes()), self.notes())
        self.assertEqual(self.facts("models")["models/Mine"]["class"], "__main__.Mine")

    @rare
    def test_metadata_routing_and_configuration(self):
        self.same_without(DATA + """
import sklearn
w = np.ones(len(y))
with sklearn.config_context(print_changed_only=False):
    print(LogisticRegression().fit(X, y, sample_weight=w))
print(sklearn.get_config())
if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 4):
    sklearn.set_config(enable_metadata_routing=True)
    model = LogisticRegression().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    print(model.get_metadata_routing())
    pipe = Pipeline([("s", StandardScaler().set_fit_request(sample_weight=True)), ("c", model)]).fit(X, y, sample_weight=w)
    print(pipe.score(X, y, sample_weight=w))
    print(cross_validate(model, X, y, params={"sample_weight": w})["test_score"])
    try:
        GridSearchCV(LogisticRegression(), {"C": [1]}).fit(X, y, sample_weight=w)
    except Exception as error:
        print(type(error).__name__, str(error)[:200])
""")

    @rare
    def test_a_loop_of_fits_is_bounded(self):
        self.captured(DATA + """
for alpha in range(300):
    Ridge(alpha=alpha + 1).fit(X, y)
from sklearn.naive_bayes import GaussianNB
model = GaussianNB()
for start in range(0, 120, 20):
    model.partial_fit(X[start:start + 20], y[start:start + 20], classes=[0, 1])
""")
        self.assertEqual(len([name for name in self.models() if name.startswith("Ridge")]), 5)
        self.assertLessEqual(len([key for key in self.params() if key.endswith("alpha")]), 20)
        self.assertIn("GaussianNB", self.models())
        self.assertEqual(self.metric("GaussianNB.training/accuracy"), [])
        self.assertTrue(any("newest 5 are kept" in note for note in self.notes()), self.notes())

    @rare
    def test_the_newest_of_many_models_is_kept(self):
        self.captured(DATA + "for alpha in range(1, 9): Ridge(alpha=alpha).fit(X, y)")
        kept = [self.document("models/%s/model.json" % name)["params"]["alpha"] for name in self.models()]
        self.assertEqual(sorted(kept), ["4", "5", "6", "7", "8"])


class Models(CaptureTest):
    def test_a_model_above_the_limit_leaves_nothing_but_a_note(self):
        self.captured(DATA + "Ridge().fit(X, y)\nDecisionTreeClassifier().fit(X, y)\n"
                      "from sklearn.neighbors import KNeighborsClassifier as K\nK().fit(np.tile(X, (1, 100)), y)",
                      env={"LOOPWRIGHT_MODEL_LIMIT": "20000"})
        self.assertEqual(self.models(), {"Ridge", "DecisionTreeClassifier"})
        self.assertTrue(all("KNeighbors" not in path for path in self.stored()))
        self.assertTrue(any("KNeighborsClassifier was not kept: it takes more than 20000 bytes" in note
                            for note in self.notes()), self.notes())

    def test_a_model_that_cannot_be_pickled_costs_a_note(self):
        self.captured(DATA + """
from sklearn.preprocessing import FunctionTransformer
Pipeline([("f", FunctionTransformer(lambda x: x * 2)), ("r", Ridge())]).fit(X, y)
""")
        self.assertEqual(self.stored(), set())
        self.assertEqual(len(self.notes()), 1)
        self.assertIn("The fitted Pipeline was not kept", self.notes()[0])

    def test_a_read_only_run_folder_costs_a_note(self):
        out = self.captured(DATA + """
import os
os.makedirs(os.path.join(os.environ["LOOPWRIGHT_RUN_DIR"], "artifacts"))
open(os.path.join(os.environ["LOOPWRIGHT_RUN_DIR"], "artifacts", "models"), "w").close()
print(Ridge().fit(X, y).score(X, y) > 0)
""")
        self.assertEqual(out, "True\n")
        self.assertIn("nothing can be put into it", self.notes()[0])

    def test_data_frames(self):
        self.captured(DATA + """
import pandas as pd
frame = pd.DataFrame({"age": [1.5, None, 3.0] * 10, "city": ["a", "b", "c"] * 10, "n": range(30),
                      "when": pd.date_range("2020-01-01", periods=30)})
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder
columns = ColumnTransformer([("n", SimpleImputer(), ["age"]), ("c", OneHotEncoder(), ["city"])])
Pipeline([("columns", columns), ("m", LogisticRegression())]).fit(frame, ["no", "yes"] * 15)
""")
        about = self.document("models/Pipeline/model.json")
        self.assertEqual([(column["name"], column["dtype"]) for column in about["inputs"]["columns"][:3]],
                         [("age", "float64"), ("city", "object"), ("n", "int64")])
        self.assertEqual(about["outputs"]["classes"], ["no", "yes"])
        example = self.document("models/Pipeline/input_example.json")
        self.assertEqual(example["data"][1][:3], [None, "b", 1])
        self.assertEqual(example["data"][0][3], "2020-01-01 00:00:00")

    def test_no_rows_of_the_data_where_data_is_not_captured(self):
        self.captured(DATA + "Ridge().fit(X, y)", kinds="libraries,models")
        self.assertEqual({path.split("/")[-1] for path in self.stored()}, {"model.joblib", "model.json"})

    def test_the_example_is_from_before_the_fit(self):
        self.captured(DATA + """
first = X[0].tolist()
StandardScaler(copy=False).fit_transform(X)
assert X[0].tolist() != first
import json, os
path = os.environ["LOOPWRIGHT_RUN_DIR"] + "/artifacts/models/StandardScaler/input_example.json"
assert json.load(open(path))["inputs"][0] == first
""")


class Kinds(CaptureTest):
    def test_each_kind_alone(self):
        code = DATA + "Ridge().fit(X, y).score(X, y)"
        self.captured(code, kinds="models")
        self.assertEqual((self.models(), self.params(), self.metrics()), ({"Ridge"}, {}, []))
        self.captured(code, kinds="libraries")
        self.assertEqual(len(self.records("artifact")), 2)
        self.assertEqual(self.params()["alpha"], "1.0")

    def test_nothing_where_nothing_was_asked_for(self):
        out = self.captured(DATA + "Ridge().fit(X, y).score(X, y)\nprint(hasattr(Ridge.fit, '_loopwright_original'))",
                            kinds="code,system")
        self.assertEqual((out, self.run_.journals()), ("False\n", []))

    def test_secrets_and_long_values(self):
        self.captured(DATA + """
class Remote(Ridge):
    def __init__(self, api_key=None, table=None, many=None):
        super().__init__(); self.api_key = api_key; self.table = table; self.many = many
Remote("s3cret", "x" * 5000, np.arange(1000)).fit(X, y)
""", kinds="libraries,models")
        self.assertEqual(self.params()["api_key"], "***")
        self.assertEqual(len(self.params()["table"]), 500)
        self.assertEqual(self.params()["many"], "<ndarray 1000>")
        for journal in self.run_.journals():
            self.assertNotIn("s3cret", str(journal))
        self.assertEqual(self.document("models/Remote/model.json")["params"]["api_key"], "***")


class Ensembles(CaptureTest):
    def test_members_and_curves(self):
        self.captured(DATA + """
from sklearn.ensemble import *
from sklearn.neural_network import MLPClassifier
labels = np.where(y == 1, "yes", "no")
StackingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier())], cv=2).fit(X, labels)
BaggingClassifier(n_estimators=3).fit(X, labels)
AdaBoostClassifier(n_estimators=2).fit(X, labels)
GradientBoostingClassifier(n_estimators=4).fit(X, labels)
""")
        names = [child["name"] for child in self.children()]
        self.assertEqual(names, ["a", "b", "member 1", "member 2", "member 3", "member 1", "member 2"])
        self.assertEqual(self.children()[1]["metrics"], {"training/accuracy": 1.0})
        self.assertEqual(set(self.children()[5]["metrics"]), {"error", "weight"})
        self.assertEqual([step for step, _ in self.metric("GradientBoostingClassifier.training/curve")], [0, 1, 2, 3])


if __name__ == "__main__":
    unittest.main()
