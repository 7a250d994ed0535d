"""Scores on what an estimator was trained with, where that is cheap and changes nothing.

At most 10,000 evenly spaced rows are predicted, and only while scores have taken less than 50 ms plus 1 % of the
script's time. A probe of 50 rows says what the whole will cost. Only scikit-learn's own estimators are asked: a
`predict` of the script's may print, count or draw random numbers.
"""
import sys
import threading
from time import process_time

from ._budget import Budget
from ._quiet import Quiet

_MAX_ROWS = 10000
_PROBE_ROWS = 50
_budget = Budget(0.05, 0.01, process_time)
# Their predictions are random, or may be.
_RANDOM = ("sklearn.dummy",)
# Their `n_jobs` means threads when they predict; others may start processes.
_THREADED = ("sklearn.ensemble._forest", "sklearn.neighbors.")


def training(estimator, X, y):
    """{"metric": "accuracy" or "r2", "score", "rows"}; empty where it is not known to be cheap and harmless."""
    target = getattr(estimator, "best_estimator_", estimator)
    metric = metric_of(target)
    if metric is None or y is None or not is_harmless(target):
        return {}
    scored = score(target, X, y)
    return {} if scored is None else {"metric": metric, "score": scored[0], "rows": scored[1]}


def metric_of(estimator):
    """What `score` of scikit-learn's own classifiers and regressors returns; None for any other `score`."""
    base = sys.modules["sklearn.base"]
    steps = getattr(estimator, "steps", None)
    final = steps[-1][1] if steps and type(estimator).__name__ == "Pipeline" else estimator
    own = getattr(type(final), "score", None)
    if own is base.ClassifierMixin.score:
        return "accuracy"
    return "r2" if own is base.RegressorMixin.score else None


def is_harmless(estimator):
    """Whether predicting runs nothing but scikit-learn's code, silently and in this process."""
    parts = [estimator]
    for key, value in estimator.get_params(deep=True).items():
        if hasattr(value, "get_params"):
            parts.append(value)
        elif key.rpartition("__")[2] == "verbose" and value:
            return False
        elif type(value).__name__ in ("RandomState", "Generator"):
            return False
        elif callable(value) and not str(getattr(value, "__module__", "")).startswith(("sklearn.", "numpy")):
            return False
    for part in parts:
        module = type(part).__module__ if not isinstance(part, type) else part.__module__
        if not module.startswith("sklearn.") or module in _RANDOM:
            return False
        if getattr(part, "n_jobs", None) not in (None, 1) and not module.startswith(_THREADED):
            return False
    return True


def score(estimator, X, y, prepare=lambda rows: rows):
    """(the score, the number of rows); None if it would take too long or can't be had."""
    rows = _row_count(X)
    if rows is None or rows != _row_count(y) or not rows or threading.current_thread() is not threading.main_thread():
        return None
    if "sklearn.metrics" not in sys.modules or _budget.left() <= 0:
        return None
    began = process_time()
    random = sys.modules["numpy"].random
    before = random.get_state()
    if not isinstance(before, tuple):
        return None  # a generator of another kind, whose state can't be compared
    try:
        with Quiet():
            probe = -(-rows // _PROBE_ROWS)
            estimator.predict(_every(prepare(X), probe))
            per_row = (process_time() - began) / _row_count(_every(X, probe))
            # The fixed part of a call is counted for every row: rather too few rows than too long.
            affordable = max(0, _budget.left() - (process_time() - began)) / max(per_row, 1e-9)
            wanted = min(rows, _MAX_ROWS)
            if affordable < min(wanted, 1000):
                return None
            step = -(-rows // int(min(wanted, affordable)))
            X_sample, y_sample = _every(prepare(X), step), _every(y, step)
            return float(estimator.score(X_sample, y_sample)), _row_count(X_sample)
    except Exception:
        return None  # an estimator that can't predict what it was fitted with; the script may never ask it to
    finally:
        if not _same_state(before, random.get_state()):
            random.set_state(before)
        _budget.spend(process_time() - began)


def _same_state(one, other):
    return one[2:] == other[2:] and (one[1] == other[1]).all()


def _row_count(data):
    root = type(data).__module__.partition(".")[0]
    if root in ("numpy", "pandas", "scipy"):
        shape = getattr(data, "shape", ())
        return shape[0] if shape and isinstance(shape[0], int) else None
    return len(data) if isinstance(data, (list, tuple)) else None


def _every(data, step):
    """Every `step`th row."""
    if step <= 1:
        return data
    rows = slice(None, None, step)
    return data.iloc[rows] if hasattr(data, "iloc") else data[rows]
